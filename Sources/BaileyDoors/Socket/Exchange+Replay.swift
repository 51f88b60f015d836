import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire

/// Recordings: what the log says of them, and their bytes.
extension Exchange {
  static let piece = 256 << 10
  private static let batch = 512

  /// Tells what became of a recording, then sends what is there of it, as data.
  func replay(_ request: ReplayRequest) async throws(Fault) -> Reply {
    let session = try await pick(request.session)
    let (known, ledger) = try await transcripts()
    let marks = known[Transcribed(session: session.id, program: request.program)] ?? []
    if let erasure = marks.last(where: \.isFinal).flatMap({ ledger.erased[$0.sha256] }) {
      throw Fault("recording-erased", subject: session.id.text, why: "the recording was \(erasure.sentence)")
    }
    guard let keeper = services.recordings, !marks.isEmpty else {
      throw Fault(
        "recording-none", subject: session.id.text, why: "no such program of this session was recorded",
        hint: "sessions with a terminal are, unless the manifest says `recording: off`")
    }
    let findings = try await keeper.check(session.id, program: request.program, marks: marks)
    let status = RecordingStatus(
      session: session.id, findings: findings, state: marks.last?.state ?? .open, isRunning: session.state == .running)
    try send(.recording(status))
    guard request.sends, let size = findings.bytes else { return .done }
    connection.waitForClient()
    var offset: Int64 = 0
    while offset < size {
      let bytes = try await keeper.read(
        session.id, program: request.program, marks: marks, from: offset,
        limit: min(Self.piece, Int(clamping: size - offset)))
      if bytes.isEmpty { break }
      try await sendWhenRoom(data: bytes)
      offset += Int64(bytes.count)
    }
    return .done
  }

  func sendWhenRoom(data: [UInt8]) async throws(Fault) {
    do throws(WireError) {
      try await connection.room()
      try connection.send(data: data)
    } catch {
      throw error.fault
    }
  }

  /// What is wrong with recordings, a sentence each, and how many were erased.
  func addRecordings(to result: inout LogVerification) async throws(Fault) {
    guard let keeper = services.recordings else { return }
    let (known, ledger) = try await transcripts()
    for (name, marks) in known.sorted(by: { $0.key.session.text < $1.key.session.text }) {
      if let last = marks.last(where: \.isFinal), ledger.erased[last.sha256] != nil {
        result.erased += 1
        continue
      }
      let findings = try await keeper.check(name.session, program: name.program, marks: marks)
      result.problems += findings.problems.map {
        "recording of \(name.session.text), program \(name.program): \($0)"
      }
    }
  }

  private struct Transcribed: Hashable {
    var session: SessionID
    var program: Int
  }

  /// What the log says of all recordings, and of erasures, in one reading.
  private func transcripts() async throws(Fault) -> (marks: [Transcribed: [TranscriptMark]], ledger: PayloadLedger) {
    await services.retention?.settled()
    var ledger = PayloadLedger()
    var found: [Transcribed: [TranscriptMark]] = [:]
    var next: UInt64 = 0
    while let entries = Optional(try await services.log.entries(from: next, limit: Self.batch)),
      let last = entries.last
    {
      for entry in entries { ledger.take(entry) }
      for entry in entries where entry.record["kind"]?.string == Record.Kind.transcript.rawValue {
        guard let session = entry.record["session"]?.string.flatMap(SessionID.init),
          let mark = entry.record["body"].flatMap(TranscriptMark.init(body:))
        else { continue }
        found[Transcribed(session: session, program: mark.program), default: []].append(mark)
      }
      next = last.index + 1
    }
    return (found, ledger)
  }
}
