/// Seeds of NATS: base 32 of a prefix, 32 bytes and the CRC-16 of both.
enum NatsKey {
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    guard value.count == 58 else { return .refuted }
    var (bits, count, bytes) = (UInt32(0), 0, [UInt8]())
    for byte in value {
      guard let rank = Self.rank(byte) else { return .refuted }
      bits = bits << 5 | rank
      count += 5
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
    }
    let sum = UInt16(bytes[34]) | UInt16(bytes[35]) << 8
    return crc16(bytes.prefix(34)) == sum ? .proven : .doubtful
  }

  private static func rank(_ byte: UInt8) -> UInt32? {
    if Bytes.isUpper(byte) { return UInt32(byte - 0x41) }
    return (0x32...0x37).contains(byte) ? UInt32(byte - 0x32 + 26) : nil
  }

  /// XMODEM's.
  static func crc16(_ bytes: some Sequence<UInt8>) -> UInt16 {
    bytes.reduce(0) { sum, byte in
      (0..<8).reduce(sum ^ UInt16(byte) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
    }
  }
}
