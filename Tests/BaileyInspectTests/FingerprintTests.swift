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
    var index = FingerprintIndex(key: key)
    for (name, text) in sources.sorted(by: { $0.key < $1.key }) {
      index = try #require(index.adding(name, Set(chosen(text)), boilerplate: Set(chosen(boilerplate))))
    }
    return index
  }

  private func matches(_ index: FingerprintIndex, _ text: [UInt8]) -> [FingerprintMatcher.Match] {
    var matcher = FingerprintMatcher(index)
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
    #expect(FingerprintIndex(bytes: bytes, key: key) == index)
    #expect(index.removing("a").sources == ["ü"] && index.removing("a").removing("ü") == FingerprintIndex(key: key))
    #expect(FingerprintIndex(bytes: bytes, key: SipHash(low: 1, high: 2)) == nil)
    #expect(FingerprintIndex(bytes: bytes + [0], key: key) == nil)
    for count in 0..<bytes.count where count % 7 == 0 {
      #expect(FingerprintIndex(bytes: Array(bytes[..<count]), key: key) == nil)
    }
    var swapped = bytes
    let hashes = 4 + 8 + 4 + 2 + 1 + 2 + 2 + 4
    swapped.swapAt(hashes + 7, hashes + 15)
    #expect(FingerprintIndex(bytes: swapped, key: key) == nil || swapped == bytes)
    #expect(index.adding("", []) == nil && index.adding(String(repeating: "x", count: 5_000), []) == nil)
  }

  private func find(_ bytes: [UInt8], _ index: FingerprintIndex, pieces: Int = .max) throws -> [Finding] {
    var options = InspectionOptions()
    options.sources = [index]
    let inspection = Inspection(try Shared.rules.get(), options: options)
    for start in stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)) {
      inspection.feed(bytes.span.extracting(start..<min(bytes.count, start + min(pieces, bytes.count))))
    }
    return inspection.finish().filter { $0.rule == "source-fingerprint" }
  }

  @Test("A part of a source is a finding of an inspection, also in base 64, and names the source")
  func inspected() throws {
    let source = text(5_000, seed: 1)
    let index = try index(["engine": source])
    let excerpt = Array(source[7000..<8500])
    let plain = try find(text(900, seed: 9) + excerpt + text(900, seed: 8), index)
    #expect(plain.map(\.tier) == [.likely] && plain[0].notes["source"] == "engine" && plain[0].sample.isEmpty)
    #expect(try find(text(900, seed: 9) + excerpt + text(900, seed: 8), index, pieces: 1) == plain)
    let hidden = RunWriter.write(excerpt, RunWriter.base64, 6, shift: 0)
    #expect(try find(hidden, index).map(\.disguises) == [["base64"]])
    #expect(try find(hidden, index, pieces: 3).count == 1)
    #expect(try find(text(5_000, seed: 2), index).isEmpty)
  }

  @Test("A notice of a licence is boilerplate in any comment and however it is wrapped")
  func licences() throws {
    let own = text(3_000, seed: 1)
    let usual = Boilerplate.hashes([], key: key)
    for notice in Boilerplate.texts {
      let words = notice.split(separator: " ").enumerated()
      let wrapped = words.map { ($0.offset % 11 == 0 ? "\n// " : "") + $0.element }.joined(separator: " ")
      let hashes = Set(chosen(Array(wrapped.utf8) + own))
      let index = try #require(FingerprintIndex(key: key).adding("a", hashes, boilerplate: usual))
      let other = words.map { ($0.offset % 7 == 0 ? "\n * " : "") + $0.element }.joined(separator: " ").lowercased()
      #expect(matches(index, Array(other.utf8)).isEmpty)
      #expect(matches(index, Array(own[..<2000])).count == 1)
      let bare = try #require(FingerprintIndex(key: key).adding("a", hashes))
      #expect(!matches(bare, Array(other.utf8)).isEmpty || other.utf8.count < 400)
    }
  }

  @Test("A comment that speaks of a licence is no part of a source, wherever it stands; other comments are")
  func notices() {
    let body = "int a;\n// The sum of all.\nint b;\n"
    for notice in [
      "// Copyright (c) Acme\n// All rights.\n", "/*\n Licensed to nobody\n */\n", "# SPDX-License-Identifier: X\n",
      "<!--\nCopyright\n-->\n",
    ] {
      for text in [notice + body, body + notice + body, body + notice] {
        let kept = SourceText.withoutNotices(Array(text.utf8))
        #expect(String(decoding: kept, as: UTF8.self) == text.replacing(notice, with: ""))
      }
    }
    for text in ["", "\n", "//", "/*", "/* copyright", body, "copyright of code\n"] {
      let kept = SourceText.withoutNotices(Array(text.utf8))
      #expect(String(decoding: kept, as: UTF8.self) == (text == "/* copyright" ? "" : text))
    }
  }

  @Test("What many files of a source have in common is left out; a file that is there twice is not")
  func usual() throws {
    let head = text(300, seed: 50)
    var source = SourceHashes(key: key)
    for number in 0..<12 { source.add(head + text(300, seed: UInt64(number))) }
    let index = try #require(FingerprintIndex(key: key).adding("a", source.rare()))
    #expect(matches(index, head).isEmpty && matches(index, text(300, seed: 3)).count == 1)
    var copies = SourceHashes(key: key)
    for _ in 0..<12 { copies.add(head) }
    #expect(copies.rare() == Set(chosen(head)))
    let without = try #require(FingerprintIndex(key: key).adding("b", Set(chosen(text(300, seed: 3)))))
    #expect(index.without(without).count < index.count && matches(index.without(without), text(300, seed: 3)).isEmpty)
    #expect(index.without(without).counts == [index.without(without).count])
  }
}
