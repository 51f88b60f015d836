/// Labels `prompt-injection` what reads like an order to the model that reads it, and `hidden-text` where a page hides such from people.
///
/// It reads words: letters of ASCII in lower case, digits and `_`; invisible characters and letters of full width are seen through. A
/// phrase that stands alone in quotes is told of, not given. It keeps no more words than the longest pattern has.
final class InjectionLabeller: ContentLabeller {
  static let label = "prompt-injection"
  private static let longestWord = 32
  /// How far behind the sign of something hidden its text is taken for hidden, bytes.
  private static let reach = 2048

  private struct Word {
    var text: String
    /// Quoted just before and just behind.
    var opens = false
    var closes = false
  }

  private var words: [Word] = []
  private var word: [UInt8] = []
  private var before: UInt8 = 0
  private var wordBefore: UInt8 = 0
  private var wide: [UInt8] = []
  /// The last bytes, for marks that are no words.
  private var tail: [UInt8] = []
  private var (inComment, hiddenLeft) = (false, 0)
  private var (isInjected, isHidden) = (false, false)

  private let isText: Bool
  private var isOver = false
  /// Whether the last word has not been judged, because what follows it may be a quote.
  private var isWaiting = false

  /// - Parameter isText: else it ends with the first NUL, which no text has.
  init(isText: Bool = true) { self.isText = isText }

  func feed(_ bytes: Span<UInt8>) -> Set<String> {
    if isOver || isInjected && isHidden { return [] }
    let old = (isInjected, isHidden)
    for index in bytes.indices {
      if bytes[index] == 0, !isText {
        isOver = true
        break
      }
      take(bytes[index])
    }
    return news(since: old)
  }

  func finish() -> Set<String> {
    let old = (isInjected, isHidden)
    take(0x20)
    return news(since: old)
  }

  private func news(since old: (Bool, Bool)) -> Set<String> {
    var labels: Set<String> = []
    if isInjected, !old.0 { labels.insert(Self.label) }
    if isHidden, !old.1 { labels.insert(HiddenTextLabeller.label) }
    return labels
  }

  private func take(_ byte: UInt8) {
    if byte >= 0x80 || !wide.isEmpty { return takeWide(byte) }
    see(byte)
  }

  /// Invisible characters are nothing, letters of full width (U+FF21 to U+FF5A) are letters, all else ends a word.
  private func takeWide(_ byte: UInt8) {
    if byte < 0x80 || byte >= 0xC0, !wide.isEmpty {
      wide = []
      see(0x20)
      return take(byte)
    }
    wide.append(byte)
    let length = wide[0] >= 0xF0 ? 4 : (wide[0] >= 0xE0 ? 3 : (wide[0] >= 0xC0 ? 2 : 1))
    guard wide.count == length else { return }
    let scalar = wide.dropFirst().reduce(UInt32(wide[0]) & (0xFF >> UInt32(length + 1))) { $0 << 6 | UInt32($1 & 0x3F) }
    wide = []
    switch scalar {
    case 0x200B...0x200D, 0x2060...0x2064, 0xFEFF, 0xAD: break
    case 0xFF01...0xFF5E: see(UInt8(scalar - 0xFF01 + 0x21))
    // Tags spell ASCII.
    case 0xE0020...0xE007E: see(UInt8(scalar - 0xE0000))
    case 0x2018, 0x2019: see(UInt8(ascii: "'"))
    case 0x201C, 0x201D: see(UInt8(ascii: "\""))
    default: see(0x20)
    }
  }

  private func see(_ byte: UInt8) {
    note(byte)
    if isWaiting {
      isWaiting = false
      words[words.count - 1].closes = Self.quotes.contains(byte)
      judge()
    }
    let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    let isWord = (0x61...0x7A).contains(lower) || (0x30...0x39).contains(lower) || lower == UInt8(ascii: "_")
    // As in `don't`.
    let isInner = lower == UInt8(ascii: "'") && word.elementsEqual("don".utf8)
    if isWord || isInner {
      if word.isEmpty { wordBefore = before }
      if word.count < Self.longestWord { word.append(lower) }
    } else if !word.isEmpty {
      end(behind: byte)
    }
    before = byte
  }

  private static let quotes = Set("'\"`".utf8)
  private static let points = Set(".,!?;:".utf8)

  private func end(behind byte: UInt8) {
    var new = Word(text: String(decoding: word, as: UTF8.self))
    (new.opens, new.closes) = (Self.quotes.contains(wordBefore), Self.quotes.contains(byte))
    word = []
    words.append(new)
    if words.count > InjectionPatterns.span { words.removeFirst() }
    // A quote may stand behind the point.
    isWaiting = Self.points.contains(byte)
    if !isWaiting { judge() }
  }

  private func judge() {
    let texts = words.map(\.text)
    if !isInjected { isInjected = InjectionPatterns.open.contains { isGiven($0, texts) } }
    if !isHidden, inComment || hiddenLeft > 0 {
      isHidden = (InjectionPatterns.open + InjectionPatterns.hidden).contains { isGiven($0, texts) }
    }
  }

  /// Not only mentioned: the quotes do not begin and end with it.
  private func isGiven(_ pattern: [InjectionPatterns.Step], _ texts: [String]) -> Bool {
    guard let begin = InjectionPatterns.match(pattern, texts) else { return false }
    return !(words[begin].opens && words[words.count - 1].closes)
  }

  private static let templates = ["<|im_start|>", "<|im_end|>", "<|system|>", "<|endoftext|>", "[/inst]", "<<sys>>"]
    .map { Array($0.utf8) }
  private static let hiding = [
    "display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0",
    "opacity:0", "opacity: 0", "aria-hidden=\"true\"", " hidden>",
  ].map { Array($0.utf8) }

  /// Marks of templates of conversations, and the signs of what pages hide.
  private func note(_ byte: UInt8) {
    tail.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
    if tail.count > 64 { tail.removeFirst(40) }
    if hiddenLeft > 0 { hiddenLeft -= 1 }
    switch tail.last {
    case UInt8(ascii: "-"): if ends("<!--") { inComment = true }
    case UInt8(ascii: ">"), UInt8(ascii: "]"):
      if ends("-->") { inComment = false }
      if Self.templates.contains(where: ends) { isInjected = true }
      fallthrough
    case UInt8(ascii: "e"), UInt8(ascii: "n"), UInt8(ascii: "0"), UInt8(ascii: "\""):
      if Self.hiding.contains(where: ends) { hiddenLeft = Self.reach }
    default: break
    }
  }

  private func ends(_ mark: String) -> Bool { ends(Array(mark.utf8)) }
  private func ends(_ mark: [UInt8]) -> Bool { tail.suffix(mark.count).elementsEqual(mark) }
}
