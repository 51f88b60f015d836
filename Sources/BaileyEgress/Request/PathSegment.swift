import BaileyCore

/// What stands between two slashes of a path, in its one spelling and decoded.
struct PathSegment: Sendable, Equatable {
  let text: String
  let decoded: String
  private(set) var holdsSlash = false

  static let empty = PathSegment(text: "", decoded: "")

  var isDot: Bool { decoded == "." }
  var isDoubleDot: Bool { decoded == ".." }

  private init(text: String, decoded: String) {
    self.text = text
    self.decoded = decoded
  }

  init(_ raw: ArraySlice<UInt8>, keepsSlash: Bool) throws(PathAmbiguity) {
    var (text, decoded): ([UInt8], [UInt8]) = ([], [])
    var rest = raw
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        guard (0x21...0x7E).contains(byte) else { throw .rawByte }
        try Self.check(byte)
        text += Self.isPathByte(byte) ? [byte] : Self.encoded(byte)
        decoded.append(byte)
        continue
      }
      let value = try Self.octet(&rest)
      if value == ExactText.slash {
        guard keepsSlash else { throw .encodedSlash }
        holdsSlash = true
      }
      try Self.check(value)
      text += Self.isUnreserved(value) ? [value] : Self.encoded(value)
      decoded.append(value)
    }
    self.text = String(decoding: text, as: UTF8.self)
    guard let readable = String(validating: decoded, as: UTF8.self) else { throw .notUTF8 }
    self.decoded = readable
    try checkWhole(decoded)
  }

  private static func octet(_ rest: inout ArraySlice<UInt8>) throws(PathAmbiguity) -> UInt8 {
    let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
    guard digits.count == 2, rest.prefix(2).allSatisfy({ $0 < 0x80 }) else { throw .percent }
    rest.removeFirst(2)
    return UInt8(digits[0] << 4 | digits[1])
  }

  /// What may stand nowhere, encoded or not.
  private static func check(_ byte: UInt8) throws(PathAmbiguity) {
    switch byte {
    case 0..<0x20, 0x7F: throw .control
    case UInt8(ascii: "\\"): throw .backslash
    case UInt8(ascii: ";"): throw .parameter
    default: break
    }
  }

  private func checkWhole(_ bytes: [UInt8]) throws(PathAmbiguity) {
    for scalar in decoded.unicodeScalars {
      if (0x80..<0xA0).contains(scalar.value) { throw .control }
      if Self.lookAlikes.contains(scalar) { throw .lookAlike }
    }
    if Self.decodesAgain(bytes) { throw .doubleEncoding }
    let parts = bytes.split(separator: ExactText.slash, omittingEmptySubsequences: false)
    for part in parts {
      if part.last == 0x20 { throw .space }
      let isDots = !part.isEmpty && part.allSatisfy { $0 == UInt8(ascii: ".") }
      if isDots, part.count > 2 { throw .dots }
      if parts.count > 1, isDots || part.isEmpty { throw .encodedSlash }
    }
  }

  /// Whether a second decoder would find something: `%2e`, and `%u002e` as old servers of Windows write it.
  private static func decodesAgain(_ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { index in
      guard bytes[index] == UInt8(ascii: "%"), index + 1 < bytes.count else { return false }
      if bytes[index + 1] | 0x20 == UInt8(ascii: "u") { return true }
      return index + 2 < bytes.count && isHex(bytes[index + 1]) && isHex(bytes[index + 2])
    }
  }

  /// Servers that fold wide forms make these into delimiters.
  private static let lookAlikes: Set<Unicode.Scalar> = [
    "\u{2024}", "\u{FE52}", "\u{FE68}", "\u{FE6A}", "\u{FF03}", "\u{FF05}", "\u{FF0E}", "\u{FF0F}", "\u{FF1B}",
    "\u{FF1F}", "\u{FF3C}",
  ]

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  /// RFC 3986 section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-._~".utf8.contains(byte)
    }
  }

  /// RFC 3986 section 3.3, `pchar`.
  private static func isPathByte(_ byte: UInt8) -> Bool { isUnreserved(byte) || "!$&'()*+,=:@".utf8.contains(byte) }

  private static func encoded(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }
}
