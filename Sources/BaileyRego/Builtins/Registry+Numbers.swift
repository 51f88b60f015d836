extension Registry {
  static let arithmetic: [Builtin] = [
    Builtin("plus", 2) { (a, context) throws(BuiltinFailure) in
      try calculate(a, context, { $0 + $1 }, { $0 + $1 }) { $0 &+ $1 }
    },
    Builtin("minus", 2) { (a, context) throws(BuiltinFailure) in
      if a[0].tag == .set, a[1].tag == .set {
        return context.heap.set(sorted: a[0].items.filter { a[1].index(of: $0) == nil })
      }
      for index in 0..<2 where !a[index].isNumber && a[index].tag != .set {
        throw a.mismatch(index, "one of {number, set}")
      }
      if a[0].tag == .set { throw a.mismatch(1, "set") }
      return try calculate(a, context, { $0 + -$1 }, { $0 + -$1 }) { $0 &- $1 }
    },
    Builtin("mul", 2) { (a, context) throws(BuiltinFailure) in
      let product = try calculate(a, context, { $0 * $1 }, { $0 * $1 }) { left, right in
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : value
      }
      guard product.bits == Value(integer: 0).bits, BigInteger(a[0]) == nil || BigInteger(a[1]) == nil else {
        return product
      }
      return signedZero(Number.float(a[0]), Number.float(a[1]), context.heap)
    },
    Builtin("div", 2) { (a, context) throws(BuiltinFailure) in
      let divisor = Number.float(try a.number(1))
      let dividend = Number.float(try a.number(0))
      if divisor.isZero { throw BuiltinFailure("divide by zero") }
      if dividend.isZero { return signedZero(dividend, divisor, context.heap) }
      return Number.make(dividend / divisor, context.heap)
    },
    Builtin("rem", 2) { (a, context) throws(BuiltinFailure) in
      let (left, right) = (try a.number(0), try a.number(1))
      if left.tag == .integer, right.tag == .integer, right.integer > 0 {
        return Value(integer: left.integer % right.integer)
      }
      return try Number.remainder(left, right, context.heap)
    },
    Builtin("abs", 1) { (a, context) throws(BuiltinFailure) in
      let value = try a.number(0)
      if value.tag == .integer { return context.heap.integer(abs(value.integer)) }
      var magnitude = Number.float(value)
      magnitude.negative = false
      return Number.make(magnitude, context.heap)
    },
    Builtin("round", 1) { (a, context) throws(BuiltinFailure) in
      try rounded(a, context) { $0.isHalfOrMore }
    },
    Builtin("ceil", 1) { (a, context) throws(BuiltinFailure) in
      try rounded(a, context) { !$0.negative && !$0.isInteger }
    },
    Builtin("floor", 1) { (a, context) throws(BuiltinFailure) in
      try rounded(a, context) { $0.negative && !$0.isInteger }
    },
    Builtin("numbers.range", 2) { (a, context) throws(BuiltinFailure) in
      try range(try a.integer(0), try a.integer(1), 1, context)
    },
    Builtin("numbers.range_step", 3) { (a, context) throws(BuiltinFailure) in
      let step = try a.number(2).wholeNumber ?? (Number.float(a[2]).negative ? -1 : .max)
      guard step > 0 else { throw BuiltinFailure("step must be a positive integer") }
      return try range(try a.integer(0), try a.integer(1), step, context)
    },
  ]

  /// Go's floating-point zero keeps its sign, and so does its text.
  private static func signedZero(_ left: BigFloat, _ right: BigFloat, _ heap: Heap) -> Value {
    left.negative == right.negative ? Value(integer: 0) : heap.numberText(Array("-0".utf8))
  }

  private static func calculate(
    _ a: Arguments, _ context: BuiltinContext, _ float: (BigFloat, BigFloat) -> BigFloat,
    _ whole: (BigInteger, BigInteger) -> BigInteger, _ small: (Int, Int) -> Int?
  ) throws(BuiltinFailure) -> Value {
    let (left, right) = (try a.number(0), try a.number(1))
    // Handles hold 60 bits, so a sum of two cannot overflow.
    if left.tag == .integer, right.tag == .integer, let value = small(left.integer, right.integer) {
      return context.heap.integer(value)
    }
    if let first = BigInteger(left), let second = BigInteger(right) {
      let result = whole(first, second)
      guard result.magnitude.bitWidth < 1 << 15 else { throw BuiltinFailure("number too large", kind: .halt) }
      return Number.make(result.text, context.heap)
    }
    return Number.make(float(Number.float(left), Number.float(right)), context.heap)
  }

  private static func rounded(
    _ a: Arguments, _ context: BuiltinContext, _ goesAway: (BigFloat) -> Bool
  ) throws(BuiltinFailure) -> Value {
    let value = try a.number(0)
    if value.tag == .integer { return value }
    // All digits of the 64-bit mantissa, as Go prints them.
    let float = Number.float(value)
    guard float.exponent < 1 << 15 else { return value }
    var whole = BigUnsigned(float.mantissa).shifted(left: float.exponent)
    if goesAway(float) { whole = whole + BigUnsigned(1) }
    return Number.make(BigInteger(negative: float.negative, magnitude: whole).text, context.heap)
  }

  private static func range(
    _ from: Int, _ to: Int, _ step: Int, _ context: BuiltinContext
  ) throws(BuiltinFailure) -> Value {
    let distance = from <= to ? to &- from : from &- to
    guard distance >= 0, distance / step < 10_000_000 else { throw BuiltinFailure("range too large", kind: .halt) }
    let values = stride(from: 0, through: distance, by: step).map {
      context.heap.integer(from <= to ? from + $0 : from - $0)
    }
    return context.heap.array(values)
  }

  static let bits: [Builtin] = [
    Builtin("bits.or", 2) { (a, c) throws(BuiltinFailure) in c.heap.integer(try a.integer(0) | a.integer(1)) },
    Builtin("bits.and", 2) { (a, c) throws(BuiltinFailure) in c.heap.integer(try a.integer(0) & a.integer(1)) },
    Builtin("bits.xor", 2) { (a, c) throws(BuiltinFailure) in c.heap.integer(try a.integer(0) ^ a.integer(1)) },
    Builtin("bits.negate", 1) { (a, c) throws(BuiltinFailure) in c.heap.integer(~(try a.integer(0))) },
    Builtin("bits.lsh", 2) { (a, c) throws(BuiltinFailure) in
      let (value, count) = (try a.integer(0), try a.integer(1))
      guard count >= 0 else {
        throw BuiltinFailure("operand 2 must be an unsigned integer number but got a negative integer", kind: .type)
      }
      guard count < 4096 else { throw BuiltinFailure("shift too far", kind: .halt) }
      let digits = BigUnsigned(UInt64(value.magnitude)).shifted(left: count).decimalDigits.map { $0 + 0x30 }
      return digits.isEmpty ? Value(integer: 0) : Number.make((value < 0 ? [0x2D] : []) + digits, c.heap)
    },
    Builtin("bits.rsh", 2) { (a, c) throws(BuiltinFailure) in
      let (value, count) = (try a.integer(0), try a.integer(1))
      guard count >= 0 else {
        throw BuiltinFailure("operand 2 must be an unsigned integer number but got a negative integer", kind: .type)
      }
      return c.heap.integer(value >> count)
    },
  ]
}

extension Number {
  static func remainder(_ left: Value, _ right: Value, _ heap: Heap) throws(BuiltinFailure) -> Value {
    guard let first = BigInteger(left), let second = BigInteger(right) else {
      throw BuiltinFailure("modulo on floating-point number")
    }
    guard !second.magnitude.isZero else { throw BuiltinFailure("modulo by zero") }
    return make((first % second).text, heap)
  }
}

extension BigFloat {
  /// Whether the fraction is one half or more.
  fileprivate var isHalfOrMore: Bool {
    exponent < 0 && exponent >= -64 && mantissa >> UInt64(-exponent - 1) & 1 == 1
  }
}
