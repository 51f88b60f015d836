import BaileyCore

/// Bytes as a text that a database compares byte by byte, whatever an agent put into them.
///
/// A byte is the character of its number, NUL is U+0100 (SQLite ends texts at NUL), and U+0101 stands between the values of one entry.
/// So ASCII stays as it is, a part of the bytes is a part of the text, and every value can be read back.
enum IndexText {
  static let separator: Unicode.Scalar = "\u{101}"

  /// Bytes of one entry's values that the index keeps; an entry with more is looked at in the log whenever its kind of value is asked for.
  static let limit = 1024

  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    for byte in bytes { text.append(byte == 0 ? "\u{100}" : Unicode.Scalar(byte)) }
    return String(text)
  }

  /// - Returns: `nil` for no values; `isWhole` is whether all of them fit.
  static func joined(_ values: [some Sequence<UInt8>]) -> (text: String, isWhole: Bool)? {
    if values.isEmpty { return nil }
    let text = values.map { Self.text($0).unicodeScalars }.joined(separator: [separator])
    let kept = Array(text.prefix(limit + 1))
    return (String(String.UnicodeScalarView(kept.prefix(limit))), kept.count <= limit)
  }

  static func values(_ text: String) -> [[UInt8]] {
    text.unicodeScalars.split(separator: separator, omittingEmptySubsequences: false)
      .map { $0.map { $0.value == 0x100 ? 0 : UInt8(truncatingIfNeeded: $0.value) } }
  }
}

/// Columns of the index that hold words. The number is in the file: a change of it is a new version.
enum IndexField: Int, CaseIterable {
  case session = 1
  case kind, verb, agent, effect, reason, host, path

  func value(of facets: RecordFacets) -> (text: String, isWhole: Bool)? {
    switch self {
    case .session: IndexText.joined(one(facets.session))
    case .kind: IndexText.joined(one(facets.kind))
    case .verb: IndexText.joined(one(facets.verb))
    case .agent: IndexText.joined(one(facets.agent))
    case .effect: IndexText.joined(one(facets.effect))
    case .reason: IndexText.joined(facets.reasons.map(\.utf8))
    case .host: IndexText.joined(facets.hosts.map(\.utf8))
    case .path: IndexText.joined(facets.paths)
    }
  }

  private func one(_ text: String?) -> [String.UTF8View] { text.map { [$0.utf8] } ?? [] }
}
