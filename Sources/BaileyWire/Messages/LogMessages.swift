package import BaileyCore

/// Which entries of the log are wanted.
package struct LogQuery: Sendable, Equatable {
  package var session: SessionReference?
  /// All else that must hold; its own session is not part of the message.
  package var filter: RecordFilter
  /// The newest so many entries; `nil` is all.
  package var last: Int?
  /// Newest first.
  package var reversed: Bool
  /// Goes on with what is appended, until the connection ends.
  package var follows: Bool
  /// Reads the log itself from end to end, whatever the index says.
  package var scans: Bool
  /// Comes as text in this form instead of entries.
  package var export: ExportOptions?

  /// - Parameter kinds: empty is all.
  package init(
    session: SessionReference? = nil, kinds: [Record.Kind] = [], filter: RecordFilter = RecordFilter(),
    last: Int? = nil, reversed: Bool = false, follows: Bool = false, scans: Bool = false, export: ExportOptions? = nil
  ) {
    self.session = session
    self.filter = filter
    self.filter.kinds += kinds
    self.last = last
    self.reversed = reversed
    self.follows = follows
    self.scans = scans
    self.export = export
  }

  var members: [String: JSON] {
    var members = filter.members.merging([
      "follow": .bool(follows), "reverse": .bool(reversed), "scan": .bool(scans),
    ]) { own, _ in own }
    if let session { members["session"] = session.json }
    if let last { members["last"] = .int(Int64(last)) }
    if let export {
      members["format"] = .string(export.format.rawValue)
      members["hash_paths"] = .bool(export.hashesPaths)
    }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    session = if let json = fields.optional("session") { try SessionReference(json: json) } else { nil }
    filter = try RecordFilter(&fields)
    last = try fields.optionalInteger("last", as: Int.self)
    if let last, last < 0 { throw .badValue("last") }
    reversed = try fields.flag("reverse")
    follows = try fields.flag("follow")
    scans = try fields.flag("scan")
    let hashesPaths = try fields.flag("hash_paths")
    let format = try fields.optionalString("format", limit: 16)
    export = try format.map { word throws(WireError) in
      guard let format = ExportFormat(rawValue: word) else { throw .badValue("format") }
      return ExportOptions(format, hashesPaths: hashesPaths)
    }
    if export == nil, hashesPaths { throw .badValue("hash_paths") }
    if export != nil, reversed { throw .badValue("reverse") }
    if reversed, follows { throw .badValue("follow") }
  }
}

/// One entry of the log with its place in the tree.
package struct LogRow: Sendable, Equatable {
  package var index: UInt64
  /// The record as it was hashed.
  package var record: JSON
  /// Lower-case hex hashes from the leaf to the root of the signed head, where they were asked for.
  package var proof: [String]
  /// The signed head that `proof` leads to: a C2SP checkpoint.
  package var checkpoint: String?

  package init(index: UInt64, record: JSON, proof: [String] = [], checkpoint: String? = nil) {
    self.index = index
    self.record = record
    self.proof = proof
    self.checkpoint = checkpoint
  }

  package var json: JSON {
    var members: [String: JSON] = ["index": .int(Int64(clamping: index)), "record": record]
    if !proof.isEmpty { members["proof"] = .array(proof.map(JSON.string)) }
    if let checkpoint { members["checkpoint"] = .string(checkpoint) }
    return .object(members)
  }

  package init(json: JSON) throws(WireError) {
    var fields = try Fields(json)
    index = try fields.integer("index", as: UInt64.self)
    record = try fields.value("record")
    proof = try fields.strings("proof", count: 64, limit: 64)
    checkpoint = try fields.optionalString("checkpoint", limit: 64 << 10)
    try fields.end()
  }
}

/// What `bailey log verify` found.
package struct LogVerification: Sendable, Equatable {
  package var size: UInt64
  /// Root hash, lower-case hex.
  package var root: String
  /// The signed head, a C2SP checkpoint.
  package var checkpoint: String
  /// Empty when everything holds: entries hash to the root, the head is signed, nothing is shorter than it was.
  package var problems: [String]
  /// The first entry that does not hold, where one can be named.
  package var firstBad: UInt64?
  /// `nil` where no witness is asked.
  package var anchor: LogAnchor?
  /// Recordings that are gone by an erasure on record.
  package var erased: Int

  package init(
    size: UInt64, root: String, checkpoint: String, problems: [String], firstBad: UInt64? = nil,
    anchor: LogAnchor? = nil, erased: Int = 0
  ) {
    self.size = size
    self.root = root
    self.checkpoint = checkpoint
    self.problems = problems
    self.firstBad = firstBad
    self.anchor = anchor
    self.erased = erased
  }

  package var members: [String: JSON] {
    var members: [String: JSON] = [
      "size": .int(Int64(clamping: size)), "root": .string(root), "checkpoint": .string(checkpoint),
      "problems": .array(problems.map(JSON.string)), "erased": .int(Int64(erased)),
    ]
    if let firstBad { members["first_bad"] = .int(Int64(clamping: firstBad)) }
    if let anchor {
      members["anchored"] = .int(Int64(clamping: anchor.size))
      members["cosigners"] = .array(anchor.cosigners.map(JSON.string))
      if let since = anchor.unanchoredSince { members["unanchored_since_ns"] = .int(since) }
    }
    return members
  }

  init(_ fields: inout Fields) throws(WireError) {
    size = try fields.integer("size", as: UInt64.self)
    root = try fields.string("root", limit: 64)
    checkpoint = try fields.string("checkpoint", limit: 64 << 10)
    problems = try fields.strings("problems")
    erased = try fields.integer("erased", as: Int.self)
    firstBad = try fields.optionalInteger("first_bad", as: UInt64.self)
    guard let size = try fields.optionalInteger("anchored", as: UInt64.self) else { return }
    anchor = LogAnchor(
      size: size, cosigners: try fields.strings("cosigners"),
      unanchoredSince: try fields.optionalInteger("unanchored_since_ns", as: Int64.self))
  }
}
