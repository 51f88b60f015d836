import BaileyCore
import BaileyLinux

/// Hashes a recording once, and compares at each place that the log names.
struct RecordingCheck {
  private var hash: any ContentHasher
  private let marks: [TranscriptMark]
  private var offset: Int64 = 0
  private var verified: Int64 = 0

  init(hash: any ContentHasher, marks: [TranscriptMark]) {
    self.hash = hash
    self.marks = marks
  }

  mutating func run(_ file: borrowing Descriptor) throws(Errno) -> RecordingFindings {
    let size = try file.status().size
    var findings = RecordingFindings(
      bytes: size, verified: 0, problems: [], isEnded: marks.contains { $0.isFinal })
    if marks.isEmpty { findings.problems = ["the log does not know of it"] }
    for mark in marks {
      if let problem = try compare(mark, size, file) {
        findings.problems = [problem]
        break
      }
    }
    findings.verified = verified
    if findings.problems.isEmpty, findings.isEnded, size > verified {
      findings.problems = ["\(size - verified) bytes were added after its end"]
    }
    return findings
  }

  private mutating func compare(_ mark: TranscriptMark, _ size: Int64, _ file: borrowing Descriptor) throws(Errno)
    -> String?
  {
    if mark.bytes < offset { return "the log names byte \(mark.bytes) after byte \(offset)" }
    if mark.bytes > size { return "it was cut: of \(mark.bytes) bytes \(size) are left" }
    while offset < mark.bytes {
      let piece = try file.read(upTo: Int(min(mark.bytes - offset, 1 << 20)), at: offset)
      if piece.isEmpty { return "it was cut: of \(mark.bytes) bytes \(offset) are left" }
      hash.update(piece)
      offset += Int64(piece.count)
    }
    if hexadecimal(hash.finish()) != mark.sha256 { return "it was changed between byte \(verified) and \(mark.bytes)" }
    verified = mark.bytes
    return nil
  }
}
