package import BaileyCore
internal import BaileyLinux
package import BaileyMerkle

/// A record as it stands in the log.
package struct LogEntry: Sendable, Equatable {
  package var index: UInt64
  /// The record's canonical JSON, read back.
  package var json: JSON
  /// Whether a signed head covers it; `false` for at most about a second after it was written.
  package var isSigned: Bool

  package var kind: String { json["kind"]?.string ?? "" }
  package var session: String? { json["session"]?.string }
  /// Nanoseconds since 1970-01-01 UTC.
  package var time: Int64 { json["time_ns"]?.int ?? 0 }
}

/// Reads a log from its files, also while another process writes it. Needs the public key, never the private one.
package struct LogReader: Sendable {
  package let layout: LogLayout
  package let verifierKey: VerifierKey
  let verifier: LogVerifier
  var tiles: TileFolder { TileFolder(directory: layout.directory) }

  /// - Parameter verifierKey: whose log it must be; `nil` takes the key file beside the private key, which proves nothing against
  ///   somebody who can write there.
  package init(_ layout: LogLayout, verifierKey: VerifierKey? = nil) throws(Fault) {
    self.layout = layout
    if let verifierKey {
      self.verifierKey = verifierKey
    } else {
      self.verifierKey = try Self.storedKey(layout.verifierKeyFile)
    }
    guard let verifier = LogVerifier(self.verifierKey) else {
      throw Fault("log-key-invalid", subject: layout.verifierKeyFile, why: "the public key is not an Ed25519 key")
    }
    self.verifier = verifier
  }

  private static func storedKey(_ path: String) throws(Fault) -> VerifierKey {
    let bytes = try reading(path) { () throws(Errno) in try Files.read(path) }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasSuffix("\n"), let key = VerifierKey(String(text.dropLast()), SHA256Tree.self) else {
      throw Fault(
        "log-key-invalid", subject: path, why: "the file does not hold the log's public key",
        hint: "restore it from a backup or name the key that you noted down")
    }
    return key
  }

  /// The head that is published in the log.
  package func head() throws(Fault) -> SignedHead {
    guard let head = try SignedHead.load(layout.checkpoint, by: verifier) else {
      throw Fault(
        "log-head-missing", subject: layout.checkpoint, why: "the log has no signed head",
        hint: "is this a log, and did its controller ever start?")
    }
    return head
  }

  /// The head that is kept outside the log's directory.
  package func keptHead() throws(Fault) -> SignedHead? { try SignedHead.load(layout.headFile, by: verifier) }

  /// Records from `start` on, in order; the unsigned end of the log included.
  ///
  /// - Parameter limit: records at most.
  /// - Returns: the records, and the index at which to go on: poll again from there to follow the log.
  package func records(from start: UInt64 = 0, limit: Int = .max) throws(Fault) -> (entries: [LogEntry], next: UInt64) {
    var entries: [LogEntry] = []
    let next = try visit(from: start) { entry in
      entries.append(entry)
      return entries.count < limit
    }
    return (entries, next)
  }

  /// Calls `body` for each record until it returns `false`; memory stays flat. Returns the index after the last one seen.
  @discardableResult
  package func visit(from start: UInt64 = 0, _ body: (LogEntry) -> Bool) throws(Fault) -> UInt64 {
    var next = start
    let size = try head().checkpoint.size
    while next < size, let tile = Tile(.entries, index: next >> 8, treeSize: size) {
      let (bytes, ranges) = try tiles.entries(tile)
      for range in ranges.dropFirst(Int(next & 255)) {
        let entry = try Self.entry(Array(bytes[range]), index: next, isSigned: true)
        next += 1
        if !body(entry) { return next }
      }
    }
    for (index, bytes) in try unsigned(from: next) {
      next = index + 1
      if !body(try Self.entry(bytes, index: index, isSigned: false)) { return next }
    }
    return next
  }

  /// What the segments hold beyond a place; nothing if the writer moved them away meanwhile, as the next call sees them signed.
  func unsigned(from start: UInt64) throws(Fault) -> [(index: UInt64, entry: [UInt8])] {
    guard let names = try? SegmentName.list(layout.segments) else { return [] }
    var found: [(index: UInt64, entry: [UInt8])] = []
    var next = start
    for (position, name) in names.enumerated() {
      let limit = position + 1 < names.count ? names[position + 1].first : nil
      if let limit, limit <= next { continue }
      guard name.first <= next, let bytes = try? Files.read(layout.segments + "/" + name.text) else { return found }
      let entries = SegmentReading(bytes, first: name.first, upTo: limit).entries
      for entry in entries.dropFirst(Int(next - name.first)) {
        found.append((next, entry))
        next += 1
      }
    }
    return found
  }

  /// One record, or `log-no-such-record`.
  package func record(at index: UInt64) throws(Fault) -> LogEntry {
    var found: LogEntry?
    try visit(from: index) { entry in
      found = entry
      return false
    }
    guard let found else {
      throw Fault(
        "log-no-such-record", subject: "\(index)", why: "the log has no such record", hint: "see `bailey log`")
    }
    return found
  }

  /// The evidence for one record: a `.tlog-proof` that any C2SP verifier checks with nothing but the public key.
  ///
  /// The newest head that witnesses cosigned is preferred, where it covers the record.
  package func proof(index: UInt64) throws(Fault) -> LogProof {
    let anchored = try SignedHead.load(layout.anchorFile, by: verifier)
    let head = if let anchored, index < anchored.checkpoint.size { anchored } else { try self.head() }
    let nodes = TileNodes<TileFolder, SHA256Tree>(size: head.checkpoint.size, tiles: tiles)
    guard
      let proof = try InclusionProof(index: index, size: head.checkpoint.size, nodes: nodes, SHA256Tree.self)
    else {
      throw Fault(
        "log-no-such-record", subject: "\(index)", why: "no signed head covers this record",
        hint: "the newest records are covered after a second")
    }
    return LogProof(index: index, path: proof.path, checkpoint: head.note)
  }

  private static func entry(_ bytes: [UInt8], index: UInt64, isSigned: Bool) throws(Fault) -> LogEntry {
    do {
      return LogEntry(index: index, json: try JSON.parse(bytes), isSigned: isSigned)
    } catch {
      throw .damaged("\(index)", "a record of the log is not JSON: \(error)")
    }
  }
}
