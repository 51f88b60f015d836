package import BaileyCore

/// The one answer that ends an exchange.
package enum Reply: Sendable, Equatable {
  case done
  case fault(Fault)
  case version(String)
  /// After `run`, `exec` and `attach`.
  case ended(SessionEnding)
  case detached(SessionID)
  /// And why no effect happens at present, where the log takes no records.
  case sessions([SessionRow], log: Fault? = nil)
  case killed(count: Int)
  case changes(SessionID, ChangeSet)
  /// After `apply` and `undo`.
  case applied(SessionID, ApplyReport)
  case trust(TrustQuestion?)
  case doctor([HealthFinding])
  case entry(LogRow)
  case verified(LogVerification)
  /// How many of the log's entries the index covers.
  case indexed(UInt64, of: UInt64)
  case payloads([PayloadStatus])
  case erased(ErasureReport)
  case holds([LegalHold])
  case secrets(SecretListing)
  case policies([PolicyLayerStatus])
  /// For `bailey-policy`, which reads it.
  case policyBasis(JSON)

  package var json: JSON {
    switch self {
    case .done: .envelope("reply", "done", [:])
    case .fault(let fault): .envelope("reply", "fault", ["fault": fault.json])
    case .version(let text): .envelope("reply", "version", ["version": .string(text)])
    case .ended(let end): .envelope("reply", "ended", end.members)
    case .detached(let id): .envelope("reply", "detached", ["session": .string(id.text)])
    case .sessions(let rows, let fault):
      .envelope(
        "reply", "sessions",
        ["sessions": .array(rows.map(\.json))].merging(fault.map { ["log": $0.json] } ?? [:]) { $1 })
    case .killed(let count): .envelope("reply", "killed", ["count": .int(Int64(count))])
    case .changes(let id, let set):
      .envelope("reply", "changes", ["session": .string(id.text), "changes": set.json])
    case .applied(let id, let report):
      .envelope("reply", "applied", ["session": .string(id.text), "report": report.json])
    case .trust(let question): .envelope("reply", "trust", question.map { ["question": $0.json] } ?? [:])
    case .doctor(let checks): .envelope("reply", "doctor", ["checks": .array(checks.map(\.json))])
    case .entry(let row): .envelope("reply", "entry", ["entry": row.json])
    case .indexed(let count, let size):
      .envelope("reply", "indexed", ["entries": .int(Int64(clamping: count)), "size": .int(Int64(clamping: size))])
    case .payloads(let rows): .envelope("reply", "payloads", ["payloads": .array(rows.map(\.json))])
    case .erased(let report): .envelope("reply", "erased", report.members)
    case .holds(let holds): .envelope("reply", "holds", ["holds": .array(holds.map(\.json))])
    case .verified(let result): .envelope("reply", "verified", result.members)
    case .policyBasis(let basis): .envelope("reply", "policy-basis", ["basis": basis])
    case .secrets(let listing): .envelope("reply", "secrets", listing.members)
    case .policies(let layers): .envelope("reply", "policies", ["layers": .array(layers.map(\.json))])
    }
  }

  init(_ fields: inout Fields) throws(WireError) {
    let name = try fields.envelope("reply")
    if let reply = try Self.small(name, &fields) {
      self = reply
    } else {
      self = try Self.large(name, &fields)
    }
    try fields.end()
  }

  private static func small(_ name: String, _ fields: inout Fields) throws(WireError) -> Reply? {
    switch name {
    case "done": return .done
    case "fault":
      guard let fault = Fault(json: try fields.value("fault")) else { throw .badValue("fault") }
      return .fault(fault)
    case "version": return .version(try fields.string("version"))
    case "ended": return .ended(try SessionEnding(&fields))
    case "detached": return .detached(try fields.identifier("session"))
    case "killed": return .killed(count: try fields.integer("count", as: Int.self))
    default: return nil
    }
  }

  private static func large(_ name: String, _ fields: inout Fields) throws(WireError) -> Reply {
    switch name {
    case "sessions":
      let rows = try fields.rows("sessions", SessionRow.init(json:))
      guard let json = fields.optional("log") else { return .sessions(rows) }
      guard let fault = Fault(json: json) else { throw .badValue("log") }
      return .sessions(rows, log: fault)
    case "changes":
      let id = try fields.identifier("session")
      guard let set = ChangeSet(json: try fields.value("changes")) else { throw .badValue("changes") }
      return .changes(id, set)
    case "applied":
      let id = try fields.identifier("session")
      guard let report = ApplyReport(json: try fields.value("report")) else { throw .badValue("report") }
      return .applied(id, report)
    case "trust":
      guard let json = fields.optional("question") else { return .trust(nil) }
      return .trust(try TrustQuestion(json: json))
    case "doctor": return .doctor(try fields.rows("checks", HealthFinding.init(json:)))
    case "entry": return .entry(try LogRow(json: try fields.value("entry")))
    case "policy-basis": return .policyBasis(try fields.value("basis"))
    case "secrets": return .secrets(try SecretListing(&fields))
    case "policies": return .policies(try fields.rows("layers", PolicyLayerStatus.init(json:)))
    case "indexed":
      return .indexed(
        try fields.integer("entries", as: UInt64.self), of: try fields.integer("size", as: UInt64.self))
    case "payloads": return .payloads(try fields.rows("payloads", PayloadStatus.init(json:)))
    case "erased": return .erased(try ErasureReport(&fields))
    case "holds": return .holds(try fields.rows("holds", LegalHold.init(json:)))
    case "verified": return .verified(try LogVerification(&fields))
    default: throw .badValue("reply")
    }
  }
}

/// Whatever the controller may send.
package enum ServerMessage: Sendable, Equatable {
  case event(Event)
  case reply(Reply)

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self = json["event"] != nil ? .event(try Event(&fields)) : .reply(try Reply(&fields))
  }

  package var json: JSON {
    switch self {
    case .event(let event): event.json
    case .reply(let reply): reply.json
    }
  }
}
