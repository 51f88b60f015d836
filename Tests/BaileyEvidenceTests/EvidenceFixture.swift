import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import Crypto
import Testing

@testable import BaileyAudit
@testable import BaileyCore
@testable import BaileyEvidence

/// A log with two sessions that are told apart, a recording and a diff of the first, and the tools to make and verify archives.
struct EvidenceFixture {
  let scratch: BaileyTestSupport.Scratch
  let layout: LogLayout
  let tool: Tool
  /// Without any state.
  let elsewhere = Tool(Products.path("bailey-log"), environment: ["HOME": "/nonexistent"])
  let session: SessionID
  let other: SessionID
  static let cast = Array("{\"version\":2}\n[0,\"o\",\"hello\"]\n[1,\"o\",\"more\"]\n".utf8)
  static let diff = Array("changes x\ndiff a\n+b\n".utf8)

  init() throws {
    scratch = try BaileyTestSupport.Scratch()
    layout = LogLayout(stateDirectory: scratch.path + "/bailey")
    tool = Tool(Products.path("bailey-log"), environment: ["XDG_STATE_HOME": scratch.path, "HOME": "/nonexistent"])
    (session, other) = (try #require(SessionID("4f7c000000000000")), try #require(SessionID("5a5a000000000000")))
  }

  var archive: String { scratch.path + "/a.tar" }
  var key: String { get throws { try LogReader(layout).verifierKey.text } }

  /// - Parameter counted: what the record of the end says.
  func records(counted: Int64? = 7, ended: Bool = true) throws -> [Record] {
    let early = Array(Self.cast.prefix(30))
    func record(_ kind: Record.Kind, _ body: JSON) -> Record { Record(kind, session: session, time: 1, body: body) }
    var records: [Record] = [
      Record(.intent, session: other, time: 1, body: ["of": "another"]),
      Record(.note, session: nil, time: 1, body: ["event": "too-early"]),
      record(.note, ["event": "policies", "policies": ["user": ["sha256": "ab"]], "order": false]),
      record(.intent, ["action": ["action": "session.start"]]),
      record(.sessionStart, ["manifest_sha256": "cd"]),
      Record(.intent, session: other, time: 1, body: ["of": "another"]),
      record(.transcript, TranscriptMark(program: 0, state: .open, bytes: 30, sha256: ContentDigest.hex(early)).body),
      Record(.note, session: nil, time: 1, body: ["event": "between"]),
      record(.intent, ["action": ["action": "exec"]]),
      record(.payload, Self.stored(Self.diff)),
      record(
        .transcript,
        TranscriptMark(
          program: 0, state: .ended, bytes: Int64(Self.cast.count), sha256: ContentDigest.hex(Self.cast)
        ).body),
    ]
    if ended { records.append(record(.sessionEnd, counted.map { ["records": .int($0)] } ?? [:])) }
    return records + [Record(.note, session: nil, time: 1, body: ["event": "too-late"])]
  }

  static func stored(_ diff: [UInt8]) -> JSON {
    [
      "event": "stored", "kind": "diff", "sha256": .string(ContentDigest.hex(diff)), "size": .int(Int64(diff.count)),
      "of": "end",
    ]
  }

  /// A closed log, and the payloads that it names.
  func fill(_ records: [Record]? = nil) async throws {
    let log = try AuditLog(layout)
    for record in try records ?? self.records() { try await log.append(record, .grouped) }
    await log.close()
    try store(Self.cast)
    try store(Self.diff)
  }

  func append(_ records: [Record]) async throws {
    let log = try AuditLog(layout)
    for record in records { try await log.append(record, .grouped) }
    await log.close()
  }

  func place(_ content: [UInt8]) -> String {
    layout.directory.dropLast(3) + StatePlace.payload(sha256: ContentDigest.hex(content))
  }

  func store(_ content: [UInt8]) throws { try WholeFile.replace(place(content), with: content) }

  func make() throws -> Tool.Result { try tool.run(["evidence", "4f7c", "-o", archive]) }

  func verify(_ more: [String] = []) throws -> Tool.Result {
    try elsewhere.run(["verify-evidence", archive, "--key", try key] + more)
  }

  func bytes() throws -> [UInt8] { try #require(try WholeFile.read(archive, limit: 64 << 20)).bytes }

  /// In this process, for many tries.
  func report(_ bytes: [UInt8], key: VerifierKey? = nil) throws -> EvidenceReport {
    let key = try key ?? LogReader(layout).verifierKey
    return EvidenceCheck.run(bytes, key: key, verifier: try #require(LogVerifier(key)), SHA256Tree.self)
  }

  func codes(_ bytes: [UInt8]) throws -> Set<String> { Set(try report(bytes).findings.map(\.code)) }
}

/// The files of an archive as a test takes them apart and puts them together.
struct Parts {
  var files: [(name: String, content: [UInt8])]

  init(_ bytes: [UInt8]) throws {
    let archive = try ArchiveReader(bytes)
    files = try archive.members.map { ($0.file.name, try archive.content($0)) }
  }

  var bytes: [UInt8] {
    files.flatMap { file in
      (TarHeader(name: file.name, size: Int64(file.content.count))?.encoded ?? []) + file.content
        + [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(file.content.count)))
    } + TarHeader.end
  }

  subscript(name: String) -> [UInt8] {
    get { files.first { $0.name == name }?.content ?? [] }
    set {
      files.removeAll { $0.name == name }
      files.append((name, newValue))
      files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
  }

  mutating func remove(_ name: String) { files.removeAll { $0.name == name } }

  /// As the owner of the key could: a statement that fits the files, with what the records say.
  mutating func seal(_ fixture: EvidenceFixture) throws {
    remove("statement.dsse.json")
    let (key, name) = (try LogReader(fixture.layout).verifierKey, fixture.session.text)
    var records = SessionRecords(session: name)
    let blocks = String(decoding: self["proofs"], as: UTF8.self).split(separator: "\n\n")
    for (line, block) in zip(self["records.jsonl"].split(separator: 0x0A), blocks) {
      let index = try #require(UInt64(block.prefix { $0 != "\n" }.dropFirst(6)))
      records.add(try JSON.parse(line), at: index)
    }
    let head = try Checkpoint(parsing: SignedNote(parsing: self["checkpoint"]).text)
    let predicate = records.predicate(
      log: SessionRecords.log(head, key: key), files: files.compactMap { EvidenceFile(name: $0.name) })
    let subjects = files.map { Statement.Subject(name: $0.name, sha256: ContentDigest.hex($0.content)) }
    self["statement.dsse.json"] = try LogReader(fixture.layout).seal(
      statement: Statement(subjects: subjects, predicate: predicate).encoded)
  }
}
