/// Tokens that end in the CRC-32 of what stands before it, in base 62: GitHub's and npm's.
///
/// A wrong sum does not acquit: people mask and alter tokens, and an attacker may. It only takes the certainty.
enum TokenChecksum {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    guard let mark = value.firstIndex(of: 0x5F), value.count >= mark + 37 else { return .doubtful }
    let body = value[(mark + 1)...]
    let payload = body.dropLast(6)
    return Array(body.suffix(6)) == base62(crc32(payload)) ? .proven : .doubtful
  }

  static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }

  /// Six digits.
  static func base62(_ number: UInt32) -> [UInt8] {
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    var (rest, text) = (Int(number), [UInt8]())
    for _ in 0..<6 {
      text.append(digits[rest % 62])
      rest /= 62
    }
    return text.reversed()
  }
}
