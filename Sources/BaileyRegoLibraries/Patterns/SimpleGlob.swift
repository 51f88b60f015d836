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
      let token = try reader.token()
      // Repeated twice is repeated.
      if token.flag == .none || tokens.last != token { tokens.append(token) }
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
