package import BaileyCore
import Synchronization

/// The one path for a session: decide, record the intent, let the effect happen, record its outcome.
package final class SessionMediator: Mediator {
  private let recorder: any Recorder
  private let now: @Sendable () -> Int64
  private let gate: Mutex<Gate>
  private let isClosed = Mutex(false)

  package init(gate: Gate, recorder: any Recorder, now: @escaping @Sendable () -> Int64) {
    self.gate = Mutex(gate)
    self.recorder = recorder
    self.now = now
  }

  /// After this every request is denied: the session is over or has been revoked.
  package func close() { isClosed.withLock { $0 = true } }

  package func request(_ action: Action) async -> Ruling {
    let time = now()
    var action = action
    action.context = action.context.setting("now_ns", .int(time))
    let decision = decide(action)
    do throws(Fault) {
      let body: JSON = ["action": action.json, "decision": decision.json]
      let record = Record(.intent, session: action.subject.session, time: time, body: body)
      let index = try await recorder.append(record, Self.durability(of: action.verb))
      return Ruling(action: action, decision: decision, record: index)
    } catch {
      let reason = Reason(.deny, "log-unavailable", "this action could not be recorded: \(error.why)")
      return Ruling(action: action, decision: Decision(combining: [reason]), record: nil)
    }
  }

  package func complete(_ ruling: Ruling, _ outcome: Outcome) async {
    guard let index = ruling.record else { return }
    let body: JSON = [
      "intent": .int(Int64(clamping: index)), "succeeded": .bool(outcome.succeeded), "detail": outcome.detail,
    ]
    await note(Record(.outcome, session: ruling.action.subject.session, time: now(), body: body), .grouped)
  }

  package func observe(_ action: Action, _ outcome: Outcome) async {
    await note(.observed(action, outcome, time: now()), .observed)
  }

  /// An `ask` without anybody to answer is a deny: approvals by a person come with their own door.
  private func decide(_ action: Action) -> Decision {
    if isClosed.withLock({ $0 }) {
      return Decision(combining: [Reason(.deny, "session-closed", "the session has ended or was revoked")])
    }
    let decision = gate.withLock { $0 }.decide(action)
    guard decision.effect == .ask else { return decision }
    let nobody = Reason(.deny, "nobody-to-ask", "a rule asks for approval and nobody can give it")
    return Decision(combining: decision.reasons + [nobody])
  }

  /// The effect has happened; what cannot be recorded now shows as an intent without an outcome.
  @discardableResult
  private func note(_ record: Record, _ durability: Durability) async -> Bool {
    do { try await recorder.append(record, durability) } catch { return false }
    return true
  }

  private static func durability(of verb: Verb) -> Durability {
    switch verb {
    case .workspaceApply, .secretUse: .synced
    default: .grouped
    }
  }
}

extension JSON {
  /// The object with one more member; a value that is no object becomes one.
  func setting(_ key: String, _ value: JSON) -> JSON {
    var members = object ?? [:]
    members[key] = value
    return .object(members)
  }
}
