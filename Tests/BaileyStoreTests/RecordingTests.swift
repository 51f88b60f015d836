import BaileyAudit
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyStore

@Suite("Recordings on disk")
struct RecordingTests {
  private let scratch: Scratch
  private let recordings: Recordings
  private let id = SessionID.random()

  init() throws {
    scratch = try Scratch()
    recordings = Recordings(stateDirectory: scratch.path) { ContentDigest() }
  }

  private var path: String { scratch.path + "/recordings/\(id.text).0.cast" }

  private func open(limit: Int64? = nil) async throws -> any SessionRecording {
    var rules = RecordingRules()
    rules.limit = limit
    return try await recordings.open(
      id, program: 0, size: TerminalSize(rows: 24, columns: 80), rules: rules, secrets: ["hunter2-not-for-agents"])
  }

  /// Three lines beyond the header, a mark after each, and the last one.
  private func recorded() async throws -> [TranscriptMark] {
    let recording = try await open()
    var marks = [try await recording.sync()]
    for word in ["one\r\n", "two hunter2-not", "-for-agents\r\n"] {
      recording.output(Array(word.utf8))
      marks.append(try await recording.sync())
    }
    recording.ended()
    marks.append(try await recording.close())
    return marks
  }

  private func text() throws -> String {
    String(decoding: try Descriptor.open(path).readAll(limit: 1 << 20), as: UTF8.self)
  }

  private func overwrite(_ bytes: [UInt8], at offset: Int64, size: Int64? = nil) throws {
    let file = try Descriptor.open(path, .readWrite)
    try file.writeAll(bytes, at: offset)
    if let size { try file.truncate(to: size) }
  }

  @Test("What was written is what the log's marks say, without the secret")
  func whole() async throws {
    let marks = try await recorded()
    #expect(try !text().contains("hunter2") && text().contains("[masked]"))
    #expect(marks.map(\.bytes) == marks.map(\.bytes).sorted() && marks.last?.state == .ended)
    let findings = try await recordings.check(id, program: 0, marks: marks)
    #expect(findings.problems.isEmpty && findings.isEnded && findings.verified == findings.bytes)
    #expect(findings.bytes == marks.last?.bytes)
  }

  @Test("A changed byte, wherever it is, shows, and so does a cut at any place")
  func damage() async throws {
    let marks = try await recorded()
    let bytes = Array(try text().utf8)
    for offset in 0..<bytes.count {
      try overwrite([bytes[offset] ^ 1], at: Int64(offset))
      #expect(try await recordings.check(id, program: 0, marks: marks).problems.count == 1)
      try overwrite([bytes[offset]], at: Int64(offset))
    }
    for size in stride(from: bytes.count - 1, through: 0, by: -7) {
      try overwrite([], at: 0, size: Int64(size))
      let findings = try await recordings.check(id, program: 0, marks: marks)
      #expect(findings.problems.first?.contains("was cut") == true)
      #expect(findings.verified <= Int64(size))
    }
  }

  @Test("What was added, replaced or removed shows")
  func replaced() async throws {
    let marks = try await recorded()
    let bytes = Array(try text().utf8)
    try overwrite(Array("[9.000000,\"o\",\"x\"]\n".utf8), at: Int64(bytes.count))
    #expect(try await recordings.check(id, program: 0, marks: marks).problems.first?.contains("added") == true)
    let other = Recordings(stateDirectory: scratch.path) { ContentDigest() }
    #expect(try await other.check(.random(), program: 0, marks: marks).problems == ["the recording is missing"])
    try Descriptor.workingDirectory.unlink(path)
    #expect(try await recordings.check(id, program: 0, marks: marks).problems == ["the recording is missing"])
  }

  @Test("An ended recording lies among the payloads by its hash, and is found there")
  func kept() async throws {
    let recording = try await open()
    recording.output(Array("x".utf8))
    recording.ended()
    let mark = try await recording.close()
    await recording.keep()
    #expect(throws: Errno.noSuchFile) { try Descriptor.status(of: path) }
    let kept = "\(scratch.path)/payloads/\(mark.sha256.prefix(2))/\(mark.sha256.dropFirst(2))"
    #expect(try Descriptor.status(of: kept).size == mark.bytes)
    #expect(try await recordings.check(id, program: 0, marks: [mark]).problems.isEmpty)
    let checked = try await recordings.checked(id, program: 0, marks: [mark])
    let read = try #require(checked.read)
    let bytes = try await read(0, 1 << 20)
    #expect(Int64(bytes.count) == mark.bytes)
  }

  @Test("At its limit a recording says so and takes nothing more")
  func limit() async throws {
    let recording = try await open(limit: 1024)
    for _ in 0..<100 { recording.output(Array("0123456789".utf8)) }
    recording.ended()
    let mark = try await recording.close()
    #expect(mark.state == .full && mark.bytes <= 1024)
    #expect(try text().contains("\"m\",\"bailey: the recording reached its limit of 1024 bytes\"]"))
  }

