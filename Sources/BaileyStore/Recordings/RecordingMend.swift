import BaileyCast
import BaileyCore
import BaileyLinux

/// Closes a recording that nobody writes any more.
struct RecordingMend {
  struct Result: Sendable {
    var mark: TranscriptMark
    /// The log does not have it yet.
    var isNew: Bool
  }

  let place: RecordingPlace
  /// What the log says of it, in order.
  let marks: [TranscriptMark]
  let hash: any ContentHasher

  /// Takes away what is no line of a recording and all behind it, but nothing that the log names.
  ///
  /// Errors: `recording-unreadable`, and `recording-refused` for one whose end is on record and that is another.
  func run() throws(Fault) -> Result {
    do throws(Errno) {
      let file = try Descriptor.open(place.path, [.readWrite, .noFollow])
      let size = try file.status().size
      if let end = marks.last(where: \.isFinal) {
        if size == end.bytes, try digest(file, end.bytes) == end.sha256 { return Result(mark: end, isNew: false) }
      } else {
        return Result(mark: try close(file, size), isNew: true)
      }
    } catch {
      throw Fault("recording-unreadable", subject: place.path, why: error.message)
    }
    throw Fault(
      "recording-refused", subject: place.path, why: "its end is on record, and it is not what the log says",
      hint: "somebody changed it or put it there; move it away")
  }

  private func close(_ file: borrowing Descriptor, _ size: Int64) throws(Errno) -> TranscriptMark {
    let whole = max(try sound(file), min(size, marks.map(\.bytes).max() ?? 0))
    try file.truncate(to: whole)
    try file.fdatasync()
    try place.syncDirectory()
    return TranscriptMark(program: place.program, state: .recovered, bytes: whole, sha256: try digest(file, whole))
  }

  /// Bytes of the lines up to the first that is none.
  private func sound(_ file: borrowing Descriptor) throws(Errno) -> Int64 {
    var reader = CastReader()
    var (whole, line): (Int64, [UInt8]) = (0, [])
    while case let bytes = try file.read(upTo: 1 << 20, at: whole + Int64(line.count)), !bytes.isEmpty {
      line += bytes
      var start = 0
      while let end = line[start...].firstIndex(of: 0x0A) {
        guard (try? reader.take(Array(line[start...end]))) != nil else { return whole + Int64(start) }
        start = end + 1
      }
      whole += Int64(start)
      line.removeFirst(start)
      if line.count > CastReader.longestLine { return whole }
    }
    return whole
  }

  private func digest(_ file: borrowing Descriptor, _ size: Int64) throws(Errno) -> String {
    var (hash, offset): (any ContentHasher, Int64) = (hash, 0)
    while offset < size {
      let piece = try file.read(upTo: Int(min(size - offset, 1 << 20)), at: offset)
      if piece.isEmpty { break }
      hash.update(piece)
      offset += Int64(piece.count)
    }
    return hexadecimal(hash.finish())
  }
}
