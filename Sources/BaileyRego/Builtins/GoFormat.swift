/// Go's `fmt.Sprintf` over Rego values, as OPA's `sprintf` calls it.
///
/// Integers are Go ints (big ones print as OPA's text), other numbers float64, strings strings; all else is its Rego text.
struct GoFormat {
  enum Argument {
    case int(Int)
    case big([UInt8], negative: Bool)
    case float(Double)
    case string([UInt8])

    var size: Int {
      switch self {
      case .int, .float: 0
      case .big(let text, _), .string(let text): text.count
      }
    }
  }

  struct Directive {
    var minus = false, plus = false, sharp = false, space = false, zero = false
    var width: Int?
    var precision: Int?
    /// `%#v`: strings in quotes.
    var quotes = false
  }

  private let format: [UInt8]
  private let arguments: [Argument]
  var out: [UInt8] = []
  private var at = 0
  private var next = 0
  private var reordered = false
  private var goodIndex = true
  private static let maximumWidth = 1_000_000

  private let limit: Int

  /// Nil where the arguments or the result take more than `limit` bytes: many arguments may be one long text.
  static func format(_ format: Text, _ arguments: [Value], limit: Int) -> [UInt8]? {
    var left = limit
    var written: [Argument] = []
    for value in arguments {
      let argument = argument(value, left)
      left -= argument.size
      if left < 0 { return nil }
      written.append(argument)
    }
    var formatter = GoFormat(format: Array(format), arguments: written, limit: limit)
    formatter.run()
    return formatter.out.count > limit ? nil : formatter.out
  }

  private init(format: [UInt8], arguments: [Argument], limit: Int) {
    (self.format, self.arguments, self.limit) = (format, arguments, limit)
  }

  private static func argument(_ value: Value, _ limit: Int) -> Argument {
    switch value.tag {
    case .integer: return .int(value.integer)
    case .number: return number(value)
    case .string: return .string(Array(value.text.prefix(limit + 1)))
    default: return .string(RegoWriter.write(value, limit: limit))
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
    while at < format.count, out.count <= limit {
      if format[at] == 0x25 {
        at += 1
        directive()
      } else {
        out.append(format[at])
        at += 1
      }
    }
    if !reordered, next < arguments.count, out.count <= limit { extra() }
  }

  private mutating func extra() {
    out += "%!(EXTRA ".utf8
    for (index, argument) in arguments[next...].enumerated() where out.count <= limit {
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
}
