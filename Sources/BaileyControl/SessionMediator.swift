package import BaileyCore
import Synchronization

/// The one path for a session: decide, record the intent, let the effect happen, record its outcome.
///
/// An agent can ask for what is denied as often as it likes, so only so many denials a minute have a record each; the rest is counted
/// in a gap record. What is allowed always has its own.
package final class SessionMediator: Mediator {
  package static let denialRecordsPerMinute = 600

  private enum Life { case open, closed, ended }

  private let session: SessionID
  private let recorder: any Recorder
  private let now: @Sendable () -> Int64
  private let gate: Mutex<Gate>
  private let facts: Mutex<SessionFacts>
  private let life = Mutex(Life.open)
  private let denials = Mutex(RecordLimiter(perMinute: denialRecordsPerMinute))
  private let records = InFlight()
  private let deciding: @Sendable () -> (any WorkQueue)?
  private let thread = Mutex<(any WorkQueue)?>(nil)
  /// The policies that the log knows to be in force.
  private let told = Mutex(JSON.object([:]))

  package convenience init(
    session: SessionID, gate: Gate, recorder: any Recorder, now: @escaping @Sendable () -> Int64,
    deciding: @escaping @Sendable () -> (any WorkQueue)?
  ) {
    self.init(session: session, gate: gate, facts: SessionFacts(), recorder: recorder, now: now, deciding: deciding)
  }

  /// - Parameters:
  ///   - facts: what the session did before.
  ///   - deciding: makes the thread for policies, once there are any.
  init(
    session: SessionID, gate: Gate, facts: SessionFacts, recorder: any Recorder, now: @escaping @Sendable () -> Int64,
    deciding: @escaping @Sendable () -> (any WorkQueue)?
  ) {
    self.facts = Mutex(facts)
    self.session = session
    self.gate = Mutex(gate)
    self.recorder = recorder
    self.now = now
    self.deciding = deciding
  }

  /// After this every request is denied, without a record: the session is over or has been revoked. Outcomes are still recorded.
  package func close() { life.withLock { if $0 == .open { $0 = .closed } } }

  /// After this nothing is recorded. Returns when all that was under way is with the recorder, so that the session's end can be its last record.
  /// It does not wait for decisions: what they come to is denied.
  package func end() async {
    life.withLock { $0 = .ended }
    await records.drain()
    await tell(denials.withLock { $0.takeSuppressed() })
  }

  var currentFacts: SessionFacts { facts.withLock { $0 } }

  package func request(_ action: Action) async -> Ruling {
    let time = now()
    var action = action
    action.context = action.context.setting("now_ns", .int(time)).setting("seed", .int(.random(in: .min ... .max)))
    guard isOpen else { return Self.closed(action) }
    let versions = gate.withLock { $0 }.versions()
    let decision = await decide(&action)
    records.begin()
    defer { records.end() }
    // Policies and remote judges take their time.
    guard isOpen else { return Self.closed(action) }
    if decision.effect == .deny, !Self.isOrder(action.verb), await !admits(time) {
      return Ruling(action: action, decision: decision, record: nil)
    }
    return await record(action, decision, time, versions)
  }

  private var isOpen: Bool { life.withLock { $0 == .open } }

  package var policies: Int { gate.withLock { $0.generation } }

  /// With the facts of now, in which the action itself is counted.
  package func reconsider(_ ruling: Ruling) async -> Ruling {
    var ruling = ruling
    ruling.action.context = ruling.action.context.setting("now_ns", .int(now()))
    ruling.decision = isOpen ? await decideAgain(ruling.action) : Self.ended
    return ruling
  }

  private func decideAgain(_ action: Action) async -> Decision {
    let gate = gate.withLock { $0 }
    let opinions: [Opinion]? = await withCheckedContinuation { continuation in
      let isWaiting = queue?.enqueue { [self] in
        var action = action
        action.context = facts.withLock { $0.added(to: action.context) }
        continuation.resume(returning: gate.opinions(on: action))
      }
      if isWaiting != true { continuation.resume(returning: nil) }
    }
    guard let opinions else { return Self.busy }
    return await gate.consult(action, after: opinions).answered(for: action)
  }

  private static func closed(_ action: Action) -> Ruling {
    Ruling(action: action, decision: ended, record: nil)
  }

  private static let ended = Decision(combining: [
    Reason(.deny, "session-closed", "the session has ended or was revoked")
  ])

  /// What a person orders is no flood.
  private static func isOrder(_ verb: Verb) -> Bool {
    switch verb {
    case .sessionStart, .fileMount, .workspaceApply: true
    default: false
    }
  }

  /// Whether one more denial gets a record of its own.
  private func admits(_ time: Int64) async -> Bool {
    let (isAdmitted, suppressed) = denials.withLock { $0.admit(now: time) }
    await tell(suppressed)
    return isAdmitted
  }

  private func tell(_ suppressed: Int) async {
    guard suppressed > 0 else { return }
    let gap = Record.gap(suppressed, denied: true, session: session, time: now())
    if await !note(gap, .grouped) { denials.withLock { $0.putBack(suppressed) } }
  }

  private func record(_ action: Action, _ decision: Decision, _ time: Int64, _ versions: JSON) async -> Ruling {
    do throws(Fault) {
      try await tell(versions, action, time)
      let body: JSON = ["action": action.json, "decision": decision.json]
      let record = Record(.intent, session: action.subject.session, time: time, body: body)
      let index = try await recorder.append(record, Self.durability(of: action.verb))
      return Ruling(action: action, decision: decision, record: index)
    } catch {
      let reason = Reason(.deny, "log-unavailable", "this action could not be recorded: \(error.why)")
      return Ruling(action: action, decision: Decision(combining: [reason]), record: nil)
    }
  }

  /// Before the first decision of other policies than those before.
  private func tell(_ versions: JSON, _ action: Action, _ time: Int64) async throws(Fault) {
    guard told.withLock({ $0 != versions }) else { return }
    let body: JSON = [
      "event": "policies", "policies": versions, "order": .bool(action.verb == .workspaceApply),
    ]
    try await recorder.append(Record(.note, session: action.subject.session, time: time, body: body), .grouped)
    told.withLock { $0 = versions }
  }

  package func complete(_ ruling: Ruling, _ outcome: Outcome) async {
    guard let index = ruling.record else { return }
    facts.withLock { $0.note(outcome) }
    let body: JSON = [
      "intent": .int(Int64(clamping: index)), "succeeded": .bool(outcome.succeeded), "detail": outcome.detail,
    ]
    await report(Record(.outcome, session: ruling.action.subject.session, time: now(), body: body), .grouped)
  }

  package func expose(to labels: Set<String>) { facts.withLock { $0.expose(to: labels) } }

  package func observe(_ action: Action, _ outcome: Outcome) async {
    await report(.observed(action, outcome, time: now()), .observed)
  }

  private func report(_ record: Record, _ durability: Durability) async {
    records.begin()
    defer { records.end() }
    guard life.withLock({ $0 != .ended }) else { return }
    await note(record, durability)
  }

  private func decide(_ action: inout Action) async -> Decision {
    let gate = gate.withLock { $0 }
    if !gate.readsFacts {
      let opinions = gate.opinions(on: action)
      // A policy that has come meanwhile is asked anew, with the facts.
      if !gate.readsFacts { return await gate.consult(action, after: opinions).answered(for: action) }
    }
    let verdict = await verdict(on: action, gate)
    action.context = verdict.context
    guard let (reservation, opinions) = verdict.pending else { return verdict.decision }
    let decision = await gate.consult(action, after: opinions).answered(for: action)
    return facts.withLock { $0.settle(reservation, action, decision) }
  }

  private struct Verdict {
    var context: JSON
    var decision: Decision
    /// Remote judges have still to be asked, about what was reserved.
    var pending: (reservation: Int, opinions: [Opinion])?
  }

  /// On a thread of the session's own: its policies may take their time, and only its own actions wait for them.
  private func verdict(on action: Action, _ gate: Gate) async -> Verdict {
    await withCheckedContinuation { continuation in
      let isWaiting = queue?.enqueue { [self] in continuation.resume(returning: judge(action, gate)) }
      guard isWaiting != true else { return }
      let decision = facts.withLock { $0.note(action, Self.busy) }
      continuation.resume(returning: Verdict(context: action.context, decision: decision))
    }
  }

  private var queue: (any WorkQueue)? {
    thread.withLock { thread in
      if thread == nil { thread = deciding() }
      return thread
    }
  }

  private static let busy = Decision(combining: [
    Reason(.deny, "policy-busy", "too many actions of this session wait for its policies")
  ])

  /// With the facts of the session. The thread judges one action at a time, so that no two see the same counters.
  private func judge(_ action: Action, _ gate: Gate) -> Verdict {
    var action = action
    action.context = facts.withLock { $0.added(to: action.context) }
    guard isOpen else { return Verdict(context: action.context, decision: Self.ended) }
    let opinions = gate.opinions(on: action)
    return facts.withLock { facts in
      var verdict = Verdict(context: action.context, decision: Gate.combined(opinions).answered(for: action))
      // While remote judges think it counts as allowed, lest another action see too little.
      if gate.asksFurther(after: opinions) {
        verdict.pending = (facts.reserve(action), opinions)
      } else {
        verdict.decision = facts.note(action, verdict.decision)
      }
      return verdict
    }
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
