package import BaileyCore
import BaileyLinux

extension Recordings {
  package func checked(_ session: SessionID, program: Int, marks: [TranscriptMark]) async throws(Fault)
    -> CheckedRecording
  {
    let (places, hasher) = (places(session, program, marks), hasher)
    return try await onOwnThread("record-check") { () throws(Fault) in
      var problem = "the recording is missing"
      for place in places {
        do throws(Errno) {
          guard try Descriptor.status(of: place).isRegular else { continue }
          let file = OpenRecording(try Descriptor.open(place, [.readOnly, .noFollow]), place)
          var check = RecordingCheck(hash: hasher(), marks: marks)
          return CheckedRecording(try check.run(file.file)) { offset, limit async throws(Fault) in
            try await file.read(offset, limit)
          }
        } catch .noSuchFile {
          // It may have moved to the next place.
        } catch {
          problem = "the recording cannot be read: \(error.message)"
        }
      }
      return CheckedRecording(
        RecordingFindings(bytes: nil, verified: 0, problems: [problem], isEnded: marks.last?.isFinal == true))
    }
  }

  /// Where it may lie, in the order in which it gets there.
  private func places(_ session: SessionID, _ program: Int, _ marks: [TranscriptMark]) -> [String] {
    let written = RecordingPlace(directory: directory, session: session, program: program).path
    let kept = marks.last(where: \.isFinal).flatMap { PayloadReference(sha256: $0.sha256, size: $0.bytes) }
    return [written] + (kept.map { [payloads.path($0)] } ?? [])
  }
}

/// A recording's file, for as long as somebody reads it.
private final class OpenRecording: Sendable {
  let file: Descriptor
  private let place: String

  init(_ file: consuming Descriptor, _ place: String) {
    self.file = file
    self.place = place
  }

  func read(_ offset: Int64, _ limit: Int) async throws(Fault) -> [UInt8] {
    try await onOwnThread("record-read") { () throws(Fault) in
      do throws(Errno) { return try self.file.read(upTo: limit, at: offset) } catch {
        throw Fault("recording-unreadable", subject: self.place, why: error.message)
      }
    }
  }
}
