internal import BaileyAudit
internal import BaileyCore
internal import BaileyEvidence
internal import BaileyLinux
internal import BaileyMerkle

/// Puts an archive together. Its files come in the order of their names, the statement last.
struct EvidenceMaker {
  let reader: LogReader
  let state: String
  let scan: SessionScan
  private let snapshot: LogSnapshot
  private let indexes: [UInt64]

  init(_ reader: LogReader, state: String, _ scan: SessionScan) throws(Fault) {
    (self.reader, self.state, self.scan) = (reader, state, scan)
    indexes = scan.indexes
    guard let last = indexes.last else {
      throw Fault(
        "session-unknown", subject: scan.records.session, why: "the log has no signed record of this session",
        hint: "`bailey ps --all` lists sessions")
    }
    snapshot = try reader.snapshot(covering: last + 1)
  }

  /// - Returns: what the statement says.
  func write(_ writer: ArchiveWriter) throws(Fault) -> JSON {
    try writer.add(.checkpoint, snapshot.head.note)
    if let anchored = snapshot.anchored {
      try writer.add(.anchored, anchored.note)
      try writer.add(.consistency, Array(try snapshot.consistency().map { $0.base64 + "\n" }.joined().utf8))
    }
    // In the order of their names.
    try addPayloads(.diff, writer)
    try writer.add(.key, Array((reader.verifierKey.text + "\n").utf8))
    try addProofs(writer)
    try addPayloads(.provenance, writer)
    let recordings = scan.records.marks.map { (EvidenceFile.recording(program: $0.key), $0.key, $0.value) }
    for (file, program, marks) in recordings.sorted(by: { $0.0.name < $1.0.name }) {
      try add(file, program, marks, writer)
    }
    let records = try addRecords(writer)
    let log = SessionRecords.log(snapshot.head.checkpoint, key: reader.verifierKey)
    let predicate = records.predicate(log: log, files: writer.files)
    let statement = Statement(subjects: writer.subjects, predicate: predicate)
    try writer.add(.statement, try reader.seal(statement: statement.encoded))
    return predicate
  }

  private func addProofs(_ writer: ArchiveWriter) throws(Fault) {
    try writer.add(.proofs) { writer throws(Fault) in
      var pieces: [UInt8] = []
      for index in indexes {
        pieces += ProofBlock(index: index, path: try snapshot.path(of: index)).encoded
        if pieces.count >= 1 << 18 {
          try writer.write(pieces)
          pieces = []
        }
      }
      try writer.write(pieces)
      return true
    }
  }

  private func addRecords(_ writer: ArchiveWriter) throws(Fault) -> SessionRecords {
    var records = SessionRecords(session: scan.records.session)
    try writer.add(.records) { writer throws(Fault) in
      var rest = indexes[...]
      var failure: Fault?
      try reader.visit(from: indexes.first ?? 0) { entry in
        guard entry.index == rest.first else { return true }
        rest.removeFirst()
        records.add(entry.json, at: entry.index)
        do throws(Fault) { try writer.write(entry.json.canonical + [0x0A]) } catch { failure = error }
        return failure == nil && !rest.isEmpty
      }
      if let failure { throw failure }
      return true
    }
    return records
  }

  // MARK: content

  private func addPayloads(_ kind: EvidenceFile.PayloadKind, _ writer: ArchiveWriter) throws(Fault) {
    for payload in scan.records.payloads.filter({ $0.kind == kind }).sorted(by: { $0.sha256 < $1.sha256 }) {
      let path = state + "/" + StatePlace.payload(sha256: payload.sha256)
      try add(.payload(kind, payload.sha256), from: path, bytes: payload.size, writer) { [contentMark(payload)] }
    }
  }

  private func add(_ name: EvidenceFile, _ program: Int, _ marks: [TranscriptMark], _ writer: ArchiveWriter)
    throws(Fault)
  {
    guard let last = marks.last else { return }
    let recorded = StatePlace.recordings + "/" + StatePlace.recording(scan.records.session, program: program)
    for place in [recorded, StatePlace.payload(sha256: last.sha256)] {
      if try add(name, from: state + "/" + place, bytes: last.bytes, writer, { marks }) { return }
    }
  }

  /// What is not there, or not what the log says, is left out, and the statement says so.
  @discardableResult
  private func add(
    _ name: EvidenceFile, from path: String, bytes: Int64, _ writer: ArchiveWriter, _ marks: () -> [TranscriptMark]
  ) throws(Fault) -> Bool {
    guard let file = try? Descriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
      (try? file.status().isRegular) == true
    else { return false }
    var check = MarkCheck<SHA256Tree>(marks())
    return try writer.add(name) { writer throws(Fault) in
      var done: Int64 = 0
      while done < bytes {
        guard let piece = try? file.read(upTo: Int(min(1 << 20, bytes - done)), at: done), !piece.isEmpty,
          check.take(piece)
        else { return false }
        try writer.write(piece)
        done += Int64(piece.count)
      }
      return check.isComplete
    }
  }
}

/// A content that the log names by one hash is a recording with one mark.
private func contentMark(_ payload: SessionRecords.Payload) -> TranscriptMark {
  TranscriptMark(program: 0, state: .ended, bytes: payload.size, sha256: payload.sha256)
}
