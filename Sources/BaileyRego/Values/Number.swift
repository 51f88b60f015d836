/// Numbers of any precision as OPA has them: small integers in the handle, all others as the text they came with.
enum Number {
  /// Longer texts are refused wherever numbers are read: what is calculated with them grows with the square.
  static let maximumLength = 4096

  /// A number from its text in JSON's or Rego's form, which the caller has checked.
  static func make(_ text: some Collection<UInt8>, _ heap: Heap) -> Value {
    if let small = smallInteger(text) { return Value(integer: small) }
    return heap.numberText(Array(text))
  }

  static func make(_ value: BigFloat, _ heap: Heap) -> Value {
    if let whole = value.exactInteger { return heap.integer(whole) }
    return make(value.text, heap)
  }

  /// At most 17 digits and nothing else; `-0` keeps its sign as text.
  private static func smallInteger(_ text: some Collection<UInt8>) -> Int? {
    var rest = text[...]
    let negative = rest.first == 0x2D
    if negative { rest = rest.dropFirst() }
    guard !rest.isEmpty, rest.count <= 17, !(negative && rest.first == 0x30) else { return nil }
    var value = 0
    for byte in rest {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + Int(byte - 0x30)
    }
    return negative ? -value : value
  }

  static func compare(_ left: Value, _ right: Value) -> Int {
    DecimalParts.compare(parts(left), parts(right))
  }

  private static func parts(_ value: Value) -> DecimalParts {
    value.tag == .integer ? DecimalParts(value.integer) : DecimalParts(value.text)
  }

  static func float(_ value: Value) -> BigFloat {
    value.tag == .integer ? BigFloat(value.integer) : float(text: value.text)
  }

  /// Reads sign, digits, fraction and exponent.
  static func float(text: some Collection<UInt8>) -> BigFloat {
    let parts = DecimalParts(text)
    return BigFloat(negative: parts.negative, digits: parts.digits, decimalExponent: parts.exponent)
  }

  /// The Int of a number without a fraction, if it fits.
  static func whole(_ value: Value) -> Int? {
    if value.tag == .integer { return value.integer }
    return float(value).exactInteger
  }

  static func text(_ value: Value) -> [UInt8] {
    value.tag == .integer ? Array(String(value.integer).utf8) : Array(value.text)
  }

  static func double(_ value: Value) -> Double {
    if value.tag == .integer { return Double(value.integer) }
    return Double(String(decoding: value.text, as: UTF8.self)) ?? float(value).double
  }
}

/// A decimal number taken apart: digits × 10^exponent.
struct DecimalParts {
  var negative = false
  var digits = BigUnsigned(0)
  var exponent = 0

  init(_ value: Int) {
    negative = value < 0
    digits = BigUnsigned(UInt64(value.magnitude))
  }

  /// Exact.
  static func compare(_ left: DecimalParts, _ right: DecimalParts) -> Int {
    let (leftSign, rightSign) = (left.sign, right.sign)
    if leftSign != rightSign { return leftSign < rightSign ? -1 : 1 }
    if leftSign == 0 { return 0 }
    return leftSign * compareMagnitudes(left, right)
  }

  private var sign: Int { digits.isZero ? 0 : (negative ? -1 : 1) }

  private static func compareMagnitudes(_ left: DecimalParts, _ right: DecimalParts) -> Int {
    // Where the first digits differ in place, nothing need be multiplied out: exponents come from outside.
    let (leftPlace, rightPlace) = (left.place, right.place)
    if leftPlace != rightPlace { return leftPlace < rightPlace ? -1 : 1 }
    var (first, second) = (left.digits, right.digits)
    if left.exponent > right.exponent {
      first.multiplyByPowerOfTen(left.exponent - right.exponent)
    } else {
      second.multiplyByPowerOfTen(right.exponent - left.exponent)
    }
    return BigUnsigned.compare(first, second)
  }

  private var place: Int { digits.decimalDigitCount + exponent }

  init(_ text: some Collection<UInt8>) {
    var fraction = false
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case 0x2D: negative = true
      case 0x2E: fraction = true
      case 0x30...0x39:
        digits.multiply(10, adding: UInt32(byte - 0x30))
        if fraction { exponent -= 1 }
      case 0x65, 0x45:
        exponent += Self.exponent(&iterator)
        return
      default: break
      }
    }
  }

  private static func exponent(_ iterator: inout some IteratorProtocol<UInt8>) -> Int {
    var (value, negative) = (0, false)
    while let byte = iterator.next() {
      if byte == 0x2D { negative = true }
      if (0x30...0x39).contains(byte) { value = min(value * 10 + Int(byte - 0x30), 1 << 40) }
    }
    return negative ? -value : value
  }
}
