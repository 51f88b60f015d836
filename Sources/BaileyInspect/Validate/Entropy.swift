/// Shannon's measure.
enum Entropy {
  /// Bits a byte.
  static func bits(_ bytes: some Collection<UInt8>) -> Double {
    var counts = [Int](repeating: 0, count: 256)
    for byte in bytes { counts[Int(byte)] += 1 }
    let total = Double(bytes.count)
    return counts.reduce(0) { sum, count in
      guard count > 0 else { return sum }
      return sum - Double(count) / total * log2(Double(count) / total)
    }
  }

  /// Good to six digits, without libm: the exponent, and a series for the rest.
  private static func log2(_ number: Double) -> Double {
    let t = (number.significand - 1) / (number.significand + 1)
    let square = t * t
    let series =
      t * (1 + square * (1 / 3.0 + square * (1 / 5.0 + square * (1 / 7.0 + square * (1 / 9.0 + square / 11)))))
    return Double(number.exponent) + 2 * series / 0.693_147_180_559_945_3
  }
}
