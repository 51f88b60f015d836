internal import Crypto

/// Base58 with the check of Bitcoin's addresses and keys: four bytes of a double SHA-256.
enum Base58 {
  private static let ranks: [UInt8: Int] = {
    let digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8.enumerated()
    return Dictionary(uniqueKeysWithValues: digits.map { ($0.element, $0.offset) })
  }()

  static func isChecked(_ text: [UInt8]) -> Bool {
    guard text.count <= 128, let bytes = decode(text), bytes.count > 4 else { return false }
    let first = SHA256.hash(data: bytes.dropLast(4))
    return Array(SHA256.hash(data: Array(first)).prefix(4)) == Array(bytes.suffix(4))
  }

  static func decode(_ text: [UInt8]) -> [UInt8]? {
    var bytes: [UInt8] = []
    for digit in text {
      guard var carry = ranks[digit] else { return nil }
      for index in bytes.indices.reversed() {
        carry += Int(bytes[index]) * 58
        bytes[index] = UInt8(carry & 0xFF)
        carry >>= 8
      }
      while carry > 0 {
        bytes.insert(UInt8(carry & 0xFF), at: 0)
        carry >>= 8
      }
    }
    return [UInt8](repeating: 0, count: text.prefix { $0 == 0x31 }.count) + bytes
  }
}
