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
    return try await onThread { () throws(SinkFailure) in
      var encoding = encoding
      do throws(Errno) { try Self.append(encoding.encode(records), to: target) } catch { throw Self.failure(error) }
      return SinkReceipt()
    }
  }

  private static func append(_ text: [UInt8], to target: ExportSink.FileTarget) throws(Errno) {
    let file = try Descriptor.open(target.path, [.readWrite, .create, .noFollow, .nonBlocking], mode: 0o600)
    let status = try file.status()
    guard status.isRegular else { throw .invalid }
    guard isOwn(status), try isSafe(ExactText(target.path).parent.text) else { throw .notPermitted }
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

  /// Nobody else can have written it, or will read it under another name.
  private static func isOwn(_ status: FileStatus) -> Bool {
    status.user == CurrentProcess.user && status.mode & 0o022 == 0 && status.links == 1
  }

  /// Others cannot put a file of theirs in its place.
  private static func isSafe(_ directory: String) throws(Errno) -> Bool {
    let status = try Descriptor.open(directory, [.readOnly, .directory]).status()
    let isSticky = status.mode & 0o1000 != 0
    return [0, CurrentProcess.user].contains(status.user) && (status.mode & 0o002 == 0 || isSticky)
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
    guard error == .notPermitted else {
      return SinkFailure("export-file", "the file cannot be written: \(error.message)")
    }
    return SinkFailure("export-file", "the file, or its directory, is not this user's alone to write")
  }
}
