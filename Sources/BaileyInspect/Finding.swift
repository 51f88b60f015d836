internal import Crypto

/// Something that was found. It never holds the value.
public struct Finding: Sendable, Equatable {
  public var rule: String
  public var title: String
  public var kind: Rule.Kind
  public var tier: Tier
  /// From 0 to 100.
  public var confidence: Int
  /// In the bytes that were given; for what was disguised, the bytes that hid it.
  public var span: Range<Int>
  /// What it was hidden in, the outermost first: `["gzip", "base64"]`.
  public var disguises: [String]
  /// The first and last letters, with stars between.
  public var sample: String
  /// SHA-256 of the value in hexadecimal digits, or HMAC-SHA-256 where a key was given.
  public var fingerprint: String
  /// What is known besides: the claims of a token.
  public var notes: [String: String]
}

/// Makes samples and fingerprints of values.
struct Mask {
  let key: [UInt8]?

  func fingerprint(_ value: [UInt8]) -> String {
    guard let key else { return Self.hexadecimal(SHA256.hash(data: value)) }
    return Self.hexadecimal(HMAC<SHA256>.authenticationCode(for: value, using: SymmetricKey(data: key)))
  }

  /// At most a quarter of the value is shown, and never more than eight letters.
  static func sample(_ value: [UInt8]) -> String {
    let shown = min(4, value.count / 8)
    let head = value.prefix(shown), tail = value.suffix(shown)
    return text(head) + String(repeating: "*", count: min(8, value.count - 2 * shown)) + text(tail)
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(decoding: bytes.map { Bytes.isVisible($0) ? $0 : 0x2E }, as: UTF8.self)
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
