import BaileyCore
import BaileyTestSupport

@testable import BaileyControl

/// A running session on a recorded sandbox, of which nothing else is real but its recorder.
struct SessionFixture {
  let sandbox: RecordingSandbox
  let session: Session
  let observer: Observer
  let mediator: SessionMediator

  init(
    _ sandbox: RecordingSandbox = RecordingSandbox(), recorder: any Recorder,
    egress: any EgressSession = IdleResources(),
    id: SessionID = .random(), present: Set<String> = [], readOnly: Set<ExactText> = [], gate: Gate = Gate(judges: []),
    resources: Resources? = nil
  ) {
    let summary = SessionSummary(
      id: id, state: .running, project: "/p", command: ["x"], mode: .staged, manifestDigest: "", user: "u", started: 0)
    self.sandbox = sandbox
    observer = Observer(subject: summary.subject, recorder: recorder, now: { 1 })
    mediator = SessionMediator(session: id, gate: gate, recorder: recorder, now: { 1 }, deciding: decidingThread)
    session = Session(
      summary: summary, sandbox: sandbox, observer: observer, egress: egress, mediator: mediator, manifest: Manifest(),
      readOnly: readOnly, resources: resources ?? .idle(recorder, present: present), secrets: ["of-the-manifest"])
  }
}

extension Resources {
  static func idle(_ recorder: any Recorder, workspaces: (any WorkspaceKeeper)? = nil, present: Set<String> = [])
    -> Resources
  {
    let idle = IdleResources(present: present)
    return Resources(
      launcher: idle, workspaces: workspaces ?? idle, egress: idle, recorder: recorder, manifests: idle, locator: idle,
      archive: idle, homes: idle, now: { 1 }, deciding: decidingThread)
  }
}
