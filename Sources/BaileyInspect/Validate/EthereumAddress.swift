/// Addresses of Ethereum, whose case is their check (EIP-55).
enum EthereumAddress {
  /// All in one case there is no check.
  static func judge(_ value: [UInt8]) -> Validator.Verdict {
    let digits = value.suffix(40)
    guard value.count == 42 else { return .refuted }
    if !digits.contains(where: { Bytes.isUpper($0) }) || !digits.contains(where: { Bytes.isLower($0) }) {
      return .doubtful
    }
    let hash = Keccak.hash256(digits.map { Bytes.lowered($0) })
    for (place, digit) in digits.enumerated() where Bytes.isLetter(digit) {
      let nibble = place % 2 == 0 ? hash[place / 2] >> 4 : hash[place / 2] & 15
      if Bytes.isUpper(digit) != (nibble > 7) { return .refuted }
    }
    return .proven
  }
}

/// Keccak-256 as Ethereum has it, with the padding from before SHA-3.
enum Keccak {
  static func hash256(_ bytes: [UInt8]) -> [UInt8] {
    let rate = 136
    var padded = bytes + [1]
    while padded.count % rate != 0 { padded.append(0) }
    padded[padded.count - 1] |= 0x80
    var state = [UInt64](repeating: 0, count: 25)
    for start in stride(from: 0, to: padded.count, by: rate) {
      for lane in 0..<(rate / 8) {
        for byte in 0..<8 { state[lane] ^= UInt64(padded[start + lane * 8 + byte]) << UInt64(byte * 8) }
      }
      permute(&state)
    }
    return (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64($0 % 8 * 8)) }
  }

  private static func permute(_ a: inout [UInt64]) {
    for constant in constants {
      var column = [UInt64](repeating: 0, count: 5)
      for place in 0..<25 { column[place % 5] ^= a[place] }
      for x in 0..<5 {
        let mixed = column[(x + 4) % 5] ^ turned(column[(x + 1) % 5], 1)
        for y in 0..<5 { a[x + 5 * y] ^= mixed }
      }
      var b = a
      for x in 0..<5 {
        for y in 0..<5 {
          let target = y + 5 * ((2 * x + 3 * y) % 5)
          b[target] = turned(a[x + 5 * y], offsets[x + 5 * y])
        }
      }
      for y in 0..<5 {
        for x in 0..<5 {
          let next = b[(x + 1) % 5 + 5 * y], second = b[(x + 2) % 5 + 5 * y]
          a[x + 5 * y] = b[x + 5 * y] ^ (~next & second)
        }
      }
      a[0] ^= constant
    }
  }

  private static func turned(_ word: UInt64, _ by: UInt64) -> UInt64 { by == 0 ? word : word << by | word >> (64 - by) }

  private static let offsets: [UInt64] = [
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
  ]

  private static let constants: [UInt64] = [
    0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A, 0x8000_0000_8000_8000, 0x0000_0000_0000_808B,
    0x0000_0000_8000_0001, 0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008A, 0x0000_0000_0000_0088,
    0x0000_0000_8000_8009, 0x0000_0000_8000_000A, 0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089,
    0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080, 0x0000_0000_0000_800A, 0x8000_0000_8000_000A,
    0x8000_0000_8000_8081, 0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
  ]
}
