import BaileyCore
import BaileyLinux

/// Where a recording lies while it is written: `recordings/SESSION.PROGRAM.cast`.
struct RecordingPlace: Sendable {
  let directory: String
  let session: SessionID
  let program: Int

  var path: String { directory + "/" + StatePlace.recording(session.text, program: program) }

  init(directory: String, session: SessionID, program: Int) {
    self.directory = directory
    self.session = session
    self.program = program
  }

  /// - Returns: `nil` for a file that is no recording.
  init?(directory: String, name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "cast", let session = SessionID(String(parts[0])), let program = Int(parts[1]),
      program >= 0
    else { return nil }
    self.init(directory: directory, session: session, program: program)
  }

  /// Where the place was made, its name is on disk afterwards.
  func syncDirectory() throws(Errno) { try Descriptor.open(directory, [.readOnly, .directory]).fsync() }

  /// From now on it is a payload like others; where that fails, the next start tries again.
  func keep(_ mark: TranscriptMark, in payloads: Payloads) {
    guard let reference = PayloadReference(sha256: mark.sha256, size: mark.bytes) else { return }
    try? payloads.adopt(path, as: reference)
  }
}
