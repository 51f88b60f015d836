/// Finds bits that stand in a row, over the borders of masks that come one after the other.
struct Streak {
  /// Of the mask before: its bits, and those that end 2, 4, 8 of them.
  private var last: (one: UInt64, two: UInt64, four: UInt64, eight: UInt64) = (0, 0, 0, 0)
  /// Bits that end so many in a row.
  private(set) var eight: UInt64 = 0
  /// The same of the mask before.
  private(set) var eightBefore: UInt64 = 0
  private(set) var sixteen: UInt64 = 0
  private(set) var twentyFive: UInt64 = 0

  @inline(__always)
  mutating func add(_ bits: UInt64) {
    eightBefore = eight
    let two = bits & Bits.up(bits, last.one, 1)
    let four = two & Bits.up(two, last.two, 2)
    eight = four & Bits.up(four, last.four, 4)
    sixteen = eight & Bits.up(eight, last.eight, 8)
    twentyFive = sixteen & Bits.up(eight, last.eight, 16) & Bits.up(bits, last.one, 24)
    last = (bits, two, four, eight)
  }
}

/// Masks of which the lowest bit stands for the first byte.
enum Bits {
  /// Each bit where the byte `count` before it was set; `last` is the mask before.
  static func up(_ bits: UInt64, _ last: UInt64, _ count: UInt64) -> UInt64 { bits &<< count | last &>> (64 &- count) }

  /// Each bit where the byte `count` behind it is set; `next` is the mask behind.
  static func down(_ bits: UInt64, _ next: UInt64, _ count: UInt64) -> UInt64 {
    bits &>> count | next &<< (64 &- count)
  }

  /// All from a place on, which may lie outside.
  static func from(_ place: Int) -> UInt64 { place <= 0 ? .max : (place >= 64 ? 0 : .max &<< UInt64(place)) }

  /// The place of the lowest bit, which is taken out; nil when there is none.
  static func take(_ bits: inout UInt64) -> Int? {
    guard bits != 0 else { return nil }
    defer { bits &= bits &- 1 }
    return bits.trailingZeroBitCount
  }
}
