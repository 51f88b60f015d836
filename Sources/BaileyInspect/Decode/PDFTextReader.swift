/// The text that a page of PDF shows, without what places it: strings in parentheses and in hexadecimal digits, joined where only kerning
/// parts them.
///
/// Fonts whose codes are not those of letters are not translated.
struct PDFTextReader: ByteReader {
  private enum State { case page, string, escape, octal, hex }

  private var state = State.page
  private var depth = 0
  private var octal: (value: UInt32, digits: Int) = (0, 0)
  private var high: UInt8?
  /// The last operator or number outside of strings.
  private var word: [UInt8] = []
  private var vertical = 0.0
  private var isArray = false
  /// How much of `endstream` came in a row.
  private var matched = 0

  private static let end = Array("endstream".utf8)

  mutating func take(_ byte: UInt8, _ made: inout [UInt8]) -> DecoderStep.State {
    matched = byte == Self.end[matched] ? matched + 1 : (byte == Self.end[0] ? 1 : 0)
    if matched == Self.end.count { return .end }
    switch state {
    case .page: page(byte, &made)
    case .string: string(byte, &made)
    case .escape: escape(byte, &made)
    case .octal: octal(byte, &made)
    case .hex: hex(byte, &made)
    }
    return .more
  }

  private mutating func page(_ byte: UInt8, _ made: inout [UInt8]) {
    switch byte {
    case 0x28:
      finishWord(&made)
      (state, depth) = (.string, 1)
    case 0x3C:
      finishWord(&made)
      (state, high) = (.hex, nil)
    case 0x5B, 0x5D:
      finishWord(&made)
      isArray = byte == 0x5B
    case _ where Bytes.isVisible(byte): if word.count < 16 { word.append(byte) }
    default: finishWord(&made)
    }
  }

  /// A string that is as long as a page says more than one text in a line.
  private mutating func finishWord(_ made: inout [UInt8]) {
    guard !word.isEmpty else { return }
    defer { word.removeAll(keepingCapacity: true) }
    if let number = Double(String(decoding: word, as: UTF8.self)) {
      vertical = number
      // As wide as a space.
      if isArray, number <= -200 { made.append(0x20) }
      return
    }
    switch String(decoding: word, as: UTF8.self) {
    case "Td", "TD": made.append(vertical == 0 ? 0x20 : 0x0A)
    case "Tm", "T*", "'", "\"", "ET": made.append(0x0A)
    default: break
    }
  }

  private mutating func string(_ byte: UInt8, _ made: inout [UInt8]) {
    switch byte {
    case 0x5C: state = .escape
    case 0x28:
      depth += 1
      made.append(byte)
    case 0x29:
      depth -= 1
      if depth == 0 { state = .page } else { made.append(byte) }
    default: made.append(byte)
    }
  }

  private static let escapes: [UInt8: UInt8] = [0x6E: 0x0A, 0x72: 0x0D, 0x74: 0x09, 0x62: 0x08, 0x66: 0x0C]

  private mutating func escape(_ byte: UInt8, _ made: inout [UInt8]) {
    if byte &- 0x30 < 8 {
      (state, octal) = (.octal, (UInt32(byte - 0x30), 1))
      return
    }
    // The end of a line behind a backslash is none.
    if byte != 0x0A, byte != 0x0D { made.append(Self.escapes[byte, default: byte]) }
    state = .string
  }

  private mutating func octal(_ byte: UInt8, _ made: inout [UInt8]) {
    if byte &- 0x30 < 8, octal.digits < 3 {
      octal = (octal.value << 3 | UInt32(byte - 0x30), octal.digits + 1)
      return
    }
    made.append(UInt8(truncatingIfNeeded: octal.value))
    state = .string
    string(byte, &made)
  }

  /// Two signs in a row begin a dictionary, and no string.
  private mutating func hex(_ byte: UInt8, _ made: inout [UInt8]) {
    guard let digit = Bytes.hex(byte) else {
      if !Bytes.isSpace(byte) {
        if byte == 0x3E, let high { made.append(high << 4) }
        state = .page
      }
      return
    }
    if let first = high {
      made.append(first << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
}
