/// One line of an ignore file, as gitignore(5) describes it; matching is git's wildmatch with `WM_PATHNAME`.
///
/// A pattern that git takes for broken, or of more than 1 KiB, matches nothing. Time is in proportion to pattern times path, but for the
/// number of directories behind a `**`.
struct IgnorePattern: Sendable {
  enum Token: Sendable {
    case byte(UInt8)
    /// One byte but a slash.
    case any
    /// By value of a byte; never a slash.
    case set([Bool])
    /// Bytes but slashes.
    case star
    /// Whole directories, also none.
    case directories
    /// Whatever follows.
    case rest
  }

  static let longest = 1024

  private(set) var isNegated = false
  /// It is only about directories.
  private(set) var isForDirectories = false
  /// It is about the whole path, and not only the name.
  private(set) var isAnchored = false
  private var tokens: [Token]
  /// It has no wildcards: compared at once.
  private let literal: [UInt8]?

  /// Nil for an empty line, a comment and what matches nothing.
  init?(_ line: ArraySlice<UInt8>) {
    var text = Self.withoutTrailingSpaces(line)
    guard let first = text.first, first != UInt8(ascii: "#") else { return nil }
    if first == UInt8(ascii: "!") {
      isNegated = true
      text = text.dropFirst()
    }
    if text.last == Self.slash {
      isForDirectories = true
      text = text.dropLast()
    }
    isAnchored = text.contains(Self.slash)
    if text.first == Self.slash { text = text.dropFirst() }
    guard !text.isEmpty, text.count <= Self.longest, let tokens = IgnorePatternReader.tokens(text) else { return nil }
    self.tokens = tokens
    let bytes = tokens.compactMap { token -> UInt8? in if case .byte(let byte) = token { byte } else { nil } }
    literal = bytes.count == tokens.count ? bytes : nil
  }

  /// - Parameter path: relative to the directory of the file that has the pattern.
  func matches(_ path: ArraySlice<UInt8>, isDirectory: Bool) -> Bool {
    if isForDirectories, !isDirectory { return false }
    let text = isAnchored ? path : path[(path.lastIndex(of: Self.slash).map { $0 + 1 } ?? path.startIndex)...]
    if let literal { return text.elementsEqual(literal) }
    return matches(text)
  }

  /// Of stars only the last one is gone back to, and then of `**` the last one: earlier ones could not help.
  private func matches(_ text: ArraySlice<UInt8>) -> Bool {
    var (at, place) = (0, text.startIndex)
    var star: (at: Int, place: Int)?
    var directories: (at: Int, place: Int)?
    while true {
      if at < tokens.count {
        switch tokens[at] {
        case .rest: return true
        case .directories:
          (directories, star) = ((at, place), nil)
          at += 1
          continue
        case .star:
          star = (at, place)
          at += 1
          continue
        case let token:
          if place < text.endIndex, Self.fits(token, text[place]) {
            (at, place) = (at + 1, place + 1)
            continue
          }
        }
      } else if place == text.endIndex {
        return true
      }
      if let last = star, last.place < text.endIndex, text[last.place] != Self.slash {
        star = (last.at, last.place + 1)
        (at, place) = (last.at + 1, last.place + 1)
      } else if let last = directories, let next = text[last.place...].firstIndex(of: Self.slash) {
        (directories, star) = ((last.at, next + 1), nil)
        (at, place) = (last.at + 1, next + 1)
      } else {
        return false
      }
    }
  }

  private static func fits(_ token: Token, _ byte: UInt8) -> Bool {
    switch token {
    case .byte(let wanted): wanted == byte
    case .any: byte != slash
    case .set(let members): byte != slash && members[Int(byte)]
    case .star, .directories, .rest: false
    }
  }

  /// Spaces at the end count only behind a backslash.
  private static func withoutTrailingSpaces(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var spaces: Int?
    var at = line.startIndex
    while at < line.endIndex {
      if line[at] == UInt8(ascii: " ") {
        spaces = spaces ?? at
      } else {
        if line[at] == UInt8(ascii: "\\") { at += 1 }
        spaces = nil
      }
      at += 1
    }
    return line[..<(spaces ?? line.endIndex)]
  }

  static let slash = UInt8(ascii: "/")
}
