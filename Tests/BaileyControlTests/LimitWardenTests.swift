import BaileyCore
import Testing

@testable import BaileyControl

@Suite("The watcher of limits")
struct LimitWardenTests {
  private static func watch(_ usages: [Usage?]) async -> String? {
    let session = SessionFixture(RecordingSandbox(usages: usages), recorder: CountingRecorder()).session
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
