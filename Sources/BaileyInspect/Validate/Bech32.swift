/// Bech32 and Bech32m (BIP 173, BIP 350), also as age and Nostr use them.
enum Bech32 {
  private static let ranks: [UInt8: UInt32] = {
    let digits = "qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8.enumerated()
    return Dictionary(uniqueKeysWithValues: digits.map { ($0.element, UInt32($0.offset)) })
  }()

  static func isValid(_ text: [UInt8]) -> Bool {
    let lowered = text.map { Bytes.lowered($0) }
    guard lowered == text || !text.contains(where: { Bytes.isLower($0) }), text.count <= 4000 else { return false }
    guard let mark = lowered.lastIndex(of: 0x31), mark > 0, lowered.count - mark > 6 else { return false }
    let name = lowered[..<mark]
    var values = name.map { UInt32($0) >> 5 } + [0] + name.map { UInt32($0) & 31 }
    for digit in lowered[(mark + 1)...] {
      guard let rank = ranks[digit] else { return false }
      values.append(rank)
    }
    return [1, 0x2BC8_30A3].contains(polymod(values))
  }

  private static func polymod(_ values: [UInt32]) -> UInt32 {
    let generator: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
    return values.reduce(1) { sum, value in
      let top = sum >> 25
      return generator.indices.reduce((sum & 0x1FF_FFFF) << 5 ^ value) { $0 ^ (top >> $1 & 1 == 1 ? generator[$1] : 0) }
    }
  }
}
