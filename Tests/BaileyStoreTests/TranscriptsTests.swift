import BaileyAudit
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyDoors
@testable import BaileyStore

/// A log of marks that grows.
private final class MarkLog: LogSource {
  private let records = Mutex<[JSON]>([])

  func append(_ session: SessionID, _ mark: TranscriptMark) {
    records.withLock { $0.append(Record(.transcript, session: session, time: 1, body: mark.body).json) }
  }

  func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    records.withLock { records in
      records.enumerated().dropFirst(Int(index)).prefix(limit).map {
        LoggedRecord(index: UInt64($0.offset), record: $0.element)
      }
    }
  }
  func size() async throws(Fault) -> UInt64 { records.withLock { UInt64($0.count) } }
  func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { throw IdleResources.nowhere }
  func verify() async throws(Fault) -> LogFindings { throw IdleResources.nowhere }
}

@Suite("Recordings and what the log says of them")
struct TranscriptsTests {
  private let scratch: Scratch
  private let recordings: Recordings
  private let log = MarkLog()
  private let name = Transcripts.Name(session: .random(), program: 0)

  init() throws {
    scratch = try Scratch()
    recordings = Recordings(stateDirectory: scratch.path) { ContentDigest() }
  }

  private var path: String { scratch.path + "/recordings/\(name.session.text).0.cast" }

  /// A recording that was marked once.
  private func begun() async throws -> any SessionRecording {
    let recording = try await recordings.open(
      name.session, program: 0, size: TerminalSize(rows: 24, columns: 80), rules: RecordingRules(), secrets: [])
    recording.output(Array("x".utf8))
    log.append(name.session, try await recording.sync())
    return recording
  }

  private func end(_ recording: any SessionRecording) async throws {
    recording.ended()
    log.append(name.session, try await recording.close())
    await recording.keep()
  }

  @Test("A recording that ends while the log is read is not called missing")
  func endsMeanwhile() async throws {
    let recording = try await begun()
    var transcripts = try await Transcripts(of: log)
    try await end(recording)
    let findings = try await transcripts.checked(name, by: recordings).findings
    #expect(findings.problems == [] && findings.isEnded && findings.verified == findings.bytes)
    #expect(transcripts.marks[name]?.last?.state == .ended)
  }

  @Test("One that is gone is missing")
  func missing() async throws {
    let recording = try await begun()
    try Descriptor.workingDirectory.unlink(path)
    var transcripts = try await Transcripts(of: log)
    #expect(try await transcripts.checked(name, by: recordings).findings.problems == ["the recording is missing"])
    recording.ended()
  }

  @Test("What is read is what was compared, whatever takes its place")
  func sameFile() async throws {
    let recording = try await begun()
    var transcripts = try await Transcripts(of: log)
    let checked = try await transcripts.checked(name, by: recordings)
    try await end(recording)
    try scratch.write("another", to: "recordings/\(name.session.text).0.cast")
    let read = try #require(checked.read)
    let bytes = try await read(0, 1 << 20)
    #expect(Int64(bytes.count) >= checked.findings.verified && !bytes.starts(with: Array("another".utf8)))
  }

  @Test("One that cannot be read is a problem of its own, and ends no verification")
  func unreadable() async throws {
    let recording = try await begun()
    recording.ended()
    // A place that no directory is: the same for root.
    try Descriptor.workingDirectory.unlink(path)
    try Descriptor.workingDirectory.removeDirectory(scratch.path + "/recordings")
    try scratch.write("", to: "recordings")
    var transcripts = try await Transcripts(of: log)
    let findings = try await transcripts.checked(name, by: recordings).findings
    #expect(findings.problems.first?.contains("cannot be read") == true && findings.bytes == nil)
  }
}