  @Test("A torn last line is taken away at the next start, and the rest is closed and kept")
  func torn() async throws {
    let marks = Array(try await recorded().dropLast())
    let whole = try text()
    try overwrite(Array("[9.000000,\"o\",\"half".utf8), at: Int64(whole.utf8.count))
    let next = Recordings(stateDirectory: scratch.path) { ContentDigest() }
    let found = try await next.recover { _ in [id: marks] }.marks
    #expect(found.map(\.session) == [id])
    #expect(found.first?.mark.state == .recovered && found.first?.mark.bytes == Int64(whole.utf8.count))
    #expect(try text() == whole)
    await next.keepRecovered()
    #expect(try await next.check(id, program: 0, marks: marks + found.map(\.mark)).problems.isEmpty)
    #expect(try await next.recover { _ in [id: marks] }.marks.isEmpty)
  }

  private func append(_ text: String) throws {
    let size = try Descriptor.status(of: path).size
    try overwrite(Array(text.utf8), at: size)
  }

  @Test(
    "What is no line of a recording is taken away at the next start with all behind it, but nothing that the log names")
  func garbage() async throws {
    let marks = Array(try await recorded().dropLast())
    let whole = try text()
    try append("\0\0\0\0\n[9.000000,\"o\",\"x\"]\n")
    let next = Recordings(stateDirectory: scratch.path) { ContentDigest() }
    let mark = try await next.recover { _ in [id: marks] }.marks.first?.mark
    #expect(try mark?.bytes == Int64(whole.utf8.count) && text() == whole)
    // Damage before the last mark is evidence: it stays, and shows.
    try overwrite([0], at: 2)
    let found = try await next.recover { _ in [id: marks] }.marks
    #expect(try text().utf8.count == whole.utf8.count)
    #expect(try await next.check(id, program: 0, marks: marks + found.map(\.mark)).problems.count == 1)
  }

  @Test("A file that somebody put among the recordings is refused, and the others are closed all the same")
  func planted() async throws {
    let marks = try await recorded()
    let (stranger, ended) = (SessionID.random(), SessionID.random())
    for planted in [stranger, ended] {
      try WholeFile.replace(scratch.path + "/recordings/\(planted.text).0.cast", with: Array("x".utf8))
    }
    let next = Recordings(stateDirectory: scratch.path) { ContentDigest() }
    let left = try await next.recover { _ in [id: Array(marks.dropLast()), ended: marks] }
    #expect(left.marks.map(\.session) == [id])
    #expect(left.faults.map(\.code) == ["recording-refused", "recording-refused"])
    await next.keepRecovered()
    for planted in [stranger, ended] {
      #expect(try Descriptor.status(of: scratch.path + "/recordings/\(planted.text).0.cast").size == 1)
    }
  }

  @Test("A recording that was closed and not put away is put away at the next start, without another record")
  func unkept() async throws {
    let marks = try await recorded()
    let next = Recordings(stateDirectory: scratch.path) { ContentDigest() }
    let left = try await next.recover { _ in [id: marks] }
    #expect(left.marks.isEmpty && left.faults.isEmpty)
    await next.keepRecovered()
    #expect(throws: Errno.noSuchFile) { try Descriptor.status(of: path) }
    #expect(try await next.check(id, program: 0, marks: marks).problems.isEmpty)
  }

  @Test("One that never ran leaves nothing")
  func discarded() async throws {
    await (try await open()).discard()
    #expect(throws: Errno.noSuchFile) { try Descriptor.status(of: path) }
  }

  @Test("What the process itself writes is not recovered")
  func own() async throws {
    let recording = try await open()
    #expect(try await recordings.recover { _ in [id: []] }.marks.isEmpty)
    recording.ended()
  }
}

@Suite("Payloads")
struct PayloadTests {
  private let scratch: Scratch
  private let payloads: Payloads

  init() throws {
    scratch = try Scratch()
    payloads = Payloads(stateDirectory: scratch.path) { ContentDigest() }
  }

  @Test("What is stored is read back, and stored twice it is there once")
  func roundTrip() throws {
    let reference = try payloads.store(Array("content".utf8))
    #expect(try payloads.store(Array("content".utf8)) == reference)
    #expect(try payloads.read(reference) == Array("content".utf8))
    #expect(payloads.path(reference).hasPrefix(scratch.path + "/payloads/\(reference.sha256.prefix(2))/"))
  }

  @Test("What was changed, cut or removed is refused, and mended by storing it again")
  func damage() throws {
    let reference = try payloads.store(Array("content".utf8))
    for damaged in ["c0ntent", "conten", ""] {
      try WholeFile.replace(payloads.path(reference), with: Array(damaged.utf8))
      #expect(throws: Fault.self) { try payloads.read(reference) }
    }
    _ = try payloads.store(Array("content".utf8))
    #expect(try payloads.read(reference) == Array("content".utf8))
    try Descriptor.workingDirectory.unlink(payloads.path(reference))
    #expect(throws: Fault.self) { try payloads.read(reference) }
  }

  @Test(
    "No reference leads out of the store", arguments: ["", "..", "../../etc/passwd", String(repeating: "A", count: 64)])
  func names(text: String) { #expect(PayloadReference(sha256: text, size: 1) == nil) }

  @Test("More than the limit is refused")
  func limit() {
    #expect(throws: Fault.self) { try payloads.store([UInt8](repeating: 0, count: Payloads.limit + 1)) }
  }
}
