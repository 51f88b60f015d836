import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyControl

@Suite("The watcher of limits")
struct LimitWardenTests {
  private static func watch(_ usages: [Usage?]) async -> String? {
    let sandbox = RecordingSandbox(usages: usages)
    let idle = IdleResources()
    let recorder = CountingRecorder()
    let resources = Resources(
      launcher: idle, workspaces: idle, egress: idle, recorder: recorder, manifests: idle, locator: idle,
      archive: idle, homes: idle, now: { 1 })
    let summary = SessionSummary(
      id: .random(), state: .running, project: "/p", command: ["x"], mode: .staged, manifestDigest: "", user: "u",
      started: 0)
    let session = Session(
      summary: summary, sandbox: sandbox, observer: Observer(subject: summary.subject, recorder: recorder, now: { 1 }),
      egress: idle,
      mediator: SessionMediator(session: summary.id, gate: Gate(judges: []), recorder: recorder, now: { 1 }),
      manifest: Manifest(), resources: resources)
    var limits = Limits()
    limits.memory = 100
    return await LimitWarden(limits: limits, period: .milliseconds(1)).watch(session)
  }

  private static func usage(memory: Int64) -> Usage { Usage(processes: 1, memory: memory, processorTime: 0) }

  @Test("A look that fails is no end of the watch")
  func oneMiss() async {
    #expect(await Self.watch([Self.usage(memory: 1), nil, nil, Self.usage(memory: 101)]) == "memory")
  }

  @Test("A session that cannot be measured does not go on without its limits")
  func allMiss() async {
    #expect(await Self.watch([]) == "unmeasurable")
  }
}
