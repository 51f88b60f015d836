/// When a record must be on disk.
package enum Durability: Sendable {
  /// Synced before the append returns: apply, approval, secret use, uploads, whatever policy marks.
  case synced
  /// Written before the append returns, synced within 50 ms by group commit: every other decided effect.
  case grouped
  /// Observed events: queued; a loss is recorded as a gap.
  case observed
}

/// One entry of the audit log.
package struct Record: Sendable, Equatable {
  /// What the entry tells of.
  package enum Kind: String, Sendable, CaseIterable {
    case sessionStart = "session.start"
    case sessionEnd = "session.end"
    case intent, outcome, observed, gap, apply, undo, grant, revoke, note
    /// How far a recording is, with its hash (`TranscriptMark`).
    case transcript
    /// What the session read and changed, by hash (`ProvenanceMark`).
    case provenance
    /// A payload was stored (or why it was not), erased, held or let go of.
    case payload
  }

  package var kind: Kind
  package var session: SessionID?
  /// Nanoseconds since 1970-01-01 UTC, by the controller's clock. Not monotonic: the index gives the order.
  package var time: Int64
  package var body: JSON

  package init(_ kind: Kind, session: SessionID?, time: Int64, body: JSON) {
    self.kind = kind
    self.session = session
    self.time = time
    self.body = body
  }

  package var json: JSON {
    var members: [String: JSON] = [
      "v": 1, "kind": .string(kind.rawValue), "time_ns": .int(time), "body": body,
    ]
    if let session { members["session"] = .string(session.text) }
    return .object(members)
  }
}

extension Record {
  /// Of an action that was seen, not decided.
  package static func observed(_ action: Action, _ outcome: Outcome, time: Int64) -> Record {
    let body: JSON = ["action": action.json, "succeeded": .bool(outcome.succeeded), "detail": outcome.detail]
    return Record(.observed, session: action.subject.session, time: time, body: body)
  }

  /// Of so many events of a session that have no record each, as the log's own gap records have it.
  ///
  /// - Parameter denied: they are requests that were denied.
  package static func gap(_ lost: Int, denied: Bool = false, session: SessionID, time: Int64) -> Record {
    var body: [String: JSON] = ["lost": .int(Int64(lost)), "sessions": [session.text: .int(Int64(lost))]]
    if denied { body["denied"] = true }
    return Record(.gap, session: session, time: time, body: .object(body))
  }
}

/// Where records go. The only writer of the log stands behind it.
package protocol Recorder: Sendable {
  /// Appends a record and returns its index in the tree.
  ///
  /// Throws when the record could not be kept as `durability` asks; the effect it was to cover must then not happen.
  @discardableResult
  func append(_ record: Record, _ durability: Durability) async throws(Fault) -> UInt64

  /// Appends records of observed events, in order.
  ///
  /// - Returns: how many could not be kept.
  func observe(_ records: [Record]) async -> Int
}

extension Recorder {
  package func observe(_ records: [Record]) async -> Int {
    var missed = 0
    for record in records {
      do { try await append(record, .observed) } catch { missed += 1 }
    }
    return missed
  }
}

/// What came of an allowed action.
package struct Outcome: Sendable, Equatable {
  package var succeeded: Bool
  /// Facts worth keeping: byte counts, an exit status, an error's name.
  package var detail: JSON

  package init(succeeded: Bool, detail: JSON = .object([:])) {
    self.succeeded = succeeded
    self.detail = detail
  }
}

/// The answer to one action: its decision and the index of the record that holds it.
package struct Ruling: Sendable, Equatable {
  package var action: Action
  package var decision: Decision
  /// `nil` only if there is none, in which case `decision` is a deny: it could not be written, is one of a flood, or the session is over.
  package var record: UInt64?

  package var isAllowed: Bool { decision.effect == .allow && record != nil }

  package init(action: Action, decision: Decision, record: UInt64?) {
    self.action = action
    self.decision = decision
    self.record = record
  }
}

/// The one path, as doors and resources see it: ask, then act, then report.
package protocol Mediator: Sendable {
  /// Decides, asks a person where policy says so, and records the intent. Only `isAllowed` permits the effect.
  func request(_ action: Action) async -> Ruling
  /// Records what came of an allowed action. Never blocks the effect, which has happened.
  func complete(_ ruling: Ruling, _ outcome: Outcome) async
  /// Records what only the kernel decided.
  func observe(_ action: Action, _ outcome: Outcome) async
  /// The agent is about to see what these labels say: later decisions know it. Returns when they do.
  func expose(to labels: Set<String>)
  /// Another number as soon as other policies are in force.
  var policies: Int { get }
  /// Decides anew, by the policies of now, on what was allowed. Nobody is asked, nothing is counted or recorded: the effect goes on or ends.
  func reconsider(_ ruling: Ruling) async -> Ruling
}

extension Mediator {
  /// For who decides without memory.
  package func expose(to labels: Set<String>) {}
  package var policies: Int { 0 }
  package func reconsider(_ ruling: Ruling) async -> Ruling { await request(ruling.action) }
}
