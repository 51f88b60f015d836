internal import BaileyRego

/// A pattern of `regex.globs_match`: code points, `.`, sets in brackets, each with `*`, `+` or nothing behind.
struct SimpleGlob {
  enum Flag { case none, plus, star }
  struct Token: Equatable {
    /// Nil stands for any.
    var ranges: [ClosedRange<UInt32>]?
    var flag = Flag.none

    func meets(_ other: Token) -> Bool {
      guard let ranges, let others = other.ranges else { return true }
      return ranges.contains { range in others.contains { $0.overlaps(range) } }
    }
  }

  static let maximumTokens = 1000

  private let source: [Unicode.Scalar]
  private var at = 0

  static func read(_ text: [UInt8]) throws(BuiltinFailure) -> [Token] {
    var reader = SimpleGlob(source: Array(String(decoding: text, as: UTF8.self).unicodeScalars))
    var tokens: [Token] = []
    while reader.at < reader.source.count {
      tokens.append(try reader.token())
      if tokens.count > maximumTokens { throw reader.failure(reader.at, "the glob is too long") }
    }
    return tokens
  }

  private func failure(_ position: Int, _ why: String) -> BuiltinFailure {
    let text = String(String.UnicodeScalarView(source))
    return BuiltinFailure("input:\(text), pos:\(position), \(why): the input provided is invalid")
  }

  private mutating func token() throws(BuiltinFailure) -> Token {
    let scalar = source[at]
    at += 1
    var token: Token
    switch scalar {
    case ".": token = Token(ranges: nil)
    case "[": token = Token(ranges: try set())
    case "]": throw failure(at, "set-close ']' with no preceding '['")
    case "*", "+": throw failure(at, "flag '\(scalar)' must be preceded by a non-flag")
    case "\\": token = Token(ranges: [try escaped()])
    default: token = Token(ranges: [scalar.value...scalar.value])
    }
    if at < source.count, source[at] == "*" || source[at] == "+" {
      token.flag = source[at] == "*" ? .star : .plus
      at += 1
    }
    return token
  }

  private mutating func escaped() throws(BuiltinFailure) -> ClosedRange<UInt32> {
    guard at < source.count else { throw failure(at - 1, "input ends with a \\ (escape) character") }
    at += 1
    return source[at - 1].value...source[at - 1].value
  }

  private mutating func set() throws(BuiltinFailure) -> [ClosedRange<UInt32>] {
    var (ranges, canRange) = ([ClosedRange<UInt32>](), false)
    while at < source.count {
      let scalar = source[at]
      at += 1
      if scalar == "]" { return ranges }
      if scalar == "-" {
        guard canRange, let last = ranges.popLast() else {
          throw failure(at, "range character '-' must be preceded by a Unicode character")
        }
        ranges.append(try range(from: last.lowerBound))
        canRange = false
      } else {
        ranges.append(scalar == "\\" ? try escaped() : scalar.value...scalar.value)
        canRange = true
      }
    }
    throw failure(at, "found [ without matching ]")
  }

  private mutating func range(from low: UInt32) throws(BuiltinFailure) -> ClosedRange<UInt32> {
    guard at < source.count, source[at] != "]", source[at] != "-" else {
      throw failure(at, "range character '-' must be followed by a Unicode character")
    }
    let scalar = source[at]
    at += 1
    let high = scalar == "\\" ? try escaped().lowerBound : scalar.value
    guard low <= high else {
      let (first, second) = (
        Unicode.Scalar(high).map { Character($0) } ?? "?", Unicode.Scalar(low).map { Character($0) } ?? "?"
      )
      throw failure(at, "range is out of order: '\(first)' comes before '\(second)' in Unicode")
    }
    return low...high
  }
}

/// Whether two globs have a text in common, found the way OPA does: a star at the end of one does not meet an empty rest.
struct GlobIntersection {
  private let left: [SimpleGlob.Token]
  private let right: [SimpleGlob.Token]
  private var known: [Int: Bool] = [:]
  private var steps = 0
  private static let maximumSteps = 4_000_000

  static func isNonEmpty(_ left: [SimpleGlob.Token], _ right: [SimpleGlob.Token]) throws(BuiltinFailure) -> Bool {
    guard let (first, second) = trimmed(left, right) else { return false }
    var search = GlobIntersection(left: first, right: second)
    return try search.fromHere(0, 0)
  }

  /// Leaves one plain token at either end.
  private static func trimmed(
    _ left: [SimpleGlob.Token], _ right: [SimpleGlob.Token]
  ) -> ([SimpleGlob.Token], [SimpleGlob.Token])? {
    var start = 0
    while start < left.count, start < right.count, left[start].flag == .none, right[start].flag == .none {
      if !left[start].meets(right[start]) { return nil }
      start += 1
    }
    start = max(0, start - 1)
    var (leftEnd, rightEnd) = (left.count - 1, right.count - 1)
    while leftEnd >= start, rightEnd >= start, left[leftEnd].flag == .none, right[rightEnd].flag == .none {
      if !left[leftEnd].meets(right[rightEnd]) { return nil }
      (leftEnd, rightEnd) = (leftEnd - 1, rightEnd - 1)
    }
    if leftEnd < left.count - 1 { (leftEnd, rightEnd) = (leftEnd + 1, rightEnd + 1) }
    guard start <= leftEnd + 1, start <= rightEnd + 1 else { return ([], []) }
    return (Array(left[start..<(leftEnd + 1)]), Array(right[start..<(rightEnd + 1)]))
  }

  private mutating func fromHere(_ first: Int, _ second: Int) throws(BuiltinFailure) -> Bool {
    let key = first << 32 | second
    if let answer = known[key] { return answer }
    var (i, j) = (first, second)
    var answer: Bool?
    while answer == nil, i < left.count, j < right.count {
      if left[i].flag != .none {
        // Where both repeat, either may be the one that takes in the other.
        var isMet = try repeated(i, j, leftRepeats: true)
        if !isMet, right[j].flag != .none { isMet = try repeated(i, j, leftRepeats: false) }
        answer = isMet
      } else if right[j].flag != .none {
        answer = try repeated(i, j, leftRepeats: false)
      } else if !left[i].meets(right[j]) {
        answer = false
      }
      (i, j) = (i + 1, j + 1)
    }
    let result = answer ?? (i == left.count && j == right.count)
    known[key] = result
    return result
  }

  private mutating func repeated(_ i: Int, _ j: Int, leftRepeats: Bool) throws(BuiltinFailure) -> Bool {
    let (star, other) = leftRepeats ? (left[i], right) : (right[j], left)
    var at = leftRepeats ? j : i
    let next = leftRepeats ? i + 1 : j + 1
    let nextToken = leftRepeats ? (next < left.count ? left[next] : nil) : (next < right.count ? right[next] : nil)
    if star.flag == .plus {
      if !star.meets(other[at]) { return false }
      at += 1
    }
    while at < other.count {
      steps += 1
      if steps > Self.maximumSteps { throw BuiltinFailure("the globs are too complex") }
      if let nextToken, other[at].meets(nextToken) {
        if leftRepeats ? try fromHere(next, at) : try fromHere(at, next) { return true }
      }
      if !star.meets(other[at]) { return false }
      at += 1
    }
    return nextToken == nil
  }
}
