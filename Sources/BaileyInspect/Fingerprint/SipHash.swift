/// SipHash-2-4 (J.-P. Aumasson, D. J. Bernstein, 2012): a short keyed hash. Who does not have the key cannot test a guess against what is stored.
package struct SipHash: Sendable, Equatable {
  private let low: UInt64
  private let high: UInt64

  /// - Parameter key: 16 bytes, little-endian.
  package init?(key: [UInt8]) {
    guard key.count == 16 else { return nil }
    let word = { (range: Range<Int>) in range.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(key[$1]) } }
    self.init(low: word(0..<8), high: word(8..<16))
  }

  package init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Of eight bytes, little-endian.
  package func hash(_ word: UInt64) -> UInt64 {
    var state = State(low, high)
    state.take(word)
    return state.finish(length: 8)
  }

  package func hash(_ bytes: some Collection<UInt8>) -> UInt64 {
    var state = State(low, high)
    var (word, filled) = (UInt64(0), UInt64(0))
    for byte in bytes {
      word |= UInt64(byte) << (8 * filled)
      filled += 1
      if filled == 8 {
        state.take(word)
        (word, filled) = (0, 0)
      }
    }
    return state.finish(length: UInt64(bytes.count), rest: word)
  }
}

extension SipHash {
  private struct State {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    init(_ low: UInt64, _ high: UInt64) {
      v0 = low ^ 0x736f_6d65_7073_6575
      v1 = high ^ 0x646f_7261_6e64_6f6d
      v2 = low ^ 0x6c79_6765_6e65_7261
      v3 = high ^ 0x7465_6462_7974_6573
    }

    mutating func take(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    mutating func finish(length: UInt64, rest: UInt64 = 0) -> UInt64 {
      take(length << 56 | rest)
      v2 ^= 0xFF
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
      v0 &+= v1
      v1 = v1 << 13 | v1 >> 51
      v1 ^= v0
      v0 = v0 << 32 | v0 >> 32
      v2 &+= v3
      v3 = v3 << 16 | v3 >> 48
      v3 ^= v2
      v0 &+= v3
      v3 = v3 << 21 | v3 >> 43
      v3 ^= v0
      v2 &+= v1
      v1 = v1 << 17 | v1 >> 47
      v1 ^= v2
      v2 = v2 << 32 | v2 >> 32
    }
  }
}
