/// Why a pattern does not parse.
package enum GlobError: Error, Sendable, Equatable {
  case empty
  case tooLong
  /// `..`, `.` or an empty component.
  case component(String)
  case unclosedClass
  case forbiddenByte(UInt8)
  /// `**` beside other characters in one component.
  case starsInComponent
}

/// A pattern over slash-separated paths, in the syntax of `.gitignore` (gitignore(5)) without negation.
///
/// `*` and `?` stay inside a component, `[a-z]` and `[!a-z]` are classes, `**` is any number of components. A pattern without a slash
/// matches in every directory; one with a slash is anchored at the root. Matching is over bytes, because Linux paths are, and linear in
/// pattern times path: a hostile name cannot make it slow.
package struct Glob: Sendable, Hashable, CustomStringConvertible {
  package let pattern: String
  private let components: [[Piece]]

  private enum Piece: Hashable, Sendable {
    case byte(UInt8)
    case any
    case star
    case doubleStar
    case set(ranges: [ClosedRange<UInt8>], negated: Bool)
  }

  /// By its pieces, which are bytes.
  package static func == (left: Self, right: Self) -> Bool { left.components == right.components }

  package func hash(into hasher: inout Hasher) { hasher.combine(components) }

  package init(_ pattern: String) throws(GlobError) {
    if pattern.isEmpty { throw .empty }
    if pattern.utf8.count > 4096 { throw .tooLong }
    self.pattern = pattern
    let slash = ExactText.slash
    var text = Array(pattern.utf8)[...]
    let anchored = text.first == slash || text.dropLast().contains(slash)
    if text.first == slash { text = text.dropFirst() }
    if text.last == slash { text = text.dropLast() }
    var parsed: [[Piece]] = anchored ? [] : [[.doubleStar]]
    for component in text.split(separator: slash, omittingEmptySubsequences: false) {
      parsed.append(try Self.parse(component))
    }
    components = parsed
  }

  package var description: String { pattern }

  /// The longest text that stands in every path that matches; empty where there is none.
  package var literal: [UInt8] {
    var longest: [UInt8] = []
    for component in components {
      var run: [UInt8] = []
      for piece in component {
        if case .byte(let byte) = piece { run.append(byte) } else { run = [] }
        if run.count > longest.count { longest = run }
      }
    }
    return longest
  }

  /// - Parameter path: relative to the root of the pattern, without leading slash; bytes as the kernel gives them.
  package func matches(_ path: some Collection<UInt8>) -> Bool {
    let parts = path.split(separator: ExactText.slash).map { Array($0) }
    return Self.wildcard(components, parts, isStar: { $0 == [.doubleStar] }, matches: Self.matches)
  }

  package func matches(_ path: String) -> Bool { matches(Array(path.utf8)) }

  private static func parse(_ component: ArraySlice<UInt8>) throws(GlobError) -> [Piece] {
    let star = UInt8(ascii: "*")
    if component == [star, star] { return [.doubleStar] }
    if ["", ".", ".."].contains(where: { component.elementsEqual($0.utf8) }) {
      throw .component(String(decoding: component, as: UTF8.self))
    }
    if zip(component, component.dropFirst()).contains(where: { $0 == star && $1 == star }) { throw .starsInComponent }
    var pieces: [Piece] = []
    var bytes = component
    while let byte = bytes.popFirst() {
      switch byte {
      case 0: throw .forbiddenByte(0)
      case UInt8(ascii: "*"): pieces.append(.star)
      case UInt8(ascii: "?"): pieces.append(.any)
      case UInt8(ascii: "["): pieces.append(try set(&bytes))
      case UInt8(ascii: "\\"):
        guard let escaped = bytes.popFirst() else { throw .forbiddenByte(byte) }
        pieces.append(.byte(escaped))
      default: pieces.append(.byte(byte))
      }
    }
    return pieces
  }

  private static func set(_ bytes: inout ArraySlice<UInt8>) throws(GlobError) -> Piece {
    let negated = bytes.first == UInt8(ascii: "!") || bytes.first == UInt8(ascii: "^")
    if negated { bytes.removeFirst() }
    var ranges: [ClosedRange<UInt8>] = []
    var isFirst = true
    while let low = bytes.popFirst() {
      if low == UInt8(ascii: "]"), !isFirst { return .set(ranges: ranges, negated: negated) }
      isFirst = false
      if bytes.first == UInt8(ascii: "-"), let high = bytes.dropFirst().first, high != UInt8(ascii: "]") {
        bytes.removeFirst(2)
        guard low <= high else { throw .unclosedClass }
        ranges.append(low...high)
      } else {
        ranges.append(low...low)
      }
    }
    throw .unclosedClass
  }

  private static func matches(_ pieces: [Piece], _ name: [UInt8]) -> Bool {
    wildcard(pieces, name, isStar: { $0 == .star }) { piece, byte in
      switch piece {
      case .byte(let expected): expected == byte
      case .any: true
      case .star, .doubleStar: false
      case .set(let ranges, let negated): ranges.contains { $0.contains(byte) } != negated
      }
    }
  }

  /// Matches with one kind of star by remembering only the last one, which is enough and needs no recursion.
  private static func wildcard<P, V>(
    _ pattern: [P], _ values: [V], isStar: (P) -> Bool, matches: (P, V) -> Bool
  ) -> Bool {
    var (p, v) = (0, 0)
    var retry: (pattern: Int, value: Int)?
    while v < values.count {
      if p < pattern.count, isStar(pattern[p]) {
        retry = (p, v)
        p += 1
      } else if p < pattern.count, matches(pattern[p], values[v]) {
        p += 1
        v += 1
      } else if let last = retry {
        retry = (last.pattern, last.value + 1)
        (p, v) = (last.pattern + 1, last.value + 1)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy(isStar)
  }
}
