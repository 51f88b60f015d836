import Testing

@testable import BaileyEvidence

@Suite("Headers of archives")
struct TarHeaderTests {
  @Test("A header is read only in the one form that is written")
  func oneForm() throws {
    let header = try #require(TarHeader(name: "records.jsonl", size: 1234))
    #expect(TarHeader(parsing: header.encoded) == header)
    for at in 0..<TarHeader.block {
      var bad = header.encoded
      bad[at] ^= 1
      #expect(TarHeader(parsing: bad) == nil, "byte \(at)")
    }
  }

  @Test("Names and sizes without a header have none")
  func refusals() {
    for name in ["", "a b", "ä", String(repeating: "x", count: 101), "a\n"] {
      #expect(TarHeader(name: name, size: 0) == nil)
    }
    #expect(TarHeader(name: "a", size: -1) == nil && TarHeader(name: "a", size: 8 << 30) == nil)
    #expect(TarHeader(name: "a", size: 8 << 30 - 1) != nil)
  }
}
