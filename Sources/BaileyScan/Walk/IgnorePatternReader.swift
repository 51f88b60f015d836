/// Reads the wildcards of a pattern as wildmatch does.
enum IgnorePatternReader {
  private static let (star, slash, backslash) = (UInt8(ascii: "*"), UInt8(ascii: "/"), UInt8(ascii: "\\"))

  /// Nil when it matches nothing: a class that does not end or exist, a backslash at the end.
  static func tokens(_ text: ArraySlice<UInt8>) -> [IgnorePattern.Token]? {
    var tokens: [IgnorePattern.Token] = []
    var rest = text
    while let byte = rest.popFirst() {
      switch byte {
      case star: tokens.append(stars(&rest, isFirst: rest.startIndex - 1 == text.startIndex, before: text))
      case UInt8(ascii: "?"): tokens.append(.any)
      case UInt8(ascii: "["):
        guard let members = set(&rest) else { return nil }
        tokens.append(.set(members))
      case backslash:
        guard let escaped = rest.popFirst() else { return nil }
        tokens.append(.byte(escaped))
      default: tokens.append(.byte(byte))
      }
    }
    return tokens
  }

  /// Two stars are special only as a whole component.
  private static func stars(
    _ rest: inout ArraySlice<UInt8>, isFirst: Bool, before text: ArraySlice<UInt8>
  ) -> IgnorePattern.Token {
    let begin = rest.startIndex - 1
    guard rest.first == star else { return .star }
    while rest.first == star { rest = rest.dropFirst() }
    guard isFirst || text[begin - 1] == slash else { return .star }
    if rest.isEmpty { return .rest }
    guard rest.first == slash else { return .star }
    rest = rest.dropFirst()
    return .directories
  }

  private static func set(_ rest: inout ArraySlice<UInt8>) -> [Bool]? {
    var members = [Bool](repeating: false, count: 256)
    let isNegated = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
    if isNegated { rest = rest.dropFirst() }
    var previous: UInt8?
    var isFirst = true
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "]"), !isFirst { return isNegated ? members.map { !$0 } : members }
      isFirst = false
      if byte == UInt8(ascii: "-"), let low = previous, let next = rest.first, next != UInt8(ascii: "]") {
        guard let high = literal(&rest) else { return nil }
        if low <= high { for value in low...high { members[Int(value)] = true } }
        previous = nil
      } else if byte == UInt8(ascii: "["), rest.first == UInt8(ascii: ":"), let name = className(rest) {
        guard let test = classes[String(decoding: name, as: UTF8.self)] else { return nil }
        for value in 0..<UInt8(128) where test(value) { members[Int(value)] = true }
        rest = rest.dropFirst(name.count + 3)
        previous = nil
      } else {
        guard let value = byte == backslash ? rest.popFirst() : byte else { return nil }
        members[Int(value)] = true
        previous = value
      }
    }
    return nil
  }

  private static func literal(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
    guard let byte = rest.popFirst() else { return nil }
    return byte == backslash ? rest.popFirst() : byte
  }

  /// The name in `:name:]`; nil where a bracket is only a bracket.
  private static func className(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let inner = rest.dropFirst()
    guard let end = inner.firstIndex(of: UInt8(ascii: "]")), end > inner.startIndex,
      inner[end - 1] == UInt8(ascii: ":")
    else { return nil }
    return inner[..<(end - 1)]
  }

  private static let classes: [String: @Sendable (UInt8) -> Bool] = [
    "alnum": { isLetter($0) || isDigit($0) }, "alpha": { isLetter($0) }, "blank": { $0 == 0x20 || $0 == 0x09 },
    "cntrl": { $0 < 0x20 || $0 == 0x7F }, "digit": { isDigit($0) }, "graph": { (0x21...0x7E).contains($0) },
    "lower": { (0x61...0x7A).contains($0) }, "print": { (0x20...0x7E).contains($0) },
    "punct": { (0x21...0x7E).contains($0) && !isLetter($0) && !isDigit($0) },
    "space": { $0 == 0x20 || (0x09...0x0D).contains($0) }, "upper": { (0x41...0x5A).contains($0) },
    "xdigit": { isDigit($0) || (0x41...0x46).contains($0 & 0xDF) },
  ]

  private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
