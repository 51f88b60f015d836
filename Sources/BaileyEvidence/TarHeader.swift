/// A header of the archive: POSIX ustar, in the one form that there is for a name and a size.
///
/// Mode 0644, no owner, no time, plain files only. A reader compares with what a writer would have written, so there is nothing in it to be
/// misread: no links, no long names, no extensions.
package struct TarHeader: Sendable, Equatable {
  package static let block = 512
  /// What eleven octal digits can say.
  package static let maximumSize: Int64 = 8 << 30 - 1
  /// Two blocks of zeros, and nothing after them.
  package static let end = [UInt8](repeating: 0, count: 1024)

  package var name: String
  package var size: Int64

  /// `nil` for what has no header.
  package init?(name: String, size: Int64) {
    guard (1...100).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      (0...Self.maximumSize).contains(size)
    else { return nil }
    self.name = name
    self.size = size
  }

  /// `nil` unless `bytes` is exactly what would have been written.
  package init?(parsing bytes: [UInt8]) {
    guard bytes.count == Self.block else { return nil }
    let name = String(decoding: bytes.prefix(100).prefix { $0 != 0 }, as: UTF8.self)
    guard let size = Int64(String(decoding: bytes[124..<135], as: UTF8.self), radix: 8), size >= 0 else { return nil }
    self.init(name: name, size: size)
    guard encoded == bytes else { return nil }
  }

  package var encoded: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.block)
    func put(_ text: String, at offset: Int) {
      bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    put(name, at: 0)
    for (value, offset) in [("0000644", 100), ("0000000", 108), ("0000000", 116), ("00000000000", 136)] {
      put(value, at: offset)
    }
    put(Self.octal(size, digits: 11), at: 124)
    put("0", at: 156)
    put("ustar\u{0}00", at: 257)
    put("0000000", at: 329)
    put("0000000", at: 337)
    put("        ", at: 148)
    let sum = bytes.reduce(0) { $0 + Int64($1) }
    put(Self.octal(sum, digits: 6) + "\u{0} ", at: 148)
    return bytes
  }

  /// Zeros that follow the content.
  package static func padding(after size: Int64) -> Int { Int((Int64(block) - size % Int64(block)) % Int64(block)) }

  private static func octal(_ value: Int64, digits: Int) -> String {
    let text = String(value, radix: 8)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }
}
