/// Private keys as text: is there a key between the lines?
enum PrivateKeyText {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    let text = value.drop { $0 != 0x0A && $0 != 0x5C && $0 != 0x20 && $0 != 0x3A }
    let head = String(decoding: value.prefix(80), as: UTF8.self)
    let body = payload(head.hasPrefix("-----") ? afterHeader(value) : Array(text))
    let bytes = Base64Text.decode(body.prefix(64)) ?? []
    // Without its passphrase nobody can use it, if it is as encrypted as it says.
    if head.contains("ENCRYPTED")
      || String(decoding: value.prefix(160), as: UTF8.self).contains("Proc-Type: 4,ENCRYPTED")
    {
      return isClear(bytes) ? .proven : .doubtful
    }
    if head.contains("PGP") { return .plausible }
    guard bytes.count >= 16 else { return .doubtful }
    let isDER = bytes[0] == 0x30 && (bytes[1] < 0x80 || bytes[1] == 0x81 || bytes[1] == 0x82)
    return isDER || bytes.starts(with: "openssh-key-v1".utf8) ? .proven : .plausible
  }

  /// A key in DER begins with the number of its version, an encrypted one with the name of the algorithm (RFC 5208, 5 and 6; RFC 8017,
  /// A.1.2; RFC 5915, 3).
  private static func isClear(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 16, bytes[0] == 0x30 else { return bytes.starts(with: "openssh-key-v1".utf8) }
    let content = 2 + (bytes[1] < 0x80 ? 0 : Int(bytes[1] & 0x7F))
    return content < 8 && bytes[content] == 2 && bytes[content + 1] == 1
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
    var (found, at, line) = ([UInt8](), 0, 0)
    while at < text.count, found.count < 128 {
      let byte = text[at]
      if byte == 0x5C, at + 1 < text.count, [0x6E, 0x72].contains(text[at + 1]) {
        at += 2
        line = found.count
      } else if byte == 0x0A || byte == 0x0D {
        at += 1
        line = found.count
      } else if byte == 0x3A {
        // A header: what stands before the colon is none of it, nor what follows in the line.
        found.removeLast(found.count - line)
        at = lineEnd(text, at)
      } else if byte == 0x2D, found.count > 0, text[at...].starts(with: "-----".utf8) {
        break
      } else if byte != 0x2D, Alphabet.base64[Int(byte)] < 64 {
        found.append(byte)
        at += 1
      } else {
        at += 1
      }
    }
    return found
  }

  private static func lineEnd(_ text: [UInt8], _ start: Int) -> Int {
    var at = start
    while at < text.count, text[at] != 0x0A, text[at] != 0x0D, text[at] != 0x5C { at += 1 }
    return at
  }
}
