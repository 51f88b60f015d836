/// A piece of text that stands for another, or for nothing.
struct Escape {
  var at: Int
  var length: Int
  var text: [UInt8]
  /// As findings call it.
  var name = "escaped"
}

/// Knows escapes of URLs, programs, JSON, HTML and mail, joints of split strings, and what cannot be seen.
enum EscapeReader {
  /// What begins at a special byte; nil when nothing does. Behind the bytes stands one that belongs to nothing.
  static func read(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    guard at + 2 < bytes.count else { return nil }
    switch bytes[at] {
    case 0x25: return percent(bytes, at)
    case 0x5C: return backslash(bytes, at)
    case 0x26: return reference(bytes, at)
    case 0x3D: return quotedPrintable(bytes, at)
    case 0x22, 0x27: return joint(bytes, at)
    case 0x0A: return lineEnd(bytes, at)
    case 0x3C: return tags(bytes, at)
    case 0x80...: return invisible(bytes, at)
    default: return nil
    }
  }

  /// `digits` hexadecimal digits.
  private static func number(_ bytes: Span<UInt8>, _ start: Int, _ digits: Int) -> UInt32? {
    guard start + digits <= bytes.count else { return nil }
    var number: UInt32 = 0
    for place in start..<(start + digits) {
      guard let digit = Bytes.hex(bytes[place]) else { return nil }
      number = number << 4 | UInt32(digit)
    }
    return number
  }

  private static func made(_ at: Int, _ length: Int, _ number: UInt32?) -> Escape? {
    guard let number, number >= 0x20 || [9, 10, 13].contains(number), let scalar = Unicode.Scalar(number) else {
      return nil
    }
    return Escape(at: at, length: length, text: number < 0x80 ? [UInt8(number)] : Array(String(Character(scalar)).utf8))
  }

  /// A byte of UTF-8 is taken as it is.
  private static func byte(_ at: Int, _ length: Int, _ number: UInt32?) -> Escape? {
    guard let number, number >= 0x20 || [9, 10, 13].contains(number) else { return nil }
    return Escape(at: at, length: length, text: [UInt8(truncatingIfNeeded: number)])
  }

  private static func percent(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    if bytes[at + 1] | 0x20 == 0x75 { return made(at, 6, number(bytes, at + 2, 4)) }
    return byte(at, 3, number(bytes, at + 1, 2))
  }

  private static func backslash(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    let next = bytes[at + 1]
    switch next {
    case 0x2F: return Escape(at: at, length: 2, text: [0x2F])
    case 0x78: return byte(at, 4, number(bytes, at + 2, 2))
    case 0x75:
      guard bytes[at + 2] == 0x7B else { return made(at, 6, number(bytes, at + 2, 4)) }
      for digits in 1...6 where at + 3 + digits < bytes.count && bytes[at + 3 + digits] == 0x7D {
        return made(at, digits + 4, number(bytes, at + 3, digits))
      }
      return nil
    case 0x55: return made(at, 10, number(bytes, at + 2, 8))
    case 0x30...0x33: return octal(bytes, at)
    case 0x0A, 0x0D: return continuation(bytes, at)
    default: return nil
    }
  }

  private static func octal(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    guard at + 3 < bytes.count else { return nil }
    var number: UInt32 = 0
    for place in (at + 1)...(at + 3) {
      guard bytes[place] &- 0x30 < 8 else { return nil }
      number = number << 3 | UInt32(bytes[place] - 0x30)
    }
    return byte(at, 4, number)
  }

  /// A backslash at the end of a line, and the room before the next.
  private static func continuation(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    var end = at + 1
    while end < bytes.count - 1, end - at < 64, Bytes.isSpace(bytes[end]) { end += 1 }
    return Escape(at: at, length: end - at, text: [])
  }

  private static let names: [String: UInt8] = [
    "amp": 0x26, "lt": 0x3C, "gt": 0x3E, "quot": 0x22, "apos": 0x27, "nbsp": 0x20, "colon": 0x3A, "equals": 0x3D,
    "lowbar": 0x5F,
    "plus": 0x2B, "sol": 0x2F, "period": 0x2E, "hyphen": 0x2D, "dash": 0x2D, "commat": 0x40, "num": 0x23, "semi": 0x3B,
    "comma": 0x2C, "excl": 0x21, "dollar": 0x24, "percnt": 0x25, "lpar": 0x28, "rpar": 0x29, "ast": 0x2A, "quest": 0x3F,
    "shy": 0, "zwnj": 0, "zwj": 0, "NewLine": 0x0A, "Tab": 0x09, "UnderBar": 0x5F,
  ]

