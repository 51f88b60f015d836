/// An unsigned integer of any size, least significant word first, without leading zero words.
struct BigUnsigned: Equatable {
  private(set) var words: [UInt32]

  init(_ value: UInt64) {
    words = [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
    trim()
  }

  var isZero: Bool { words.isEmpty }
  var bitWidth: Int { words.isEmpty ? 0 : words.count * 32 - (words.last?.leadingZeroBitCount ?? 0) }

  private mutating func trim() { while words.last == 0 { words.removeLast() } }

  mutating func multiply(_ factor: UInt32, adding carry: UInt32 = 0) {
    var carry = UInt64(carry)
    for index in words.indices {
      let sum = UInt64(words[index]) * UInt64(factor) + carry
      words[index] = UInt32(truncatingIfNeeded: sum)
      carry = sum >> 32
    }
    if carry > 0 { words.append(UInt32(carry)) }
    trim()
  }

  /// Divides in place; returns the remainder.
  mutating func divide(_ divisor: UInt32) -> UInt32 {
    var rest: UInt64 = 0
    for index in words.indices.reversed() {
      let part = rest << 32 | UInt64(words[index])
      words[index] = UInt32(truncatingIfNeeded: part / UInt64(divisor))
      rest = part % UInt64(divisor)
    }
    trim()
    return UInt32(rest)
  }

  mutating func multiplyByPowerOfTen(_ exponent: Int) {
    var left = exponent
    while left >= 9 {
      multiply(1_000_000_000)
      left -= 9
    }
    for _ in 0..<left { multiply(10) }
  }

  func shifted(left count: Int) -> BigUnsigned {
    guard count > 0, !isZero else { return count < 0 ? shifted(right: -count) : self }
    var result = self
    let bits = UInt32(count % 32)
    if bits > 0 { result.multiply(1 << bits) }
    result.words.insert(contentsOf: [UInt32](repeating: 0, count: count / 32), at: 0)
    return result
  }

  func shifted(right count: Int) -> BigUnsigned {
    var result = self
    result.words.removeFirst(min(count / 32, words.count))
    let bits = count % 32
    if bits > 0, !result.isZero { _ = result.divide(1 << UInt32(bits)) }
    return result
  }

  /// Whether any of the lowest bits is set.
  func hasBits(below count: Int) -> Bool {
    for (index, word) in words.enumerated() {
      if (index + 1) * 32 <= count {
        if word != 0 { return true }
      } else {
        let rest = count - index * 32
        return rest > 0 && word & ((1 << UInt32(rest)) - 1) != 0
      }
    }
    return false
  }

  var low64: UInt64 {
    UInt64(words.first ?? 0) | (words.count > 1 ? UInt64(words[1]) << 32 : 0)
  }

  static func compare(_ left: BigUnsigned, _ right: BigUnsigned) -> Int {
    if left.words.count != right.words.count { return left.words.count < right.words.count ? -1 : 1 }
    for index in left.words.indices.reversed() where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index] ? -1 : 1
    }
    return 0
  }

  static func + (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var result = left
    var carry: UInt64 = 0
    for index in 0..<max(left.words.count, right.words.count) {
      let sum = UInt64(left.word(index)) + UInt64(right.word(index)) + carry
      if index < result.words.count {
        result.words[index] = UInt32(truncatingIfNeeded: sum)
      } else {
        result.words.append(UInt32(truncatingIfNeeded: sum))
      }
      carry = sum >> 32
    }
    if carry > 0 { result.words.append(UInt32(carry)) }
    return result
  }

  /// Needs left ≥ right.
  static func - (left: BigUnsigned, right: BigUnsigned) -> BigUnsigned {
    var result = left
    var borrow: Int64 = 0
    for index in result.words.indices {
      var part = Int64(result.words[index]) - Int64(right.word(index)) - borrow
      borrow = part < 0 ? 1 : 0
      if part < 0 { part += 1 << 32 }
      result.words[index] = UInt32(part)
    }
    result.trim()
    return result
  }

  private func word(_ index: Int) -> UInt32 { index < words.count ? words[index] : 0 }

  /// Quotient and whether something remains, bit by bit: for short quotients only.
  func dividedShort(by divisor: BigUnsigned, bits: Int) -> (quotient: BigUnsigned, inexact: Bool) {
    var rest = self
    var quotient = BigUnsigned(0)
    for bit in (0..<bits).reversed() {
      let part = divisor.shifted(left: bit)
      if BigUnsigned.compare(rest, part) >= 0 {
        rest = rest - part
        quotient = quotient + BigUnsigned(1).shifted(left: bit)
      }
    }
    return (quotient, !rest.isZero)
  }

  var decimalDigitCount: Int {
    if words.count <= 2 { return isZero ? 0 : String(low64).utf8.count }
    var (left, count) = (self, 0)
    while !left.isZero {
      let group = left.divide(1_000_000_000)
      count += left.isZero ? String(group).utf8.count : 9
    }
    return count
  }

  /// Decimal digits, most significant first; none for zero.
  var decimalDigits: [UInt8] {
    var left = self
    var digits: [UInt8] = []
    while !left.isZero {
      var group = left.divide(1_000_000_000)
      for _ in 0..<9 {
        digits.append(UInt8(group % 10))
        group /= 10
      }
    }
    while digits.last == 0 { digits.removeLast() }
    return digits.reversed()
  }
}
