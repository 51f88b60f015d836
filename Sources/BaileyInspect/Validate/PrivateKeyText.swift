/// Private keys as text: is there a key between the lines?
enum PrivateKeyText {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    let text = value.drop { $0 != 0x0A && $0 != 0x5C && $0 != 0x20 && $0 != 0x3A }
    let head = String(decoding: value.prefix(80), as: UTF8.self)
    if head.contains("ENCRYPTED") || head.contains("PGP") { return .proven }
    let body = payload(head.hasPrefix("-----") ? afterHeader(value) : Array(text))
    guard let bytes = Base64Text.decode(body.prefix(64)), bytes.count >= 16 else { return .doubtful }
    let isDER = bytes[0] == 0x30 && (bytes[1] < 0x80 || bytes[1] == 0x81 || bytes[1] == 0x82)
    return isDER || bytes.starts(with: "openssh-key-v1".utf8) ? .proven : .plausible
  }

  private static func afterHeader(_ value: [UInt8]) -> [UInt8] {
    let mark = Array("-----".utf8)
    guard value.count > 10, let end = (5..<(value.count - 4)).first(where: { value[$0...].starts(with: mark) }) else {
      return []
    }
    return Array(value[(end + 5)...])
  }

  /// Base64 without line ends, the escaped ones too, and without header lines.
  private static func payload(_ text: [UInt8]) -> [UInt8] {
    var (found, at) = ([UInt8](), 0)
    while at < text.count, found.count < 128 {
      let byte = text[at]
      if byte == 0x5C, at + 1 < text.count, [0x6E, 0x72].contains(text[at + 1]) {
        at += 2
      } else if Alphabet.base64[Int(byte)] < 64 {
        found.append(byte)
        at += 1
      } else if byte == 0x2D && found.count > 0 {
        break
      } else {
        at += 1
      }
    }
    return found
  }
}
