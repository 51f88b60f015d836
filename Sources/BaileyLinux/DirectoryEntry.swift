/// One name in a directory.
package struct DirectoryEntry: Sendable, Hashable {
  package var name: [UInt8]
  /// `unknown` where the file system does not say.
  package var type: FileType
  package var inode: UInt64

  package var text: String { String(decoding: name, as: UTF8.self) }
}

extension DirectoryEntry {
  /// Reads the records that getdents64(2) left in a buffer; `.` and `..` are left out.
  ///
  /// A record that does not fit its own length ends the reading.
  static func parse(_ buffer: ArraySlice<UInt8>, into entries: inout [DirectoryEntry]) {
    var rest = buffer
    while rest.count >= 20 {
      let start = rest.startIndex
      let length = Int(rest[start + 16]) | Int(rest[start + 17]) << 8
      guard length >= 20, length <= rest.count else { return }
      let name = Array(rest[(start + 19)..<(start + length)].prefix { $0 != 0 })
      if name != [0x2e] && name != [0x2e, 0x2e] {
        let inode = (0..<8).reduce(UInt64(0)) { $0 | UInt64(rest[start + $1]) << UInt64(8 * $1) }
        entries.append(
          DirectoryEntry(name: name, type: FileType(rawValue: rest[start + 18]) ?? .unknown, inode: inode))
      }
      rest = rest.dropFirst(length)
    }
  }
}
