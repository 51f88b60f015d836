/// Character classes of HTTP (RFC 9110 section 5.6.2).
enum HTTPToken {
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
      UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
      true
    default: false
    }
  }

  /// Visible ASCII, space and tab: `field-vchar` without `obs-text`.
  static func isFieldByte(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) || byte == 9 }

  static func isTargetByte(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

  static func lower(_ text: some Sequence<UInt8>) -> String {
    String(decoding: text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
