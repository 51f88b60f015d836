/// Labels `hidden-text` what a program reads and a person does not see.
///
/// Tag characters (U+E0000 to U+E007F) but in flags, runs of zero-width characters and such within words, overrides of the direction of
/// writing, and what makes a terminal hide, erase or copy. What pages hide is `InjectionLabeller`'s: all of them hide something.
final class HiddenTextLabeller: ContentLabeller {
  static let label = "hidden-text"
  /// A flag has at most six tags and a joiner less.
  private static let mostTags = 7
  private static let mostInvisible = 4
  private static let mostWithinWords = 3

  private var scalar: UInt32 = 0
  private var left = 0
  private var (tags, invisible, withinWords) = (0, 0, 0)
  /// Whether the last visible character was a letter or digit of ASCII, and how many invisible ones stand behind it.
  private var (wasWord, sinceWord) = (false, 0)
  private var escape: [UInt8]?
  private var (isFound, isOver) = (false, false)
  private let isText: Bool

  /// - Parameter isText: else it ends with the first NUL, which no text has.
  init(isText: Bool = true) { self.isText = isText }

  func feed(_ bytes: Span<UInt8>) -> Set<String> {
    if isFound || isOver { return [] }
    for index in bytes.indices {
      if bytes[index] == 0, !isText { isOver = true }
      if isFound || isOver { break }
      take(bytes[index])
    }
    return isFound ? [Self.label] : []
  }

  func finish() -> Set<String> { [] }

  private func take(_ byte: UInt8) {
    if byte < 0x80 {
      left = 0
      return ascii(byte)
    }
    escape = nil
    if byte < 0xC0 {
      guard left > 0 else { return }
      (scalar, left) = (scalar << 6 | UInt32(byte & 0x3F), left - 1)
      if left == 0 { take(scalar: scalar) }
    } else {
      left = byte >= 0xF0 ? 3 : (byte >= 0xE0 ? 2 : 1)
      scalar = UInt32(byte) & (0x3F >> UInt32(left))
    }
  }

  private func take(scalar: UInt32) {
    switch scalar {
    case 0xE0000...0xE007F:
      tags += 1
      if tags > Self.mostTags { isFound = true }
    case 0x202D, 0x202E: isFound = true
    case 0x200B...0x200D, 0x2060...0x2064, 0xFEFF, 0x180E:
      invisible += 1
      sinceWord += 1
      if invisible > Self.mostInvisible { isFound = true }
    default: visible(isWord: false)
    }
  }

  private func visible(isWord: Bool) {
    if isWord, wasWord, sinceWord > 0 { withinWords += 1 }
    if withinWords >= Self.mostWithinWords { isFound = true }
    (tags, invisible, wasWord, sinceWord) = (0, 0, isWord, 0)
  }

  private func ascii(_ byte: UInt8) {
    if let escape {
      self.escape = byte == 0x1B ? [] : Self.go(escape + [byte])
      if self.escape == nil, Self.hides(escape + [byte]) { isFound = true }
      return
    }
    if byte == 0x1B { return escape = [] }
    visible(isWord: (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF))
  }

  /// What of an escape sequence (ECMA-48) goes on; `nil` at its end.
  private static func go(_ sequence: [UInt8]) -> [UInt8]? {
    guard sequence.count < 32, let first = sequence.first else { return nil }
    if first == 0x5D { return sequence.count < 4 ? sequence : nil }
    guard first == 0x5B else { return nil }
    return sequence.count == 1 || (0x20...0x3F).contains(sequence[sequence.count - 1]) ? sequence : nil
  }

  /// Concealed text (SGR 8), the cursor sent back and lines erased, and the clipboard written (OSC 52).
  private static func hides(_ sequence: [UInt8]) -> Bool {
    if sequence.starts(with: Array("]52;".utf8)) { return true }
    guard sequence.first == 0x5B, let last = sequence.last else { return false }
    switch last {
    case UInt8(ascii: "A"), UInt8(ascii: "F"), UInt8(ascii: "H"), UInt8(ascii: "J"), UInt8(ascii: "K"): return true
    case UInt8(ascii: "m"):
      return sequence.dropFirst().dropLast().split(separator: UInt8(ascii: ";")).contains { $0.elementsEqual([0x38]) }
    default: return false
    }
  }
}
