/// One kind of secret: bytes that are known, or a beginning after which so many bytes of an alphabet follow.
struct SecretPattern: Sendable {
  var beginning: [UInt8]
  /// What follows the beginning of a token; `nil` where the beginning is all of the secret.
  var alphabet: ByteSet?
  /// Bytes of the alphabet that must follow; all further ones belong to the secret, too.
  var minimum = 0
  /// Whether no letter or digit may stand before it.
  var isWord = false

  /// Bytes that decide whether it is there.
  var length: Int { beginning.count + minimum }
}

/// A set of bytes.
struct ByteSet: Sendable, Equatable {
  private var words: (UInt64, UInt64) = (0, 0)

  static func == (left: ByteSet, right: ByteSet) -> Bool { left.words == right.words }

  init(_ text: String) { for byte in text.utf8 where byte < 128 { insert(byte) } }

  func contains(_ byte: UInt8) -> Bool {
    byte < 128 && (byte < 64 ? words.0 >> byte : words.1 >> (byte - 64)) & 1 == 1
  }

  private mutating func insert(_ byte: UInt8) {
    if byte < 64 { words.0 |= 1 << byte } else { words.1 |= 1 << (byte - 64) }
  }
}

extension SecretPattern {
  private static let digits = "0123456789"
  private static let upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  static let wordBytes = ByteSet(digits + upper + upper.lowercased())
  private static let base64URL = ByteSet(digits + upper + upper.lowercased() + "-_")
  private static let dotted = ByteSet(digits + upper + upper.lowercased() + "-_.")
  private static let capitals = ByteSet(digits + upper)
  /// The body of a key in PEM, over its lines as a terminal shows them.
  private static let body = ByteSet(digits + upper + upper.lowercased() + "+/=\r\n")

  /// Well-known forms of tokens; a small table until the inspector brings its own.
  static let tokens: [SecretPattern] =
    [
      ("ghp_", 30), ("gho_", 30), ("ghu_", 30), ("ghr_", 30), ("github_pat_", 22), ("glpat-", 16), ("sk-", 20),
      ("sk_live_", 16), ("sk_test_", 16), ("rk_live_", 16), ("AIza", 30), ("ya29.", 20), ("xoxb-", 16), ("xoxp-", 16),
      ("xoxa-", 16), ("xoxs-", 16), ("xapp-", 16), ("npm_", 30), ("pypi-", 40), ("hf_", 30), ("dop_v1_", 40),
      ("shpat_", 30), ("dckr_pat_", 20), ("lin_api_", 30), ("gsk_", 30), ("tskey-", 20),
    ].map { SecretPattern(beginning: Array($0.0.utf8), alphabet: base64URL, minimum: $0.1, isWord: true) }
    + [("ghs_", 36), ("eyJ", 40), ("SG.", 40), ("hvs.", 20)].map {
      SecretPattern(beginning: Array($0.0.utf8), alphabet: dotted, minimum: $0.1, isWord: true)
    }
    + [("AKIA", 16), ("ASIA", 16), ("AGE-SECRET-KEY-", 40)].map {
      SecretPattern(beginning: Array($0.0.utf8), alphabet: capitals, minimum: $0.1, isWord: true)
    }
    + [SecretPattern(beginning: Array("PRIVATE KEY-----".utf8), alphabet: body, minimum: 32)]

  /// Bytes that a value must have to count as a secret; a shorter one would take half of all text with it.
  static let shortest = 6
  /// A longer value is looked for in pieces of this size, which bounds what is held back.
  static let longest = 4096

  /// The patterns of a secret: each of its lines, since a terminal ends lines otherwise than a file does.
  static func known(_ secret: String) -> [SecretPattern] {
    let lines = secret.utf8.split { $0 == 0x0A || $0 == 0x0D }.map(Array.init)
    let least = lines.count > 1 ? 16 : shortest
    return lines.filter { $0.count >= least }.flatMap(pieces).map { SecretPattern(beginning: $0) }
  }

  private static func pieces(_ line: [UInt8]) -> [[UInt8]] {
    let count = (line.count + longest - 1) / longest
    return (0..<count).map { Array(line[(line.count * $0 / count)..<(line.count * ($0 + 1) / count)]) }
  }
}
