/// Labels `prompt-injection` what reads like an order to the model that reads it, and `hidden-text` where a page hides such from people.
///
/// It reads words: letters of ASCII in lower case, digits and `_`; invisible characters and letters of full width are seen through. A
/// phrase that stands alone in quotes is told of, not given. It keeps no more words than the longest pattern has.
final class InjectionLabeller: ContentLabeller {
  static let label = "prompt-injection"
  /// How far behind the sign of something hidden its text is taken for hidden, bytes.
  private static let reach = 2048

  /// The last words by their hash, and which of them have a quote just before and just behind.
  private var words: [UInt64] = []
  private var (opens, closes) = ([Bool](), [Bool]())
  private var word = InjectionPatterns.noWord
  private var before: UInt8 = 0
  private var wordBefore: UInt8 = 0
  private var wide: [UInt8] = []
  /// The last 16 bytes, for marks that are no words.
  private var tail: UInt128 = 0
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
      closes[words.count - 1] = Self.isQuote(byte)
      judge()
    }
    let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    let isWord = (0x61...0x7A).contains(lower) || (0x30...0x39).contains(lower) || lower == UInt8(ascii: "_")
    // As in `don't`.
    let isInner = lower == UInt8(ascii: "'") && word == Self.don
    if isWord || isInner {
      if word == InjectionPatterns.noWord { wordBefore = before }
      word = InjectionPatterns.add(lower, to: word)
    } else if word != InjectionPatterns.noWord {
      end(behind: byte)
    }
    before = byte
  }

  private static let don = InjectionPatterns.hash("don".utf8)
  private static func isQuote(_ byte: UInt8) -> Bool { byte == 0x22 || byte == 0x27 || byte == 0x60 }

  private func end(behind byte: UInt8) {
    words.append(word)
    opens.append(Self.isQuote(wordBefore))
    closes.append(Self.isQuote(byte))
    word = InjectionPatterns.noWord
    if words.count > InjectionPatterns.span {
      words.removeFirst()
      opens.removeFirst()
      closes.removeFirst()
    }
    // A quote may stand behind the point.
    isWaiting = [0x2C, 0x2E, 0x21, 0x3F, 0x3A, 0x3B].contains(byte)
    if !isWaiting { judge() }
  }

  private func judge() {
    guard let last = words.last, let patterns = InjectionPatterns.byLast[last] else { return }
    let isConcealed = inComment || hiddenLeft > 0
    for pattern in patterns where pattern.isOpen || isConcealed {
      // Only mentioned where quotes begin and end with it.
      guard let begin = InjectionPatterns.match(pattern, words), !(opens[begin] && closes[words.count - 1]) else {
        continue
      }
      if pattern.isOpen { isInjected = true }
      if isConcealed { isHidden = true }
    }
  }

  private enum Sign { case template, commentBegin, commentEnd, concealed }

  private struct Mark {
    var value: UInt128 = 0
    var mask: UInt128 = 0
    var sign: Sign

    /// Of a longer text the last 16 bytes.
    init(_ text: String, _ sign: Sign) {
      self.sign = sign
      for byte in text.utf8 { (value, mask) = (value << 8 | UInt128(byte), mask << 8 | 0xFF) }
    }
  }

  /// Marks of templates of conversations, and the signs of what pages hide, by their last byte.
  private static let marks: [[Mark]] = {
    let templates = ["<|im_start|>", "<|im_end|>", "<|system|>", "<|endoftext|>", "[/inst]", "<<sys>>"]
    let concealing = [
      "display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0",
      "opacity:0", "opacity: 0", "aria-hidden=\"true\"", " hidden>",
    ]
    var marks = [[Mark]](repeating: [], count: 256)
    let all =
      templates.map { ($0, Sign.template) } + concealing.map { ($0, .concealed) }
      + [("<!--", .commentBegin), ("-->", .commentEnd)]
    for (text, sign) in all { if let last = text.utf8.last { marks[Int(last)].append(Mark(text, sign)) } }
    return marks
  }()

  private func note(_ byte: UInt8) {
    let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    tail = tail << 8 | UInt128(lower)
    if hiddenLeft > 0 { hiddenLeft -= 1 }
    for mark in Self.marks[Int(lower)] where tail & mark.mask == mark.value {
      switch mark.sign {
      case .template: isInjected = true
      case .commentBegin: inComment = true
      case .commentEnd: inComment = false
      case .concealed: hiddenLeft = Self.reach
      }
    }
  }
}
