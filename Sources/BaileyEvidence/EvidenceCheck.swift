import BaileyCore
package import BaileyMerkle

/// Verifies an archive with nothing but the log's public key. Memory does not grow with the recordings, nor with the records' texts.
///
/// The statement is checked first: where its signature does not hold, nothing else is looked at. Everything after that is checked by
/// itself, so that each thing that does not hold is named.
package struct EvidenceCheck<Bytes: EvidenceBytes, Hash: TreeHash> {
  private let archive: ArchiveReader<Bytes>
  private let key: VerifierKey
  private let verifier: any NoteVerifier
  /// Whether a note has the cosignatures that are wanted; `nil` where nobody asked.
  private let quorum: ((SignedNote) -> Bool)?
  /// How many of the log's first records witnesses saw, by the policy.
  private var witnessed: UInt64?
  private var report = EvidenceReport()

  package static func run(
    _ bytes: Bytes, key: VerifierKey, verifier: any NoteVerifier, quorum: ((SignedNote) -> Bool)? = nil, _: Hash.Type
  ) -> EvidenceReport {
    do throws(EvidenceFinding) {
      var check = Self(archive: try ArchiveReader(bytes), key: key, verifier: verifier, quorum: quorum)
      try check.run()
      return check.report
    } catch {
      var report = EvidenceReport()
      report.findings = [error]
      return report
    }
  }

  private init(
    archive: ArchiveReader<Bytes>, key: VerifierKey, verifier: any NoteVerifier, quorum: ((SignedNote) -> Bool)?
  ) {
    self.archive = archive
    self.key = key
    self.verifier = verifier
    self.quorum = quorum
  }

  private var files: [EvidenceFile] { archive.members.map(\.file) }

  private mutating func run() throws(EvidenceFinding) {
    let statement = try statement()
    report.predicate = statement.predicate
    compareSubjects(statement.subjects)
    compareKey()
    guard let head = head() else { return }
    guard let session = statement.predicate["session"]?.string else {
      throw EvidenceFinding("statement-contradicted", EvidenceFile.statement.name, "it names no session")
    }
    var records = SessionRecords(session: session)
    attempt { this throws(EvidenceFinding) in try this.read(into: &records, under: head) }
    compare(statement.predicate, records, head)
    checkRecordings(records)
    checkPayloads(records)
    tellCompleteness(records)
  }

  private mutating func attempt(_ body: (inout Self) throws(EvidenceFinding) -> Void) {
    do throws(EvidenceFinding) { try body(&self) } catch { report.findings.append(error) }
  }

  private mutating func find(_ code: String, _ place: EvidenceFile, _ why: String) {
    report.findings.append(EvidenceFinding(code, place.name, why))
  }

  // MARK: the statement

  private func statement() throws(EvidenceFinding) -> Statement {
    let name = EvidenceFile.statement.name
    guard let member = archive[.statement] else {
      throw EvidenceFinding("statement-missing", name, "there is no signed statement")
    }
    guard let envelope = Envelope(parsing: try archive.content(member)) else {
      throw EvidenceFinding("statement-malformed", name, "this is no DSSE envelope as evidence has it")
    }
    guard envelope.isSigned(by: verifier) else {
      throw EvidenceFinding("statement-unsigned", name, "it is not signed by this key")
    }
    guard envelope.payloadType == Envelope.statementType, let statement = Statement(parsing: envelope.payload) else {
      throw EvidenceFinding("statement-malformed", name, "it is signed, but no statement about a session")
    }
    return statement
  }

  private mutating func compareSubjects(_ subjects: [Statement.Subject]) {
    var named: [String: String] = [:]
    for subject in subjects where named.updateValue(subject.sha256, forKey: subject.name) != nil {
      find("statement-contradicted", .statement, "it names \(printable(subject.name)) twice")
    }
    for member in archive.members where member.file != .statement {
      attempt { this throws(EvidenceFinding) in
        guard let hash = named.removeValue(forKey: member.file.name) else {
          throw EvidenceFinding("file-unlisted", member.file.name, "the statement does not name it")
        }
        guard try this.archive.digest(member, Hash.self) == hash else {
          throw EvidenceFinding("file-changed", member.file.name, "it is not what was signed")
        }
      }
    }
    for name in named.keys.sorted() {
      report.findings.append(EvidenceFinding("file-missing", printable(name), "the statement names it"))
    }
  }

  private mutating func compareKey() {
    attempt { this throws(EvidenceFinding) in
      guard let bytes = try this.content(.key), bytes == Array((this.key.text + "\n").utf8) else {
        throw EvidenceFinding("key-other", EvidenceFile.key.name, "it is not the key that this was checked with")
      }
    }
  }

  private func content(_ file: EvidenceFile) throws(EvidenceFinding) -> [UInt8]? {
    guard let member = archive[file] else { return nil }
    return try archive.content(member)
  }

  // MARK: the log

  private mutating func head() -> Checkpoint? {
    var found: Checkpoint?
    attempt { this throws(EvidenceFinding) in
      let (head, note) = try this.head(.checkpoint)
      found = head
      let older = try this.anchored(under: head)
      if let quorum = this.quorum, !quorum(older?.note ?? note) {
        throw EvidenceFinding(
          "quorum-missing", EvidenceFile.checkpoint.name, "the head lacks the cosignatures that the policy asks for")
      }
      if this.quorum != nil { this.witnessed = older?.size ?? head.size }
      this.report.remarks.append(this.witnesses(older?.note ?? note, below: older?.size ?? head.size))
    }
    return found
  }

  private func witnesses(_ note: SignedNote, below size: UInt64) -> String {
    let others = note.signatures.count { $0.key != verifier.key }
    if quorum != nil { return "the witnesses that the policy asks for saw the records below \(size), and no others" }
    return others == 0
      ? "no witness cosigned the head: the owner of the key could have signed another history"
      : "the head has \(others) further signatures; without --witness-policy they prove nothing"
  }

  private func head(_ file: EvidenceFile) throws(EvidenceFinding) -> (Checkpoint, SignedNote) {
    guard let bytes = try content(file) else { throw EvidenceFinding("file-missing", file.name, "it has to be there") }
    guard let note = try? SignedNote(parsing: bytes), (try? note.verify(by: [verifier])) != nil,
      let head = try? Checkpoint(parsing: note.text), head.origin.utf8.elementsEqual(verifier.key.name.utf8)
    else { throw EvidenceFinding("head-invalid", file.name, "it is no signed head of this log") }
    return (head, note)
  }

  /// The head that witnesses cosigned, if that is an older one: the newer must continue it.
  private func anchored(under head: Checkpoint) throws(EvidenceFinding) -> (note: SignedNote, size: UInt64)? {
    guard archive[.anchored] != nil else { return nil }
    let (old, note) = try self.head(.anchored)
    let lines = try content(.consistency)?.split(separator: 0x0A) ?? []
    let path = lines.prefix(128).compactMap { TreeDigest(base64: String(decoding: $0, as: UTF8.self)) }
    let proof = ConsistencyProof(oldSize: old.size, newSize: head.size, path: path)
    guard path.count == lines.count, (try? proof.verify(oldRoot: old.root, newRoot: head.root, Hash.self)) != nil else {
      throw EvidenceFinding(
        "head-inconsistent", EvidenceFile.consistency.name, "the head does not continue the one that witnesses saw")
    }
    return (note, old.size)
  }
}

