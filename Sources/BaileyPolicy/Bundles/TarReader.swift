import BaileyCore

/// Reads the files of a tar archive (POSIX.1-2017 pax, ustar, GNU long names) from memory.
///
/// Nothing is ever written to a disk. Whatever is no plain file or directory is refused, as is a name that leads outside or comes
/// twice.
struct TarReader {
  private static let block = 512
  private static let maximumEntries = 10_000
  private static let maximumName = 4096

  private let bytes: [UInt8]
  private let subject: String
  private var position = 0
  private var longName: String?

  static func files(_ bytes: [UInt8], subject: String) throws(Fault) -> [(path: String, bytes: [UInt8])] {
    var reader = TarReader(bytes: bytes, subject: subject)
    var files: [(path: String, bytes: [UInt8])] = []
    var names: Set<String> = []
    var entries = 0
    while let file = try reader.next() {
      entries += 1
      guard entries <= maximumEntries else { throw reader.malformed("there are more than \(maximumEntries) entries") }
      guard let content = file.bytes else { continue }
      let path = try BundlePath.checked(file.name, subject: subject)
      guard names.insert(path).inserted else { throw reader.malformed("\(path) comes twice") }
      files.append((path, content))
    }
    return files
  }

  private func malformed(_ why: String) -> Fault { Fault("bundle-malformed", subject: subject, why: why) }

  /// The next file, or a directory without bytes.
  private mutating func next() throws(Fault) -> (name: String, bytes: [UInt8]?)? {
    while let header = try header() {
      let content = try content(of: header)
      let kind = header[header.startIndex + 156]
      switch kind {
      case 0, UInt8(ascii: "0"):
        let name = try name(header)
        return (name, Array(content))
      case UInt8(ascii: "5"): return (try name(header), nil)
      case UInt8(ascii: "x"): longName = try paxPath(content) ?? longName
      case UInt8(ascii: "g"): continue
      case UInt8(ascii: "L"): longName = try text(content.prefix { $0 != 0 })
      default:
        throw Fault(
          "bundle-entry-kind", subject: subject, why: "\(try name(header)) is neither a file nor a directory",
          hint: "build the bundle from plain files")
      }
    }
    return nil
  }

  /// Nil at the end: a block of zeros, and only zeros behind it.
  private mutating func header() throws(Fault) -> ArraySlice<UInt8>? {
    if position == bytes.count, position > 0 { return nil }
    guard bytes.count - position >= Self.block else { throw malformed("it ends within a header") }
    let header = bytes[position..<(position + Self.block)]
    if header.allSatisfy({ $0 == 0 }) {
      guard bytes[position...].allSatisfy({ $0 == 0 }) else { throw malformed("there is something behind the end") }
      return nil
    }
    let start = header.startIndex
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element)) }
    guard try octal(header[(start + 148)..<(start + 156)]) == sum else { throw malformed("a header's sum is wrong") }
    position += Self.block
    return header
  }

  private mutating func content(of header: ArraySlice<UInt8>) throws(Fault) -> ArraySlice<UInt8> {
    let size = try octal(header[(header.startIndex + 124)..<(header.startIndex + 136)])
    guard size <= bytes.count - position else { throw malformed("it ends within a file") }
    let content = bytes[position..<(position + size)]
    let padded = (size + Self.block - 1) / Self.block * Self.block
    guard padded <= bytes.count - position else { throw malformed("it ends within a file") }
    position += padded
    return content
  }

  private func octal(_ field: ArraySlice<UInt8>) throws(Fault) -> Int {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    guard !digits.isEmpty, digits.count <= 12, digits.allSatisfy({ (0x30...0x37).contains($0) }) else {
      throw malformed("a header holds no number")
    }
    return digits.reduce(0) { $0 << 3 | Int($1 - 0x30) }
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(Fault) -> String {
    guard bytes.count <= Self.maximumName, let text = String(validating: bytes, as: UTF8.self) else {
      throw malformed("a name is too long or not UTF-8")
    }
    return text
  }

  private mutating func name(_ header: ArraySlice<UInt8>) throws(Fault) -> String {
    if let name = longName {
      longName = nil
      return name
    }
    let start = header.startIndex
    let name = try text(header[start..<(start + 100)].prefix { $0 != 0 })
    guard header[(start + 257)..<(start + 263)].elementsEqual("ustar\0".utf8) else { return name }
    let prefix = try text(header[(start + 345)..<(start + 500)].prefix { $0 != 0 })
    return prefix.isEmpty ? name : prefix + "/" + name
  }

  /// Records `length key=value\n`; a size in one would change what is read, so it is refused.
  private func paxPath(_ content: ArraySlice<UInt8>) throws(Fault) -> String? {
    var (rest, path) = (content, String?.none)
    while !rest.isEmpty {
      let digits = rest.prefix { (0x30...0x39).contains($0) }
      guard digits.count < 8, let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2,
        length <= rest.count, rest.dropFirst(digits.count).first == 0x20, rest.prefix(length).last == 0x0A
      else { throw malformed("an extended header is wrong") }
      let record = try text(rest.prefix(length).dropFirst(digits.count + 1).dropLast())
      if record.hasPrefix("size=") { throw malformed("an extended header changes a size") }
      if record.hasPrefix("path=") { path = String(record.dropFirst(5)) }
      rest = rest.dropFirst(length)
    }
    return path
  }
}
