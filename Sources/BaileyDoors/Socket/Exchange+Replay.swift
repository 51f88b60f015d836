import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire

/// Recordings: what the log says of them, and their bytes.
extension Exchange {
  static let piece = 256 << 10

  /// Tells what became of a recording, then sends what is there of it, as data.
  func replay(_ request: ReplayRequest) async throws(Fault) -> Reply {
    let session = try await logged(request.session, scans: true)
    let name = Transcripts.Name(session: session, program: request.program)
    var transcripts = try await transcripts()
    if let erasure = transcripts.erasure(of: name) {
      throw Fault("recording-erased", subject: session.text, why: "the recording was \(erasure.sentence)")
    }
    guard let keeper = services.recordings, transcripts.marks[name] != nil else {
      throw Fault(
        "recording-none", subject: session.text, why: "no such program of this session was recorded",
        hint: "sessions with a terminal are, unless the manifest says `recording: none`")
    }
    let recording = try await transcripts.checked(name, by: keeper)
    // Its summary may be gone already.
    let isRunning = (try? await pick(request.session))?.state == .running
    let status = RecordingStatus(
      session: session, findings: recording.findings, state: transcripts.marks[name]?.last?.state ?? .open,
      isRunning: isRunning)
    try send(.recording(status))
    guard request.sends, let size = recording.findings.bytes, let read = recording.read else { return .done }
    connection.waitForClient()
    var offset: Int64 = 0
    while offset < size {
      let bytes = try await read(offset, min(Self.piece, Int(clamping: size - offset)))
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
    var transcripts = try await transcripts()
    for name in transcripts.marks.keys.sorted(by: { $0.session.text < $1.session.text }) {
      if transcripts.erasure(of: name) != nil {
        result.erased += 1
        continue
      }
      let findings = try await transcripts.checked(name, by: keeper).findings
      result.problems += findings.problems.map {
        "recording of \(name.session.text), program \(name.program): \($0)"
      }
    }
  }

  private func transcripts() async throws(Fault) -> Transcripts {
    await services.retention?.settled()
    return try await Transcripts(of: services.log)
  }
}
