/// Castagnoli's checksum (RFC 3720, appendix B.4): finds torn and rotten frames, no forgeries.
enum CRC32C {
  static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
    var state: UInt32 = .max
    var index = 0
    // Eight bytes at a time: M. Kounavis, F. Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators".
    while index + 8 <= bytes.count {
      let low = state ^ word(bytes, index)
      let high = word(bytes, index + 4)
      state =
        entry(7, low) ^ entry(6, low >> 8) ^ entry(5, low >> 16) ^ entry(4, low >> 24)
        ^ entry(3, high) ^ entry(2, high >> 8) ^ entry(1, high >> 16) ^ entry(0, high >> 24)
      index += 8
    }
    while index < bytes.count {
      state = state >> 8 ^ entry(0, state ^ UInt32(bytes[index]))
      index += 1
    }
    return ~state
  }

  private static func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt32 {
    UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
      | UInt32(bytes[index + 3]) << 24
  }

  private static func entry(_ table: Int, _ value: UInt32) -> UInt32 { tables[table << 8 | Int(value & 0xFF)] }

  /// Table `n` says what a byte does that `n` more bytes follow.
  private static let tables: [UInt32] = {
    var tables = (0..<256).map { index -> UInt32 in
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
      return value
    }
    for index in 256..<2048 {
      let before = tables[index - 256]
      tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
    }
    return tables
  }()
}