extension EvidenceCheck {
  // MARK: records

  private func read(into records: inout SessionRecords, under head: Checkpoint) throws(EvidenceFinding) {
    guard let lines = archive[.records], let blocks = archive[.proofs] else {
      throw EvidenceFinding("file-missing", EvidenceFile.records.name, "records and proofs have to be there")
    }
    var (entries, proofs) = (LineReader(archive, lines), LineReader(archive, blocks))
    while let entry = try entries.next() {
      let block = try Self.block(&proofs)
      let place = "record \(block.index)"
      if let last = records.last, last >= block.index {
        throw EvidenceFinding("records-malformed", place, "the records are not in the order of the log")
      }
      let proof = InclusionProof(index: block.index, size: head.size, path: block.path)
      guard (try? proof.verify(leaf: Hash.leaf(entry), root: head.root, Hash.self)) != nil else {
        throw EvidenceFinding("record-unproved", place, "it is not in the log under this head")
      }
      guard let json = try? JSON.parse(entry), records.relation(json) != .none else {
        throw EvidenceFinding("record-foreign", place, "it does not belong to this session")
      }
      records.add(json, at: block.index)
    }
    if try proofs.next() != nil {
      throw EvidenceFinding("records-malformed", EvidenceFile.proofs.name, "there are more proofs than records")
    }
  }

