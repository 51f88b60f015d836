package import BaileyCore

/// Which entries of the log are wanted.
package struct LogQuery: Sendable, Equatable {
  package var session: SessionReference?
  /// `Record.Kind` words; empty is all.
  package var kinds: [Record.Kind]
  /// The newest so many entries; `nil` is all.
  package var last: Int?
  /// Goes on with what is appended, until the connection ends.
  package var follows: Bool

  package init(session: SessionReference? = nil, kinds: [Record.Kind] = [], last: Int? = nil, follows: Bool = false) {
    self.session = session
    self.kinds = kinds
    self.last = last
    self.follows = follows
  }

  var members: [String: JSON] {
    var members: [String: JSON] = ["kinds": .array(kinds.map { .string($0.rawValue) }), "follow": .bool(follows)]
    if let session { members["session"] = session.json }
    if let last { members["last"] = .int(Int64(last)) }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = if let json = fields.optional("session") { try SessionReference(json: json) } else { nil }
    kinds = []
    for word in try fields.strings("kinds", count: Record.Kind.allCases.count) {
      guard let kind = Record.Kind(rawValue: word) else { throw .badValue("kinds") }
      kinds.append(kind)
    }
    last = try fields.optionalInteger("last", as: Int.self)
    if let last, last < 0 { throw .badValue("last") }
    follows = try fields.flag("follow")
  }
}

extension LogEntry {
  package var json: JSON { ["index": .int(Int64(clamping: index)), "record": record] }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(index: try fields.integer("index", as: UInt64.self), record: try fields.value("record"))
    try fields.end()
  }
}

extension LogEvidence {
  package var json: JSON {
    ["proof": .array(proof.map(JSON.string)), "checkpoint": .string(checkpoint)]
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(
      proof: try fields.strings("proof", count: 64, limit: 64),
      checkpoint: try fields.string("checkpoint", limit: 64 << 10))
    try fields.end()
  }
}

extension LogFindings {
  package var json: JSON {
    var members: [String: JSON] = [
      "size": .int(Int64(clamping: size)), "root": .string(root), "checkpoint": .string(checkpoint),
      "problems": .array(problems.map(JSON.string)),
    ]
    if let firstBad { members["first_bad"] = .int(Int64(clamping: firstBad)) }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    self.init(
      size: try fields.integer("size", as: UInt64.self), root: try fields.string("root", limit: 64),
      checkpoint: try fields.string("checkpoint", limit: 64 << 10), problems: try fields.strings("problems"),
      firstBad: try fields.optionalInteger("first_bad", as: UInt64.self))
    try fields.end()
  }
}
