/// A text that a pattern should match. Whoever uses it checks: it is a guess for the easy patterns.
enum TextWitness {
  private static let maximumDepth = 20
  /// A longer text would explain nothing.
  static let maximumText = 4096

  /// For a glob: the first of its alternatives, with something short for what may vary.
  static func glob(_ pattern: [UInt8], filler: [UInt8], depth: Int = 0) -> [UInt8] {
    guard depth < maximumDepth else { return [] }
    var (out, at) = ([UInt8](), 0)
    while at < pattern.count, out.count < maximumText {
      let byte = pattern[at]
      at += 1
      switch byte {
      case UInt8(ascii: "*"):
        while at < pattern.count, pattern[at] == byte { at += 1 }
        out += filler
      case UInt8(ascii: "?"): out.append(UInt8(ascii: "x"))
      case UInt8(ascii: "["):
        let end = pattern[at...].firstIndex(of: UInt8(ascii: "]")) ?? pattern.count
        out += member(pattern[at..<end])
        at = min(end + 1, pattern.count)
      case UInt8(ascii: "{"):
        let end = pattern[at...].firstIndex(of: UInt8(ascii: "}")) ?? pattern.count
        out += glob(Array(pattern[at..<end].prefix { $0 != UInt8(ascii: ",") }), filler: filler, depth: depth + 1)
        at = min(end + 1, pattern.count)
      case UInt8(ascii: "\\") where at < pattern.count:
        out.append(pattern[at])
        at += 1
      default: out.append(byte)
      }
    }
    return out
  }

  /// For a regular expression; nil for what is not easy.
  static func regex(_ pattern: [UInt8]) -> [UInt8]? {
    var reader = RegexReader(pattern: pattern)
    guard let text = reader.alternatives(depth: 0), reader.isAtEnd else { return nil }
    return text
  }

  /// The first character of a class.
  static func member(_ inside: ArraySlice<UInt8>) -> [UInt8] {
    guard let first = inside.first else { return [] }
    if first == UInt8(ascii: "^") || first == UInt8(ascii: "!") {
      let choices = Array("x_0-/. ".utf8)
      return choices.first { !inside.dropFirst().contains($0) }.map { [$0] } ?? []
    }
    guard first == UInt8(ascii: "\\"), inside.count > 1 else { return [first] }
    return [RegexReader.escaped(inside[inside.startIndex + 1])]
  }
}

/// Reads a regular expression and takes the first way through it.
private struct RegexReader {
  let pattern: [UInt8]
  private var at = 0
  private static let maximumDepth = 20

  init(pattern: [UInt8]) { self.pattern = pattern }

  var isAtEnd: Bool { at == pattern.count }
  private var next: UInt8? { at < pattern.count ? pattern[at] : nil }

  static func escaped(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "d"): UInt8(ascii: "0")
    case UInt8(ascii: "w"): UInt8(ascii: "x")
    case UInt8(ascii: "s"): UInt8(ascii: " ")
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    default: byte
    }
  }

  mutating func alternatives(depth: Int) -> [UInt8]? {
    guard depth < Self.maximumDepth, let first = sequence(depth) else { return nil }
    while next == UInt8(ascii: "|") {
      at += 1
      guard sequence(depth) != nil else { return nil }
    }
    return first
  }

  private mutating func sequence(_ depth: Int) -> [UInt8]? {
    var out: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      guard let part = part(depth), let count = repetitions() else { return nil }
      guard out.count + part.count * count <= TextWitness.maximumText else { return nil }
      for _ in 0..<count { out += part }
    }
    return out
  }

  private mutating func part(_ depth: Int) -> [UInt8]? {
    guard let byte = next else { return nil }
    at += 1
    switch byte {
    case UInt8(ascii: "^"), UInt8(ascii: "$"): return []
    case UInt8(ascii: "."): return [UInt8(ascii: "x")]
    case UInt8(ascii: "("): return group(depth)
    case UInt8(ascii: "["): return characterClass()
    case UInt8(ascii: "\\"):
      guard let escaped = next else { return nil }
      at += 1
      // Assertions and classes by name are not easy.
      if [UInt8(ascii: "b"), UInt8(ascii: "B"), UInt8(ascii: "p"), UInt8(ascii: "P")].contains(escaped) { return nil }
      if [UInt8(ascii: "A"), UInt8(ascii: "z")].contains(escaped) { return [] }
      return [Self.escaped(escaped)]
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): return nil
    default: return [byte]
    }
  }

  private mutating func group(_ depth: Int) -> [UInt8]? {
    if next == UInt8(ascii: "?") {
      // `(?:`, `(?i)`, `(?P<name>`: only what matters not for one text.
      guard
        let end = pattern[at...].firstIndex(where: {
          $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: ")")
        })
      else { return nil }
      at = end + 1
      if pattern[end] == UInt8(ascii: ")") { return [] }
    }
    guard let inside = alternatives(depth: depth + 1), next == UInt8(ascii: ")") else { return nil }
    at += 1
    return inside
  }

  private mutating func characterClass() -> [UInt8]? {
    let first = next == UInt8(ascii: "^") ? at + 2 : at + 1
    guard first < pattern.count, let end = pattern[first...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
    defer { at = end + 1 }
    return TextWitness.member(pattern[at..<end])
  }

  /// How often what stands before must stand there at least, and at least once where it may.
  private mutating func repetitions() -> Int? {
    guard let byte = next else { return 1 }
    switch byte {
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): at += 1
    case UInt8(ascii: "{"):
      guard let end = pattern[at...].firstIndex(of: UInt8(ascii: "}")),
        let least = Int(String(decoding: pattern[(at + 1)..<end].prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self)),
        (0...100).contains(least)
      else { return nil }
      at = end + 1
      return least
    default: return 1
    }
    if next == UInt8(ascii: "?") { at += 1 }
    return byte == UInt8(ascii: "+") ? 1 : 0
  }
}
