/// Go's `strconv.Quote` and `QuoteToASCII`.
package enum GoQuote {
  package static func quote(_ text: some Collection<UInt8>, ascii: Bool = false, into out: inout [UInt8]) {
    out.append(0x22)
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { append(scalar, ascii, &out) }
    out.append(0x22)
  }

  private static let short: [UInt32: String] = [
    7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 0x22: "\\\"", 0x5C: "\\\\",
  ]

  private static func append(_ scalar: Unicode.Scalar, _ ascii: Bool, _ out: inout [UInt8]) {
    if let escape = short[scalar.value] {
      out += escape.utf8
    } else if isPrintable(scalar), scalar.isASCII || !ascii {
      out += String(Character(scalar)).utf8
    } else if scalar.value < 0x80 {
      out += "\\x".utf8 + hex(scalar.value, 2)
    } else if scalar.value < 0x10000 {
      out += "\\u".utf8 + hex(scalar.value, 4)
    } else {
      out += "\\U".utf8 + hex(scalar.value, 8)
    }
  }

  private static func hex(_ value: UInt32, _ count: Int) -> [UInt8] {
    let digits = String(value, radix: 16)
    return [UInt8](repeating: 0x30, count: max(0, count - digits.utf8.count)) + digits.utf8
  }

  /// Letters, marks, numbers, punctuation, symbols and the ASCII space.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
