package import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// A log that does not start, what is known of it, and the way to a new one: the old is moved aside whole, and the new one's first record
/// names it.
///
/// Safe against a kill at any call. First a notice of the move is written, durably. Then the evidence and the public key are moved, which no start
/// looks at, so that they are never taken for the new log's; then the log, its heads, and the private key last. Until the last of these is gone
/// nothing starts, also where there was no private key any more; then the notice is there, which the next start makes the first record.
package struct LogRecovery: ~Copyable {
  /// Where a start would be refused for good, not for lack of room or rights.
  private static let recoverable: Set = [
    "log-rolled-back", "log-damaged", "log-head-missing", "log-head-invalid", "log-key-missing", "log-key-invalid",
  ]

  /// Why the log does not start.
  package let reason: Fault
  /// What is there, one sentence each.
  package let findings: [String]
  private let layout: LogLayout
  private let locks: LogLocks
  private let old: OldHead?

  /// `nil` if the log starts, or there is none.
  ///
  /// - Throws: `log-locked`, and what a recovery would not mend.
  package static func examine(_ layout: LogLayout) throws(Fault) -> LogRecovery? {
    let locks = try LogLocks(layout)
    do throws(Fault) {
      guard let key = try LogKey.load(layout.keyFile) else {
        try LogCreation.refuseUnlessNew(layout)
        return nil
      }
      _ = try LogStart(layout, key: key)
      return nil
    } catch {
      guard recoverable.contains(error.code) else { throw error }
      return LogRecovery(reason: error, layout: layout, locks: locks)
    }
  }

  private init(reason: Fault, layout: LogLayout, locks: consuming LogLocks) {
    self.reason = reason
    self.layout = layout
    self.locks = locks
    let heads = [
      OldHead("the kept head", layout.headFile), OldHead("the published head", layout.checkpoint),
      OldHead("the head that witnesses cosigned", layout.anchorFile),
    ]
    old = heads.compactMap { $0.checkpoint == nil ? nil : $0 }.max { $0.size < $1.size }
    findings = heads.map(\.sentence) + [Self.records(layout)]
  }

  /// What the tiles on disk hold, as far as they go.
  private static func records(_ layout: LogLayout) -> String {
    let segments = (try? SegmentName.list(layout.segments)) ?? []
    let bundles = (try? Descriptor.entries(of: layout.directory + "/tile/entries"))?.count ?? 0
    return "\(layout.directory): \(bundles) pieces of records and \(segments.count) write-ahead segments"
  }

  /// Moves the old log aside and starts the new one.
  ///
  /// - Returns: where the old one is.
  package consuming func begin() async throws(Fault) -> String {
    let aside = try notice()
    let type = Self.keyType(layout)
    try move(to: aside)
    let layout = layout
    release()
    let log = try AuditLog(layout, key: type)
    await log.close()
    return aside
  }

  /// The new key is of the old one's kind, as far as that is known.
  private static func keyType(_ layout: LogLayout) -> LogKeyType {
    let key = (try? LogReader(layout))?.verifierKey ?? (try? LogKey.load(layout.keyFile))??.verifierKey
    return key?.type == VerifierKey.Algorithm.ecdsa ? .p256 : .ed25519
  }

  /// Gives the locks up: the new log takes its own.
  private consuming func release() {}

  /// The notice of a recovery that was cut short stays: it knows what was there at first.
  private func notice() throws(Fault) -> String {
    let path = layout.recoveryFile
    let found = try reading(path) { () throws(Errno) in try Files.readIfPresent(path) }
    if let found, let aside = (try? JSON.parse(found))?["aside"]?.string { return aside }
    let now = Clock.realTime
    let aside = layout.directory + ".old-\(now / 1_000_000_000)"
    var body: [String: JSON] = [
      "event": "log.recovered", "reason": reason.json, "aside": .string(aside), "time_ns": .int(now),
    ]
    if let old { body["old"] = old.json }
    let notice = JSON.object(body).canonical
    try writing(path) { () throws(Errno) in try Files.replace(path, with: notice) }
    return aside
  }

  private func move(to aside: String) throws(Fault) {
    try writing(aside) { () throws(Errno) in try Files.makeDurableDirectories(aside) }
    for (path, name) in layout.moves {
      try writing(path) { () throws(Errno) in
        // What a recovery that was cut short has moved already stays as it is.
        var target = aside + "/" + name
        while (try? Descriptor.status(of: target)) != nil { target += "+" }
        do throws(Errno) { try Descriptor.workingDirectory.rename(path, to: target) } catch {
          if error != .noSuchFile { throw error }
        }
        try Files.syncDirectory(of: path)
        try Files.sync(directory: aside)
      }
    }
  }
}

/// A head as it lies there, believed or not.
private struct OldHead {
  let name: String
  let note: [UInt8]?
  let checkpoint: Checkpoint?

  init(_ name: String, _ path: String) {
    self.name = name
    note = (try? Files.readIfPresent(path)) ?? nil
    checkpoint = note.flatMap { try? SignedNote(parsing: $0) }.flatMap { try? Checkpoint(parsing: $0.text) }
  }

  var size: UInt64 { checkpoint?.size ?? 0 }

  var sentence: String {
    guard note != nil else { return "\(name) is not there" }
    guard let checkpoint else { return "\(name) cannot be read" }
    return "\(name) says \(checkpoint.size) records, root \(checkpoint.root)"
  }

  var json: JSON {
    guard let checkpoint, let note else { return .null }
    return [
      "origin": .string(String(decoding: checkpoint.origin.utf8.prefix(255), as: UTF8.self)),
      "size": .int(Int64(clamping: checkpoint.size)),
      "root": .string(checkpoint.root.base64), "note": .string(String(decoding: note.prefix(8192), as: UTF8.self)),
    ]
  }
}

extension LogLayout {
  /// What a recovery moves, in this order, and its names there.
  var moves: [(path: String, name: String)] {
    [
      (evidenceDirectory, "evidence"), (verifierKeyFile, "log.pub"), (directory, "log"), (headFile, "head"),
      (anchorFile, "head.anchored"), (keyFile, "log.key"),
    ]
  }

  /// Makes the notice of a recovery a record, where there is one; the first start after it has an empty log.
  func takeNotice() throws(Fault) -> JSON? {
    guard let bytes = try reading(recoveryFile, { () throws(Errno) in try Files.readIfPresent(recoveryFile) }) else {
      return nil
    }
    guard let body = try? JSON.parse(bytes) else {
      throw .damaged(recoveryFile, "the notice of a recovery cannot be read")
    }
    return body
  }

  /// Once its record is durable.
  func removeNotice() throws(Fault) {
    try writing(recoveryFile) { () throws(Errno) in
      try Descriptor.workingDirectory.unlink(recoveryFile)
      try Files.syncDirectory(of: recoveryFile)
    }
  }
}
