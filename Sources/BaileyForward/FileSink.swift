import BaileyCore
import BaileyExport
import BaileyLinux

/// A file of lines, synced before it is acknowledged; put aside as `NAME.1`, `NAME.2` … when it has grown too large.
///
/// Opened anew for each delivery, so that it can be moved away by others. A line that a crash cut is taken off before the next is written:
/// its record comes again.
struct FileSink: Sink {
  let target: ExportSink.FileTarget
  let encoding: ExportEncoding

  func deliver(_ records: [ExportedRecord]) async throws(SinkFailure) -> SinkReceipt {
    let (target, encoding) = (target, encoding)
    return try await onOwnThread("export", else: Self.failure) { () throws(SinkFailure) in
      var encoding = encoding
      do throws(Errno) { try Self.append(encoding.encode(records), to: target) } catch { throw Self.failure(error) }
      return SinkReceipt()
    }
  }

  private static func append(_ text: [UInt8], to target: ExportSink.FileTarget) throws(Errno) {
    let file = try Descriptor.open(target.path, [.readWrite, .create, .noFollow, .nonBlocking], mode: 0o600)
    let status = try file.status()
    guard status.isRegular else { throw .invalid }
    let end = try wholeLines(file, status.size)
    // Longer than any record that a crash could have cut: this is no file of ours.
    guard status.size - end <= 1 << 20 else { throw .invalid }
    if end < status.size { try file.truncate(to: end) }
    if end > 0, end + Int64(text.count) > target.maximumBytes {
      try rotate(target)
      return try append(text, to: target)
    }
    try file.writeAll(text, at: end)
    try file.fdatasync()
    try syncDirectory(of: target.path)
  }

  /// Bytes up to the last line's end; a record has at most a few times 64 KiB.
  private static func wholeLines(_ file: borrowing Descriptor, _ size: Int64) throws(Errno) -> Int64 {
    var end = size
    while end > 0 {
      let start = max(0, end - 65536)
      let part = try file.read(upTo: Int(end - start), at: start)
      if let newline = part.lastIndex(of: UInt8(ascii: "\n")) { return start + Int64(newline) + 1 }
      end = start
    }
    return 0
  }

  /// The oldest goes; the file itself only if none is kept.
  private static func rotate(_ target: ExportSink.FileTarget) throws(Errno) {
    func name(_ number: Int) -> String { number == 0 ? target.path : "\(target.path).\(number)" }
    if target.kept == 0 { return try Descriptor.workingDirectory.unlink(target.path) }
    for number in stride(from: target.kept - 1, through: 0, by: -1) {
      do throws(Errno) { try Descriptor.workingDirectory.rename(name(number), to: name(number + 1)) } catch {
        if error != .noSuchFile { throw error }
      }
    }
    try syncDirectory(of: target.path)
  }

  private static func syncDirectory(of path: String) throws(Errno) {
    try Descriptor.open(ExactText(path).parent.text, [.readOnly, .directory]).fsync()
  }

  private static func failure(_ error: Errno) -> SinkFailure {
    SinkFailure("export-file", "the file cannot be written: \(error.message)")
  }
}
