package import BaileyCore

/// `bailey payloads erase`: what a session alone names, or one content for all who name it.
package struct EraseOrder: Sendable, Equatable {
  package enum Target: Sendable, Equatable {
    case session(SessionReference)
    case content(sha256: String)
  }

  package var target: Target
  package var reason: String?
  /// Only says what it would do.
  package var isDryRun: Bool

  package init(_ target: Target, reason: String? = nil, isDryRun: Bool = false) {
    self.target = target
    self.reason = reason
    self.isDryRun = isDryRun
  }

  var members: [String: JSON] {
    var members: [String: JSON] = ["dry_run": .bool(isDryRun)]
    switch target {
    case .session(let session): members["session"] = session.json
    case .content(let sha256): members["sha256"] = .string(sha256)
    }
    if let reason { members["reason"] = .string(reason) }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    target =
      if let json = fields.optional("session") { .session(try SessionReference(json: json)) } else {
        .content(sha256: try fields.digest())
      }
    reason = try fields.reason()
    isDryRun = try fields.flag("dry_run")
  }
}

extension WireLimit {
  /// Bytes of a person's words for the log.
  package static let reason = 1000
}

extension Fields {
  mutating func reason() throws(WireError) -> String? { try optionalString("reason", limit: WireLimit.reason) }
}

extension KeptPayload {
  package var wire: [String: JSON] {
    [
      "kind": .string(kind.rawValue), "sha256": .string(sha256), "size": .int(size), "time_ns": .int(time),
      "sessions": .array(sessions.map { .string($0.text) }),
    ]
  }

  /// The programs of recordings stay behind: nobody here asks for them.
  init(_ fields: inout Fields) throws(WireError) {
    let kind = try fields.choice("kind", PayloadKind.self)
    let sha256 = try fields.digest()
    let (size, time) = (try fields.integer("size", as: Int64.self), try fields.integer("time_ns", as: Int64.self))
    var owners: [Owner] = []
    for text in try fields.strings("sessions", count: WireLimit.paths, limit: 16) {
      guard let session = SessionID(text) else { throw .badValue("sessions") }
      owners.append(Owner(session: session))
    }
    self.init(kind: kind, sha256: sha256, size: size, time: time, owners: owners)
  }
}

extension PayloadStatus {
  package var json: JSON {
    var members = payload.wire
    (members["held"], members["running"]) = (.bool(isHeld), .bool(isRunning))
    if let due { members["due_ns"] = .int(due) }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(
      payload: try KeptPayload(&fields), isHeld: try fields.flag("held"), isRunning: try fields.flag("running"),
      due: try fields.optionalInteger("due_ns", as: Int64.self))
    try fields.end()
  }
}

extension ErasureReport {
  package var members: [String: JSON] {
    [
      "erased": .array(
        erased.map { .object($0.payload.wire.merging(["reason": .string($0.reason.rawValue)]) { own, _ in own }) }),
      "left": .array(left.map { .object($0.payload.wire.merging(["why": .string($0.why)]) { own, _ in own }) }),
    ]
  }

  init(_ fields: inout Fields) throws(WireError) {
    self.init(
      erased: try fields.rows("erased") { json throws(WireError) in
        var fields = try Fields(json)
        let due = RetentionPolicy.Due(try KeptPayload(&fields), try fields.choice("reason", Erasure.Reason.self))
        try fields.end()
        return due
      },
      left: try fields.rows("left") { json throws(WireError) in
        var fields = try Fields(json)
        let left = Left(payload: try KeptPayload(&fields), why: try fields.string("why"))
        try fields.end()
        return left
      })
  }
}

extension LegalHold {
  package var json: JSON {
    var members: [String: JSON] = [
      "session": .string(session.text), "by": .string(by), "time_ns": .int(time),
    ]
    if let reason { members["reason"] = .string(reason) }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(
      session: try fields.identifier("session"), by: try fields.string("by"), reason: try fields.reason(),
      time: try fields.integer("time_ns", as: Int64.self))
    try fields.end()
  }
}
