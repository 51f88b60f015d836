/// Makes what stands in for a value: of chance, and so that a tool that checks the form takes it.
///
/// Nothing of the value is in it but its prefix and length, and those only where the prefix is one that many values have.
struct SecretPlaceholder {
  private enum Letters: String {
    case alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    /// Base 32, as AWS has it.
    case base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  }

  /// Longer ones first, so that the first that fits is the closest.
  private static let prefixes: [(prefix: String, letters: Letters)] = [
    ("github_pat_", .alphanumeric), ("sk-ant-api03-", .alphanumeric), ("sk-ant-", .alphanumeric),
    ("sk-proj-", .alphanumeric), ("sk_live_", .alphanumeric), ("sk_test_", .alphanumeric), ("rk_live_", .alphanumeric),
    ("dckr_pat_", .alphanumeric), ("lin_api_", .alphanumeric), ("dop_v1_", .alphanumeric), ("shpat_", .alphanumeric),
    ("tskey-", .alphanumeric), ("glpat-", .alphanumeric), ("xoxb-", .alphanumeric), ("xoxp-", .alphanumeric),
    ("xapp-", .alphanumeric), ("ya29.", .alphanumeric), ("pypi-", .alphanumeric), ("ghp_", .alphanumeric),
    ("gho_", .alphanumeric), ("ghu_", .alphanumeric), ("ghs_", .alphanumeric), ("ghr_", .alphanumeric),
    ("npm_", .alphanumeric), ("gsk_", .alphanumeric), ("hvs.", .alphanumeric), ("AIza", .alphanumeric),
    ("AKIA", .base32), ("ASIA", .base32), ("hf_", .alphanumeric), ("SG.", .alphanumeric), ("sk-", .alphanumeric),
  ]

  /// Letters of chance that are enough never to be met by chance.
  private static let fewest = 16
  private static let longest = 4096

  static func make(for value: Span<UInt8>) -> String {
    for (prefix, letters) in prefixes where starts(value, with: prefix) {
      let rest = value.count - prefix.utf8.count
      if rest >= fewest, rest <= longest { return prefix + random(rest, letters) }
    }
    return usual()
  }

  static func usual() -> String { "bailey_" + random(32, .alphanumeric) }

  /// As long as the key of AWS that it stands for: tools check no more of it.
  static func key(of length: Int) -> String { random(min(max(length, 40), longest), .alphanumeric) }

  private static func starts(_ value: Span<UInt8>, with prefix: String) -> Bool {
    let bytes = Array(prefix.utf8)
    return value.count >= bytes.count && bytes.indices.allSatisfy { value[$0] == bytes[$0] }
  }

  private static func random(_ count: Int, _ letters: Letters) -> String {
    let alphabet = Array(letters.rawValue.utf8)
    var generator = SodiumGenerator()
    return String(
      decoding: (0..<count).map { _ in alphabet[Int.random(in: alphabet.indices, using: &generator)] }, as: UTF8.self)
  }
}
