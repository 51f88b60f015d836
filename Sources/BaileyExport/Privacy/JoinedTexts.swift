import BaileyCast
package import BaileyCore

/// Texts in a row, looked at as one: of a pair of keys each may be an argument of its own.
struct JoinedTexts {
  private let texts: [String]
  private let whole: [UInt8]

  init(_ texts: [String]) {
    self.texts = texts
    whole = Array(texts.map(\.utf8).joined(separator: " ".utf8))
  }

  /// The texts with what was found masked; `nil` where nobody could look.
  ///
  /// - Parameter knows: values may be of any letters.
  func masked(_ finder: any SecretFinder, _ session: SessionID?, knows: Bool) -> [String]? {
    guard knows ? whole.count >= 8 : Self.mayHoldSecret(whole) else { return texts }
    guard let found = finder.secrets(in: whole, of: session) else { return nil }
    if found.isEmpty { return texts }
    let hidden = Self.widened(found, whole)
    var start = 0
    return texts.map { text in
      let range = start..<(start + text.utf8.count)
      start = range.upperBound + 1
      return Self.text(whole, range, hidden)
    }
  }

  /// No rule finds a certain or likely secret in fewer bytes, nor in words of small letters, but for those of a seed phrase.
  static func mayHoldSecret(_ text: [UInt8]) -> Bool {
    if text.count < 8 { return false }
    var spaces = 0
    for byte in text {
      if (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || byte >= 0x80 { return true }
      if byte <= 0x20 { spaces += 1 }
    }
    return spaces > 10
  }

  private static func text(_ whole: [UInt8], _ range: Range<Int>, _ hidden: [Range<Int>]) -> String {
    var (result, place) = ([UInt8](), range.lowerBound)
    for secret in hidden where secret.overlaps(range) {
      result += whole[place..<max(place, secret.lowerBound)] + SecretMask.mark.utf8
      place = min(secret.upperBound, range.upperBound)
    }
    return String(decoding: result + whole[place..<range.upperBound], as: UTF8.self)
  }

  /// To the ends of the words that they are in, and of a key to its last line: a rule may know only how a secret begins.
  private static func widened(_ found: [Range<Int>], _ text: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for range in found {
      var (start, end) = (range.lowerBound, range.upperBound)
      while start > 0, isWord(text[start - 1]), isWord(text[start]) { start -= 1 }
      if text[start..<end].starts(with: "-----BEGIN ".utf8) { end = endOfKey(text, end) }
      while end < text.count, isWord(text[end - 1]), isWord(text[end]) { end += 1 }
      while end < text.count, end > start, text[end] == UInt8(ascii: "="), isWord(text[end - 1]) { end += 1 }
      if let last = result.last, last.upperBound >= start {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, end)
      } else {
        result.append(start..<end)
      }
    }
    return result
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == 0x5F || byte == 0x2D
      || byte == 0x2B
  }

  /// The last line of a key; without one, and where a command stands before it, the end of what looks like a key.
  private static func endOfKey(_ text: [UInt8], _ place: Int) -> Int {
    let mark = Array("-----END ".utf8)
    // From before the place: what was found may hold it.
    var at = max(0, place - 128)
    while at < text.count, at < place || !commands.contains(text[at]) {
      if text[at] == mark[0], text[at...].starts(with: mark) {
        var end = at + mark.count
        while end < text.count, text[end] != 0x2D, text[end] != 0x0A { end += 1 }
        return max(place, min(text.count, end + 5))
      }
      at += 1
    }
    return endOfBase64(text, place)
  }

  private static let commands = Set(";|&$`".utf8)

  /// Words with digits or capitals, and what stands between lines: no command goes on for long without a word in small letters.
  private static func endOfBase64(_ text: [UInt8], _ place: Int) -> Int {
    var (at, end) = (place, place)
    while at < text.count {
      let word = text[at...].prefix { isWord($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=") }
      if !word.isEmpty, !word.contains(where: { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }) {
        return end
      }
      if !word.isEmpty { end = word.endIndex }
      guard word.endIndex < text.count, gaps.contains(text[word.endIndex]) else { return end }
      at = word.endIndex + 1
      // `\n` as it is written.
      if text[at - 1] == UInt8(ascii: "\\"), at < text.count { at += 1 }
    }
    return end
  }

  private static let gaps = Set(" \t\r\n\\\"',:".utf8)
}

/// The well-known forms of tokens that a terminal's recording is masked by, for programs without the inspection.
package struct TokenFinder: SecretFinder {
  private static let tokens = StreamMasker(secrets: [])

  package init() {}

  package func secrets(in text: [UInt8], of session: SessionID?) -> [Range<Int>]? {
    Self.tokens.secrets(in: text).map { $0.startIndex..<$0.endIndex }
  }
}

extension StreamMasker {
  func masked(_ text: String) -> String {
    let bytes = Array(text.utf8)
    if secrets(in: bytes).isEmpty { return text }
    var masker = self
    return String(decoding: masker.mask(bytes) + masker.finish(), as: UTF8.self)
  }
}