  private static func reference(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    var end = at + 1
    while end < bytes.count - 1, end - at < 12, Bytes.isWord(bytes[end]) || bytes[end] == 0x23 { end += 1 }
    guard bytes[end] == 0x3B, end - at > 2 else { return nil }
    let text = String(decoding: Array(bytes.extracting((at + 1)..<end)), as: UTF8.self)
    if let known = names[text] { return Escape(at: at, length: end + 1 - at, text: known == 0 ? [] : [known]) }
    guard text.hasPrefix("#") else { return nil }
    let digits = text.dropFirst()
    let number = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return made(at, end + 1 - at, number)
  }

  /// `=3D` and the like. A number behind an equals sign is none, unless another escape stands beside it.
  private static func quotedPrintable(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    let next = bytes[at + 1]
    if next == 0x0A { return Escape(at: at, length: 2, text: []) }
    if next == 0x0D, bytes[at + 2] == 0x0A { return Escape(at: at, length: 3, text: []) }
    guard !Bytes.isLower(next), !Bytes.isLower(bytes[at + 2]) else { return nil }
    let hasNeighbour = at + 3 < bytes.count && bytes[at + 3] == 0x3D || at > 2 && bytes[at - 3] == 0x3D
    guard hasNeighbour || Bytes.isLetter(bytes[at + 2]) else { return nil }
    return byte(at, 3, number(bytes, at + 1, 2))
  }

  private static func isPart(_ byte: UInt8) -> Bool { Bytes.isRun(byte) || byte == 0x3D || byte == 0x2E }

  /// `" + "` and the like, also over a line's end: what joins the parts of one string.
  private static func joint(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    let quote = bytes[at]
    guard at > 0, isPart(bytes[at - 1]) else { return nil }
    var (place, signs) = (at + 1, 0)
    while place < bytes.count - 2, place - at < 48 {
      let byte = bytes[place]
      if byte == quote { break }
      if [0x2B, 0x2E, 0x26, 0x5C, 0x7C].contains(byte) { signs += 1 } else if !Bytes.isSpace(byte) { return nil }
      place += 1
    }
    guard bytes[place] == quote, place > at + 1 || signs == 0, signs <= 3, isPart(bytes[place + 1]) else { return nil }
    return Escape(at: at, length: place + 1 - at, text: [])
  }

  private static func tags(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    guard at > 0, isPart(bytes[at - 1]), let end = Markup.end(bytes, at), isPart(bytes[end]),
      !Markup.parts(bytes, at..<end)
    else { return nil }
    return Escape(at: at, length: end - at, text: [], name: "markup")
  }

  /// A line that ends within what looks like a token, and goes on in the next.
  private static func lineEnd(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    let from = at > 0 && bytes[at - 1] == 0x0D ? at - 1 : at
    var (start, digits, letters) = (from, 0, 0)
    while start > 0, from - start <= 60, Bytes.isRun(bytes[start - 1]) {
      start -= 1
      if Bytes.isDigit(bytes[start]) { digits += 1 } else { letters += 1 }
    }
    guard (8...60).contains(from - start), digits > 0, letters > 0 else { return nil }
    var next = at + 1
    while next < bytes.count - 5, next - at < 12, bytes[next] == 0x20 || bytes[next] == 0x09 { next += 1 }
    guard next + 4 < bytes.count else { return nil }
    for place in next..<(next + 4) where !Bytes.isRun(bytes[place]) { return nil }
    return Escape(at: from, length: next - from, text: [])
  }

  /// Marks without width, soft hyphens, letters of full width, and tags.
  private static func invisible(_ bytes: Span<UInt8>, _ at: Int) -> Escape? {
    guard at + 3 < bytes.count else { return nil }
    switch (bytes[at], bytes[at + 1], bytes[at + 2]) {
    case (0xC2, 0xAD, _): return Escape(at: at, length: 2, text: [])
    case (0xCD, 0x8F, _): return Escape(at: at, length: 2, text: [])
    case (0xE2, 0x80, 0x8B...0x8F), (0xE2, 0x80, 0xAA...0xAE), (0xE2, 0x81, 0xA0...0xAF), (0xEF, 0xBB, 0xBF),
      (0xE1, 0xA0, 0x8E),
      (0xEF, 0xB8, 0x80...0x8F):
      return Escape(at: at, length: 3, text: [])
    case (0xEF, 0xBC, let low) where (0x81...0xBF).contains(low): return Escape(at: at, length: 3, text: [low - 0x60])
    case (0xEF, 0xBD, let low) where (0x80...0x9E).contains(low): return Escape(at: at, length: 3, text: [low - 0x20])
    case (0xF3, 0xA0, let high) where high == 0x80 || high == 0x81:
      let letter = (high & 1) << 6 | bytes[at + 3] & 0x3F
      return Escape(at: at, length: 4, text: Bytes.isText(letter) ? [letter] : [])
    default: return nil
    }
  }
}
