import BaileyCore
import BaileyLinux

/// The directories that a project had when a session began, by inode number: who puts another one in the place of one leaves the change
/// times of all files below it.
///
/// overlayfs could tell in `user.overlay.origin`, but writes no file handle there where an ordinary user mounted it.
struct DirectoryRecord: Sendable, Equatable {
  private(set) var inodes: [[UInt8]: UInt64] = [:]

  init() {}

  /// - Parameter directory: an open directory of the project.
  mutating func note(_ path: [UInt8], _ directory: borrowing Descriptor) {
    if let status = try? directory.status() { inodes[path] = status.inode }
  }

  /// For each directory its number, a space, its path and a NUL, which is in no path.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for (path, inode) in inodes { bytes += Array("\(inode) ".utf8) + path + [0] }
    return bytes
  }

  /// `nil` if the bytes are not all of a record.
  init?(_ bytes: [UInt8]) {
    guard bytes.last == 0 else { return nil }
    for entry in bytes.dropLast().split(separator: 0, omittingEmptySubsequences: false) {
      guard let space = entry.firstIndex(of: UInt8(ascii: " ")),
        let inode = UInt64(String(decoding: entry[..<space], as: UTF8.self))
      else { return nil }
      inodes[Array(entry[(space + 1)...])] = inode
    }
  }
}
