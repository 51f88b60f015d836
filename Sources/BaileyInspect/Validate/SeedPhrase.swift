internal import Crypto

/// Seed phrases of wallets: words of BIP 39 whose last bits are a checksum.
enum SeedPhrase {
  static func isValid(_ text: [UInt8]) -> Bool {
    let words = text.split(whereSeparator: { !Bytes.isLetter($0) }).map { String(decoding: $0, as: UTF8.self) }
    let numbers = words.compactMap { SeedWords.numbers[$0] }
    guard numbers.count == words.count else { return false }
    return [24, 21, 18, 15, 12].contains { count in
      count <= numbers.count && (0...(numbers.count - count)).contains { isChecked(numbers[$0..<($0 + count)]) }
    }
  }

  private static func isChecked(_ numbers: ArraySlice<Int>) -> Bool {
    var bits = numbers.flatMap { number in (0..<11).map { number >> (10 - $0) & 1 } }
    let check = bits.suffix(numbers.count / 3)
    bits.removeLast(check.count)
    let bytes = stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 << 1 | UInt8(bits[start + $1]) }
    }
    guard let hash = Array(SHA256.hash(data: bytes)).first else { return false }
    return check.enumerated().allSatisfy { Int(hash >> UInt8(7 - $0.offset) & 1) == $0.element }
  }
}