  private static func block(_ proofs: inout LineReader<Bytes>) throws(EvidenceFinding) -> ProofBlock {
    var lines: [[UInt8]] = []
    while lines.count <= 64, let line = try proofs.next() {
      if line.isEmpty { break }
      lines.append(line)
    }
    guard let block = ProofBlock(lines) else {
      throw EvidenceFinding("records-malformed", EvidenceFile.proofs.name, "a record has no proof that can be read")
    }
    return block
  }

  private mutating func compare(_ predicate: JSON, _ records: SessionRecords, _ head: Checkpoint) {
    let log = SessionRecords.log(head, key: key)
    if records.predicate(log: log, files: files) != predicate {
      find("statement-contradicted", .statement, "the records and files of the archive say something else")
    }
    if let witnessed, let last = records.last, last >= witnessed {
      find(
        "records-unwitnessed", .records, "the witnesses saw the records below \(witnessed); the last here is \(last)")
    }
    if records.own == 0 { find("records-missing", .records, "no record of the session is here") }
  }

  private mutating func tellCompleteness(_ records: SessionRecords) {
    if let missing = records.missing, missing > 0 {
      find("records-missing", .records, "by the record of its end the session has \(missing) more records")
    }
    if let uncounted = records.uncounted, uncounted > 0 {
      find("records-uncounted", .records, "the record of its end counts \(uncounted) fewer records than are here")
    }
    report.isComplete = records.isComplete
    report.remarks += records.completeness
  }

  // MARK: content

  private mutating func checkRecordings(_ records: SessionRecords) {
    for (program, marks) in records.marks.sorted(by: { $0.key < $1.key }) {
      guard let last = marks.last else { continue }
      let file = EvidenceFile.recording(program: program)
      guard let member = archive[file] else {
        tell(absent: file, records.presence(of: file, last.sha256, files))
        continue
      }
      attempt { this throws(EvidenceFinding) in try this.compare(member, marks) }
      if !last.isFinal { report.remarks.append("\(file.name) ends where the log last named it: it went on") }
    }
    for case .recording(let program) in files where records.marks[program] == nil {
      find("content-unnamed", .recording(program: program), "no record names it")
    }
  }

  private func compare(_ member: ArchiveReader<Bytes>.Member, _ marks: [TranscriptMark]) throws(EvidenceFinding) {
    let changed = EvidenceFinding("recording-changed", member.file.name, "it is not what the log says")
    var check = MarkCheck<Hash>(marks)
    try archive.pieces(member) { piece throws(EvidenceFinding) in if !check.take(piece) { throw changed } }
    guard check.isComplete, member.size == marks.last?.bytes else { throw changed }
  }

  private mutating func checkPayloads(_ records: SessionRecords) {
    for payload in records.payloads {
      let file = EvidenceFile.payload(payload.kind, payload.sha256)
      guard let member = archive[file] else {
        tell(absent: file, records.presence(of: file, payload.sha256, files))
        continue
      }
      attempt { this throws(EvidenceFinding) in
        guard member.size == payload.size, try this.archive.digest(member, Hash.self) == payload.sha256 else {
          throw EvidenceFinding("payload-changed", file.name, "it is not what the log says")
        }
      }
    }
    for case .payload(let kind, let hash) in files
    where !records.payloads.contains(where: { $0.sha256 == hash && $0.kind == kind }) {
      find("content-unnamed", .payload(kind, hash), "no record names it")
    }
    if records.unstored > 0 {
      report.remarks.append("of \(records.unstored) sets of changes there is no diff; their records say why")
    }
  }

  private mutating func tell(absent file: EvidenceFile, _ presence: SessionRecords.Presence) {
    if presence == .erased {
      report.remarks.append("\(file.name) was erased, on record; its hash is in the log")
    } else {
      find("content-missing", file, "the log names it, it is not here, and no record says that it was erased")
    }
  }
}
