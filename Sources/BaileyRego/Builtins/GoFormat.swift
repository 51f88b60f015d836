/// Go's `fmt.Sprintf` over Rego values, as OPA's `sprintf` calls it.
///
/// Integers are Go ints (big ones print as OPA's text), other numbers float64, strings strings; all else is its Rego text.
struct GoFormat {
  private enum Argument {
    case int(Int)
    case big([UInt8], negative: Bool)
    case float(Double)
    case string([UInt8])
  }

  private struct Directive {
    var minus = false, plus = false, sharp = false, space = false, zero = false
    var width: Int?
    var precision: Int?
    /// `%#v`: strings in quotes.
    var quotes = false
  }

  private let format: [UInt8]
  private let arguments: [Argument]
  private var out: [UInt8] = []
  private var at = 0
  private var next = 0
  private var reordered = false
  private var goodIndex = true
  private static let maximumWidth = 1_000_000

  static func format(_ format: Text, _ arguments: [Value]) -> [UInt8] {
    var formatter = GoFormat(format: Array(format), arguments: arguments.map(argument))
    formatter.run()
    return formatter.out
  }

  private init(format: [UInt8], arguments: [Argument]) {
    self.format = format
    self.arguments = arguments
  }

  private static func argument(_ value: Value) -> Argument {
    switch value.tag {
    case .integer: return .int(value.integer)
    case .number: return number(value)
    case .string: return .string(Array(value.text))
    default: return .string(RegoWriter.write(value))
    }
  }

  /// Whole numbers that are written plainly or with a point are integers; others without a point stay text.
  private static func number(_ value: Value) -> Argument {
    let text = Array(value.text)
    let hasExponent = text.contains { $0 == 0x65 || $0 == 0x45 }
    guard text.contains(0x2E) else {
      if hasExponent { return .string(text) }
      return Number.whole(value).map { .int($0) } ?? .big(text, negative: text.first == 0x2D)
    }
    if let whole = BigInteger(value), let small = Int(String(decoding: whole.text, as: UTF8.self)) {
      return .int(small)
    }
    let double = Number.double(value)
    return double.isFinite ? .float(double) : .string(text)
  }

  private mutating func run() {
    while at < format.count {
      if format[at] == 0x25 {
        at += 1
        directive()
      } else {
        out.append(format[at])
        at += 1
      }
    }
    if !reordered, next < arguments.count { extra() }
  }

  private mutating func extra() {
    out += "%!(EXTRA ".utf8
    for (index, argument) in arguments[next...].enumerated() {
      if index > 0 { out += ", ".utf8 }
      out += typeName(argument).utf8 + [0x3D]
      verb(0x76, argument, Directive())
    }
    out.append(0x29)
  }

  private mutating func directive() {
    var directive = Directive()
    goodIndex = true
    var afterIndex = false
    flags(&directive)
    afterIndex = argumentNumber()
    if at < format.count, format[at] == 0x2A {
      at += 1
      if let width = starValue() {
        directive.width = abs(width)
        if width < 0 { (directive.minus, directive.zero) = (true, false) }
      } else {
        out += "%!(BADWIDTH)".utf8
      }
      afterIndex = false
    } else {
      directive.width = number()
      if afterIndex, directive.width != nil { goodIndex = false }
    }
    precision(&directive, &afterIndex)
    if !afterIndex { afterIndex = argumentNumber() }
    finish(directive)
  }

  private mutating func flags(_ directive: inout Directive) {
    while at < format.count {
      switch format[at] {
      case 0x23: directive.sharp = true
      case 0x30: directive.zero = true
      case 0x2B: directive.plus = true
      case 0x2D: directive.minus = true
      case 0x20: directive.space = true
      default: return
      }
      at += 1
    }
  }

  private mutating func precision(_ directive: inout Directive, _ afterIndex: inout Bool) {
    guard at < format.count, format[at] == 0x2E else { return }
    at += 1
    if afterIndex { goodIndex = false }
    afterIndex = argumentNumber()
    if at < format.count, format[at] == 0x2A {
      at += 1
      if let value = starValue() {
        directive.precision = value < 0 ? nil : value
      } else {
        out += "%!(BADPREC)".utf8
      }
      afterIndex = false
    } else {
      directive.precision = number() ?? 0
    }
  }

  private mutating func starValue() -> Int? {
    guard next < arguments.count else { return nil }
    defer { next += 1 }
    guard case .int(let value) = arguments[next], abs(value) <= Self.maximumWidth else { return nil }
    return value
  }

  private mutating func number() -> Int? {
    var value: Int?
    while at < format.count, (0x30...0x39).contains(format[at]) {
      value = min((value ?? 0) * 10 + Int(format[at] - 0x30), Self.maximumWidth)
      at += 1
    }
    return value
  }

  /// `[n]`: the next argument by its number.
  private mutating func argumentNumber() -> Bool {
    guard at < format.count, format[at] == 0x5B else { return false }
    reordered = true
    let text = format[(at + 1)...]
    guard let close = text.firstIndex(of: 0x5D) else {
      goodIndex = false
      at += 1
      return false
    }
    let digits = String(decoding: format[(at + 1)..<close], as: UTF8.self)
    at = close + 1
    guard let index = Int(digits), index >= 1, index <= arguments.count else {
      goodIndex = false
      return true
    }
    next = index - 1
    return true
  }

  private mutating func finish(_ directive: Directive) {
    guard at < format.count else {
      out += "%!(NOVERB)".utf8
      return
    }
    let start = at
    at += 1
    while at < format.count, format[at] & 0xC0 == 0x80 { at += 1 }
    let name = Array(format[start..<at])
    if name == [0x25] {
      out.append(0x25)
    } else if !goodIndex {
      out += "%!".utf8 + name + "(BADINDEX)".utf8
    } else if next >= arguments.count {
      out += "%!".utf8 + name + "(MISSING)".utf8
    } else {
      let argument = arguments[next]
      next += 1
      var directive = directive
      if name == [0x76] {
        // `%+v` and `%#v` change the form of structs and strings, not of numbers.
        directive.quotes = directive.sharp
        directive.sharp = false
        if case .big = argument {} else { directive.plus = false }
      }
      if name.count == 1 { verb(name[0], argument, directive) } else { bad(name, argument, directive) }
    }
  }

  // MARK: Verbs

  private func typeName(_ argument: Argument) -> String {
    switch argument {
    case .int: "int64"
    case .big: "*big.Int"
    case .float: "float64"
    case .string: "string"
    }
  }

  /// A verb that does not fit the type: the value is shown with the same flags.
  private mutating func bad(_ verb: [UInt8], _ argument: Argument, _ directive: Directive) {
    out += "%!".utf8 + verb + [0x28]
    if case .big(let text, _) = argument {
      out += "big.Int=".utf8 + text + [0x29]
      return
    }
    out += typeName(argument).utf8 + [0x3D]
    self.verb(0x76, argument, directive)
    out.append(0x29)
  }

  private mutating func verb(_ verb: UInt8, _ argument: Argument, _ directive: Directive) {
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
