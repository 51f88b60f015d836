/// One kind of secret: bytes that are known, or a beginning after which so many bytes of an alphabet follow.
struct SecretPattern: Sendable {
  /// What may not stand before it.
  enum Bar: Sendable {
    case nothing
    /// A letter or digit: in the midst of a word it is none.
    case word
    /// `-----END `, behind which no key follows.
    case end
  }

  var beginning: [UInt8]
  /// Next pieces of the long values that have this one: as far as the text goes on like one of them, that is secret.
  var rests: Set<[UInt8]> = []
  /// What follows the beginning of a token; `nil` for a value.
  var alphabet: ByteSet?
  /// Bytes of the alphabet that must follow; all further ones belong to the secret, too.
  var minimum = 0
  var bar = Bar.nothing

  /// Bytes that decide whether it is there.
  var length: Int { beginning.count + minimum }

  /// Whether what is there of the text, from `index` on, could be it.
  func fits(_ text: [UInt8], _ index: Int) -> Bool {
    let end = min(index + length, text.count)
    let known = min(index + beginning.count, end)
    // What differs mostly does so at its end, where the first two bytes are known to be the same.
    if known == index || beginning[known - index - 1] != text[known - 1] { return false }
    for place in index..<known where beginning[place - index] != text[place] { return false }
    guard let alphabet else { return true }
    for place in known..<end where !alphabet.contains(text[place]) { return false }
    return true
  }
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
  private static let word = digits + upper + upper.lowercased()
  static let wordBytes = ByteSet(word)
  private static let base64URL = ByteSet(word + "-_")
  private static let dotted = ByteSet(word + "-_.")
  private static let header = ByteSet(word + "-_.~+/=")
  private static let capitals = ByteSet(digits + upper)
  /// The body of a key in PEM, over its lines as a terminal shows them: indented as in YAML, or with `\n` as in JSON, or behind headers.
  private static let body = ByteSet(word + "+/=\r\n \t\\:,")

  /// Well-known forms of tokens; a small table until the inspector brings its own.
  static let tokens: [SecretPattern] =
    table(
      [
        ("ghp_", 30), ("gho_", 30), ("ghu_", 30), ("ghr_", 30), ("github_pat_", 22), ("glpat-", 16), ("sk_live_", 16),
        ("sk_test_", 16), ("rk_live_", 16), ("pk_live_", 16), ("xoxb-", 16), ("xoxp-", 16), ("xoxa-", 16),
        ("xoxs-", 16), ("xapp-", 16), ("dop_v1_", 40), ("shpat_", 30), ("dckr_pat_", 20), ("lin_api_", 30),
      ], base64URL)
    + table([("ghs_", 36)], dotted) + table([("AGE-SECRET-KEY-", 40)], capitals)
    // Ordinary words hold these.
    + table(
      [
        ("sk-", 20), ("AIza", 30), ("ya29.", 20), ("npm_", 30), ("pypi-", 40), ("hf_", 30), ("gsk_", 30),
        ("tskey-", 20),
      ], base64URL, .word)
    + table([("eyJ", 40), ("SG.", 40), ("hvs.", 20)], dotted, .word)
    + table([("AKIA", 16), ("ASIA", 16)], capitals, .word)
    + table(
      [("Bearer ", 20), ("bearer ", 20), ("Authorization: Basic ", 8), ("authorization: Basic ", 8)], header, .word)
    + table([("PRIVATE KEY-----", 32), ("PRIVATE KEY BLOCK-----", 32)], body, .end)
    // A key with a password, whose headers hold hyphens.
    + table(
      ["AES-128-CBC", "AES-192-CBC", "AES-256-CBC", "DES-EDE3-CBC", "DES-CBC"].map { ("DEK-Info: \($0),", 32) }, body)

  private static func table(_ rows: [(String, Int)], _ alphabet: ByteSet, _ bar: Bar = .nothing) -> [SecretPattern] {
    rows.map { SecretPattern(beginning: Array($0.0.utf8), alphabet: alphabet, minimum: $0.1, bar: bar) }
  }

  /// Bytes that a value must have to count as a secret; a shorter one would take half of all text with it.
  static let shortest = 6
  /// A longer value is looked for in pieces of at most this size, which bounds what a place of the text costs, and what is held back.
  static let longest = 64

  /// The patterns of a secret: the whole with either end of lines, since a terminal has another than a file, and each of its lines.
  static func known(_ secret: String) -> [SecretPattern] {
    let lines = self.lines(secret)
    if lines.count < 2 { return lines.first.map(pieces) ?? [] }
    let wholes = [[0x0A], [0x0D, 0x0A]].map { Array(lines.joined(separator: $0)) }
    return (wholes + lines.filter { $0.count >= 16 }).flatMap(pieces)
  }

  /// Without empty lines at both ends; those within it belong to it.
  private static func lines(_ secret: String) -> [[UInt8]] {
    var bytes: [UInt8] = []
    for byte in secret.utf8 where !(byte == 0x0A && bytes.last == 0x0D) { bytes.append(byte) }
    var lines = bytes.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }.map(Array.init)[...]
    while lines.first?.isEmpty == true { lines.removeFirst() }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return Array(lines)
  }

  private static func pieces(_ value: [UInt8]) -> [SecretPattern] {
    if value.count < shortest { return [] }
    let count = (value.count + longest - 1) / longest
    let pieces = (0..<count).map { Array(value[(value.count * $0 / count)..<(value.count * ($0 + 1) / count)]) }
    return pieces.indices.map { SecretPattern(beginning: pieces[$0], rests: Set(pieces.dropFirst($0 + 1).prefix(1))) }
  }
}
