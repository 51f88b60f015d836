extension GoFormat {
  func typeName(_ argument: Argument) -> String {
    switch argument {
    case .int: "int64"
    case .big: "*big.Int"
    case .float: "float64"
    case .string: "string"
    }
  }

  /// A verb that does not fit the type: the value is shown with the same flags.
  mutating func bad(_ verb: [UInt8], _ argument: Argument, _ directive: Directive) {
    out += "%!".utf8 + verb + [0x28]
    if case .big(let text, _) = argument {
      out += "big.Int=".utf8 + text + [0x29]
      return
    }
    out += typeName(argument).utf8 + [0x3D]
    self.verb(0x76, argument, directive)
    out.append(0x29)
  }

  mutating func verb(_ verb: UInt8, _ argument: Argument, _ directive: Directive) {
    if verb == 0x54 {
      pad(Array(typeName(argument).utf8), directive)
      return
    }
    switch argument {
    case .int(let value): integer(verb, String(value.magnitude), value < 0, value, directive)
    case .big(let text, let negative):
      integer(verb, String(decoding: negative ? text.dropFirst() : text[...], as: UTF8.self), negative, nil, directive)
    case .float(let value): float(verb, value, directive)
    case .string(let text): string(verb, text, directive)
    }
  }

  private mutating func pad(_ text: [UInt8], _ directive: Directive) {
    let missing = (directive.width ?? 0) - Unicode.count(text)
    let fill = [UInt8](repeating: directive.zero && !directive.minus ? 0x30 : 0x20, count: max(0, missing))
    out += directive.minus ? text + fill : fill + text
  }

  private mutating func string(_ verb: UInt8, _ text: [UInt8], _ directive: Directive) {
    var text = text
    if let precision = directive.precision, [0x73, 0x76, 0x71, 0x78, 0x58].contains(verb) {
      text =
        verb == 0x78 || verb == 0x58
        ? Array(text.prefix(precision)) : Unicode.bytes(Unicode.scalars(text).prefix(precision))
    }
    switch verb {
    case 0x76 where directive.quotes: pad(quoted(text, directive), directive)
    case 0x73, 0x76: pad(text, directive)
    case 0x71: pad(quoted(text, directive), directive)
    case 0x78, 0x58: pad(hexadecimal(text, upper: verb == 0x58, directive), directive)
    default: bad([verb], .string(text), directive)
    }
  }

  private func quoted(_ text: [UInt8], _ directive: Directive) -> [UInt8] {
    if directive.sharp, !text.contains(where: { $0 == 0x60 || ($0 < 0x20 && $0 != 9) || $0 == 0x7F }) {
      return [0x60] + text + [0x60]
    }
    var out: [UInt8] = []
    GoQuote.quote(text, ascii: directive.plus, into: &out)
    return out
  }

  private func hexadecimal(_ text: [UInt8], upper: Bool, _ directive: Directive) -> [UInt8] {
    let prefix: [UInt8] = directive.sharp && !text.isEmpty ? [0x30, upper ? 0x58 : 0x78] : []
    var out = prefix
    for (index, byte) in text.enumerated() {
      if directive.space, index > 0 { out += [0x20] + prefix }
      let digits = String(byte, radix: 16, uppercase: upper)
      out += (digits.utf8.count < 2 ? [0x30] : []) + digits.utf8
    }
    return out
  }

  // MARK: Numbers

  private mutating func integer(
    _ verb: UInt8, _ magnitude: String, _ negative: Bool, _ value: Int?, _ directive: Directive
  ) {
    switch verb {
    case 0x73 where value == nil: number(magnitude, negative, prefix: "", directive)
    case 0x76, 0x64: number(magnitude, negative, prefix: "", directive)
    case 0x62: number(radix(magnitude, 2), negative, prefix: directive.sharp ? "0b" : "", directive)
    case 0x6F: number(radix(magnitude, 8), negative, prefix: directive.sharp ? "0" : "", directive)
    case 0x4F: number(radix(magnitude, 8), negative, prefix: "0o", directive)
    case 0x78: number(radix(magnitude, 16), negative, prefix: directive.sharp ? "0x" : "", directive)
    case 0x58: number(radix(magnitude, 16).uppercased(), negative, prefix: directive.sharp ? "0X" : "", directive)
    case 0x63:
      if let value {
        pad(character(value), directive)
      } else {
        bad([verb], argumentFor(magnitude, negative, value), directive)
      }
    case 0x71:
      if let value {
        pad([0x27] + quotedCharacter(value) + [0x27], directive)
      } else {
        bad([verb], argumentFor(magnitude, negative, value), directive)
      }
    case 0x55:
      if let value {
        pad(codePoint(value, directive), directive)
      } else {
        bad([verb], argumentFor(magnitude, negative, value), directive)
      }
    default: bad([verb], argumentFor(magnitude, negative, value), directive)
    }
  }

  private func argumentFor(_ magnitude: String, _ negative: Bool, _ value: Int?) -> Argument {
    value.map { .int($0) } ?? .big(Array(((negative ? "-" : "") + magnitude).utf8), negative: negative)
  }

  private func radix(_ magnitude: String, _ radix: UInt32) -> String {
    var value = BigUnsigned(0)
    for digit in magnitude.utf8 { value.multiply(10, adding: UInt32(digit) - 0x30) }
    var digits: [Character] = []
    while !value.isZero { digits.append(Character(String(value.divide(radix), radix: Int(radix)))) }
    return digits.isEmpty ? "0" : String(digits.reversed())
  }

  private func scalar(_ value: Int) -> Unicode.Scalar {
    UInt32(exactly: value).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
  }
  private func character(_ value: Int) -> [UInt8] { Array(String(Character(scalar(value))).utf8) }

  private func quotedCharacter(_ value: Int) -> [UInt8] {
    if value == 0x27 { return Array("\\'".utf8) }
    if value == 0x22 { return [0x22] }
    var out: [UInt8] = []
    GoQuote.quote(character(value), into: &out)
    return Array(out.dropFirst().dropLast())
  }

  private func codePoint(_ value: Int, _ directive: Directive) -> [UInt8] {
    let digits = String(value.magnitude, radix: 16, uppercase: true)
    let zeros = String(repeating: "0", count: max(0, (directive.precision ?? 4) - digits.count))
    let text = "U+" + zeros + digits
    return Array(
      (directive.sharp && GoQuote.isPrintable(scalar(value))
        ? text + " '" + String(Character(scalar(value))) + "'" : text).utf8)
  }

  private mutating func number(_ digits: String, _ negative: Bool, prefix: String, _ directive: Directive) {
    let sign = negative ? "-" : (directive.plus ? "+" : (directive.space ? " " : ""))
    var digits = digits
    if let precision = directive.precision {
      if precision == 0, digits == "0" {
        pad([], Directive(minus: directive.minus, width: directive.width))
        return
      }
      digits = String(repeating: "0", count: max(0, precision - digits.count)) + digits
    } else if directive.zero, !directive.minus, let width = directive.width {
      digits = String(repeating: "0", count: max(0, width - digits.count - sign.count)) + digits
    }
    let lead = prefix == "0" && digits.hasPrefix("0") ? "" : prefix
    pad(Array((sign + lead + digits).utf8), Directive(minus: directive.minus, width: directive.width))
  }

  private mutating func float(_ verb: UInt8, _ value: Double, _ directive: Directive) {
    if verb == 0x78 || verb == 0x58 {
      let text = GoFloat.hexadecimal(value.magnitude)
      pad(Array(((value.sign == .minus ? "-" : "") + (verb == 0x58 ? text.uppercased() : text)).utf8), directive)
      return
    }
    guard [0x76, 0x65, 0x45, 0x66, 0x46, 0x67, 0x47].contains(verb) else {
      bad([verb], .float(value), directive)
      return
    }
    let lower = verb == 0x76 ? 0x67 : verb | 0x20
    let precision = directive.precision ?? (lower == 0x67 ? nil : 6)
    var text = GoFloat.text(
      value.magnitude, lower, precision, threshold: verb == 0x76 && directive.precision == nil ? 21 : nil)
    if verb < 0x60, verb != 0x46 { text = text.uppercased() }
    let sign = value.sign == .minus ? "-" : (directive.plus ? "+" : (directive.space ? " " : ""))
    if directive.zero, !directive.minus, let width = directive.width {
      text = String(repeating: "0", count: max(0, width - text.count - sign.count)) + text
    }
    pad(Array((sign + text).utf8), Directive(minus: directive.minus, width: directive.width))
  }
}
