import Testing

@testable import BaileyInspect

@Suite("Fingerprints of sources")
struct FingerprintTests {
  private let key = SipHash(low: 0x0706_0504_0302_0100, high: 0x0F0E_0D0C_0B0A_0908)

  /// Text that repeats nothing, the same for the same seed.
  private func text(_ words: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    var bytes: [UInt8] = []
    for number in 0..<words {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes += Array(String(state >> 33, radix: 36).utf8)
      bytes.append(UInt8(ascii: number % 9 == 0 ? "\n" : " "))
    }
    return bytes
  }

  private func chosen(_ text: [UInt8], pieces: Int = .max) -> [UInt64] {
    var winnower = Winnower(key: key)
    var result: [UInt64] = []
    var start = 0
    while start < text.count {
      let end = min(text.count, pieces == .max ? text.count : start + pieces)
      winnower.take(text.span.extracting(start..<end)) { hash, _ in result.append(hash) }
      start = end
    }
    return result
  }

  private func index(_ sources: [String: [UInt8]], boilerplate: [UInt8] = []) throws -> FingerprintIndex {
    var index = FingerprintIndex()
    for (name, text) in sources.sorted(by: { $0.key < $1.key }) {
      index = try #require(index.adding(name, Set(chosen(text)), boilerplate: Set(chosen(boilerplate))))
    }
    return index
  }

  private func matches(_ index: FingerprintIndex, _ text: [UInt8]) -> [FingerprintMatcher.Match] {
    var matcher = FingerprintMatcher(index, key: key)
    return matcher.take(text.span)
  }

  @Test("The hash is SipHash-2-4 as published")
  func published() throws {
    // The paper's appendix A, and vectors_sip64 of the reference implementation.
    #expect(SipHash(key: Array(0..<16)).map { $0.hash(Array(0..<15)) } == 0xA129_CA61_49BE_45E5)
    #expect(key.hash([UInt8]()) == 0x726F_DB47_DD0E_0E31)
    #expect(key.hash(0x0706_0504_0302_0100) == 0x93F5_F579_9A93_2462)
    #expect(key.hash(Array(0..<8)) == 0x93F5_F579_9A93_2462)
    #expect(SipHash(key: Array(0..<15)) == nil)
  }

  @Test("What is chosen does not depend on how a text was cut, nor on white space and case")
  func normalised() {
    let text = text(2_000, seed: 1)
    let whole = chosen(text)
    #expect(whole.count > text.count / 60)
    for size in [1, 7, 64, 1000] { #expect(chosen(text, pieces: size) == whole) }
    let other = text.flatMap { byte -> [UInt8] in
      byte == 0x20 ? [0x09, 0x0D, 0x0A] : [(0x61...0x7A).contains(byte) ? byte & 0xDF : byte]
    }
    #expect(chosen(other) == whole)
  }

  @Test("An excerpt is found, also with one character in a hundred changed; other text is not")
  func excerpts() throws {
    let (first, second) = (text(20_000, seed: 1), text(20_000, seed: 2))
    let index = try index(["first": first, "second": second])
    var (found, edited) = (0, 0)
    for number in 0..<200 {
      let start = number * 600
      var excerpt = Array(first[start..<(start + 512)])
      if matches(index, excerpt).map(\.source) == ["first"] { found += 1 }
      for place in stride(from: 50, to: 512, by: 100) { excerpt[place] = UInt8(ascii: "#") }
      if !matches(index, excerpt).isEmpty { edited += 1 }
    }
    #expect(found >= 198 && edited >= 180, "\(found), \(edited) of 200")
    #expect(matches(index, text(50_000, seed: 3)).isEmpty)
    let mixed = text(500, seed: 4) + first[1000..<3000] + text(500, seed: 5) + second[..<2000]
    #expect(matches(index, mixed).map(\.source) == ["first", "second"])
  }

  @Test("A source is told once for a place, and again far behind it; what is boilerplate is not")
  func places() throws {
    let source = text(5_000, seed: 1)
    let between = text(3_000, seed: 2)
    let found = matches(try index(["a": source]), source[..<4000] + between + source[8000..<12000])
    #expect(found.count == 2 && found.allSatisfy { $0.source == "a" && $0.hits >= FingerprintMatcher.hits })
    #expect(found[0].range.upperBound < 4000 && found[1].range.lowerBound >= 4000 + Int64(between.count) - 64)
    #expect(matches(try index(["a": source], boilerplate: Array(source[..<6000])), Array(source[..<5500])).isEmpty)
  }

  @Test("An index comes back as it was written, and anything else is refused")
  func bytes() throws {
    let index = try index(["a": text(500, seed: 1), "ü": text(500, seed: 2)])
    let bytes = index.bytes
    #expect(FingerprintIndex(bytes: bytes) == index)
    #expect(index.removing("a").sources == ["ü"] && index.removing("a").removing("ü") == FingerprintIndex())
    #expect(FingerprintIndex(bytes: bytes + [0]) == nil)
    for count in 0..<bytes.count where count % 7 == 0 {
      #expect(FingerprintIndex(bytes: Array(bytes[..<count])) == nil)
    }
    var swapped = bytes
    let hashes = 4 + 4 + 2 + 1 + 2 + 2 + 4
    swapped.swapAt(hashes + 7, hashes + 15)
    #expect(FingerprintIndex(bytes: swapped) == nil || swapped == bytes)
    #expect(index.adding("", []) == nil && index.adding(String(repeating: "x", count: 5_000), []) == nil)
  }
}
