extension Registry {
  static let arithmetic: [Builtin] = [
    Builtin("plus", 2) { (a, context) throws(BuiltinFailure) in try calculate(a, context, { $0 + $1 }) { $0 &+ $1 } },
    Builtin("minus", 2) { (a, context) throws(BuiltinFailure) in
      if a[0].tag == .set, a[1].tag == .set {
        return context.heap.set(sorted: a[0].items.filter { a[1].index(of: $0) == nil })
      }
      for index in 0..<2 where !a[index].isNumber && a[index].tag != .set {
        throw a.mismatch(index, "one of {number, set}")
      }
      if a[0].tag == .set { throw a.mismatch(1, "set") }
      return try calculate(a, context, { $0 + -$1 }) { $0 &- $1 }
    },
    Builtin("mul", 2) { (a, context) throws(BuiltinFailure) in
      try calculate(a, context, { $0 * $1 }) { left, right in
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : value
      }
    },
    Builtin("div", 2) { (a, context) throws(BuiltinFailure) in
      let divisor = Number.float(try a.number(1))
      let dividend = Number.float(try a.number(0))
      if divisor.isZero { throw BuiltinFailure("divide by zero") }
      return Number.make(dividend / divisor, context.heap)
    },
    Builtin("rem", 2) { (a, context) throws(BuiltinFailure) in
      let (left, right) = (try a.number(0), try a.number(1))
      guard Number.isIntegerValue(left), Number.isIntegerValue(right) else {
        throw BuiltinFailure("modulo on floating-point number")
      }
      return try Number.remainder(left, right, context.heap)
    },
    Builtin("abs", 1) { (a, context) throws(BuiltinFailure) in
      let value = try a.number(0)
      if value.tag == .integer { return context.heap.integer(abs(value.integer)) }
      let text = value.text
      return text.first == 0x2D ? Number.make(text.dropFirst(), context.heap) : value
    },
    Builtin("round", 1) { (a, context) throws(BuiltinFailure) in
      try rounded(a, context) { $0.rounded(.toNearestOrAwayFromZero) }
    },
    Builtin("ceil", 1) { (a, context) throws(BuiltinFailure) in try rounded(a, context) { $0.rounded(.up) } },
    Builtin("floor", 1) { (a, context) throws(BuiltinFailure) in try rounded(a, context) { $0.rounded(.down) } },
    Builtin("numbers.range", 2) { (a, context) throws(BuiltinFailure) in
      try range(try a.integer(0), try a.integer(1), 1, context)
    },
    Builtin("numbers.range_step", 3) { (a, context) throws(BuiltinFailure) in
      let step = try a.number(2).wholeNumber ?? (Number.float(a[2]).negative ? -1 : .max)
      guard step > 0 else { throw BuiltinFailure("step must be a positive integer") }
      return try range(try a.integer(0), try a.integer(1), step, context)
    },
  ]

  private static func calculate(
    _ a: Arguments, _ context: BuiltinContext, _ float: (BigFloat, BigFloat) -> BigFloat, _ small: (Int, Int) -> Int?
  ) throws(BuiltinFailure) -> Value {
    let (left, right) = (try a.number(0), try a.number(1))
    // Handles hold 60 bits, so a sum of two cannot overflow.
    if left.tag == .integer, right.tag == .integer, let value = small(left.integer, right.integer) {
      return context.heap.integer(value)
    }
    return Number.make(float(Number.float(left), Number.float(right)), context.heap)
  }

  private static func rounded(
    _ a: Arguments, _ context: BuiltinContext, _ rounding: (Double) -> Double
  ) throws(BuiltinFailure) -> Value {
    let value = try a.number(0)
    if value.tag == .integer { return value }
    return Number.make(BigFloat(rounding(Number.double(value))), context.heap)
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
  /// Whether a number has no fraction, however it is written.
  static func isIntegerValue(_ value: Value) -> Bool {
    value.tag == .integer || float(value).isInteger
  }

  static func remainder(_ left: Value, _ right: Value, _ heap: Heap) throws(BuiltinFailure) -> Value {
    if let first = whole(left), let second = whole(right) {
      guard second != 0 else { throw BuiltinFailure("modulo by zero") }
      return heap.integer(second == -1 ? 0 : first % second)
    }
    let (first, second) = (float(left), float(right))
    guard !second.isZero else { throw BuiltinFailure("modulo by zero") }
    return make(first.remainder(dividingBy: second), heap)
  }
}

extension BigFloat {
  /// Of two integers; the sign is the dividend's.
  func remainder(dividingBy divisor: BigFloat) -> BigFloat {
    guard exponent - divisor.exponent < 1 << 15, divisor.exponent - exponent < 1 << 15 else { return .zero }
    let least = min(exponent, divisor.exponent)
    var rest = BigUnsigned(mantissa).shifted(left: exponent - least)
    let other = BigUnsigned(divisor.mantissa).shifted(left: divisor.exponent - least)
    for shift in stride(from: max(0, rest.bitWidth - other.bitWidth), through: 0, by: -1) {
      let part = other.shifted(left: shift)
      if BigUnsigned.compare(rest, part) >= 0 { rest = rest - part }
    }
    return BigFloat(negative: negative, rounding: rest, exponent: least)
  }
}
