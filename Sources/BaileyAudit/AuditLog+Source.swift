package import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// The running log, read by its own controller. Others read the files with `LogReader`.
extension AuditLog: LogSource {
  package func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    guard limit > 0, index < count else { return [] }
    let reader = try reader
    // A disk that hangs must not hold up those who have to freeze sessions for it.
    return try await onOwnThread("log-read") { () throws(Fault) in
      try reader.records(from: index, limit: limit).entries.map { LoggedRecord(index: $0.index, record: $0.json) }
    }
  }

  package func size() async throws(Fault) -> UInt64 { count }

  package func signedSize() async throws(Fault) -> UInt64 { head.checkpoint.size }

  /// Signs a head first where none covers the record yet.
  package func evidence(for index: UInt64) async throws(Fault) -> LogEvidence {
    if index >= head.checkpoint.size { try await publish() }
    let reader = try reader
    let proof = try await onOwnThread("log-read") { () throws(Fault) in try reader.proof(index: index) }
    return LogEvidence(proof: proof.path.map(\.hex), checkpoint: String(decoding: proof.checkpoint, as: UTF8.self))
  }

  /// Signs a head over all that is written, then recomputes everything below it, on a thread of its own.
  package func verify() async throws(Fault) -> LogFindings {
    try await publish()
    let reader = try reader
    let (anchor, checkpoint) = (anchor, String(decoding: head.note, as: UTF8.self))
    return try await onOwnThread("log-verify", else: { .read(reader.layout.directory, $0) }) { () throws(Fault) in
      var findings = LogFindings(try reader.verify(), checkpoint: checkpoint)
      findings.problems += anchor.contradictions
      findings.anchor = anchor.standing(size: findings.size, reader)
      return findings
    }
  }

  /// By the key in memory, not by one from a file.
  private var reader: LogReader {
    get throws(Fault) { try LogReader(layout, verifierKey: verifierKey) }
  }
}

extension AuditLog: LogPace {
  package var waiting: Int64 { writer.waiting }
}

extension AuditLog: PublishedLog {
  package func published(_ path: String) throws(Fault) -> PublishedFile? {
    let head = head
    if path == "checkpoint" { return PublishedFile(bytes: head.note, isFinal: false, isText: true) }
    guard let tile = Tile(path: path), tile.isCovered(by: head.checkpoint.size) else { return nil }
    let file = layout.directory + "/" + tile.path
    return try reading(file) { () throws(Errno) in try Files.readIfPresent(file) }
      .map { PublishedFile(bytes: $0, isFinal: true, isText: false) }
  }
}

extension Tile {
  /// Whether a tree of so many entries has all of it: pieces can be on disk before the head that covers them is signed.
  fileprivate func isCovered(by size: UInt64) -> Bool {
    let (full, partialWidth) = Tile.count(kind, size: size)
    return index < full || (index == full && isPartial && width <= partialWidth)
  }
}

extension AuditLog: HealthProbe {
  /// What the last write, sync and head met with; nothing is written to find out.
  package func examine() async -> [HealthFinding] {
    let seconds = waiting / 1_000_000_000
    if seconds >= 5 {
      let slow = "a record waits for the disk since \(seconds) s; at 10 s sessions freeze until it is there"
      return [
        HealthFinding("log", .fail, slow, fix: "find out what keeps \(layout.directory)'s disk busy"),
        await witnessed(),
      ]
    }
    guard let fault else { return [HealthFinding("log", .ok, "\(count) records; it takes more"), await witnessed()] }
    return [HealthFinding("log", .fail, "no effect happens: \(fault.sentence)", fix: fault.hint), await witnessed()]
  }

  /// Evidence and the newest record are read from disk, which can take its time.
  private func witnessed() async -> HealthFinding {
    let log = self
    do throws(Fault) { return try await onOwnThread("witness") { log.standing } } catch {
      return HealthFinding("witness", .fail, error.sentence, fix: error.hint)
    }
  }

  private var standing: HealthFinding {
    if let first = anchor.contradictions.first {
      return HealthFinding(
        "witness", .fail, first,
        fix: "treat the log as put back or forked; keep it and the evidence, then see docs/log.md")
    }
    let faults = anchor.faults
    let state: HealthFinding.State = anchor.isGrave ? .fail : faults.isEmpty ? .ok : .warn
    let standing = anchor.standing(size: head.checkpoint.size, try? reader)?.sentence ?? "none is asked"
    return HealthFinding(
      "witness", state, ([standing] + faults.map(\.sentence)).joined(separator: ": "), fix: faults.first?.hint)
  }
}

extension Fault {
  /// In one line with others.
  fileprivate var sentence: String { "\(subject.map { "\(printable($0)): " } ?? "")\(why) [\(code)]" }
}

extension LogFindings {
  fileprivate init(_ report: LogVerification, checkpoint: String) {
    self.init(
      size: report.size, root: TreeDigest(base64: report.root)?.hex ?? "", checkpoint: checkpoint,
      problems: report.problems.map { "\($0.path): \($0.why) [\($0.code)]" },
      firstBad: report.problems.compactMap(\.index).min())
  }
}

extension TreeDigest {
  fileprivate var hex: String {
    hexadecimal(bytes)
  }
}
