import Testing

@testable import BaileyAudit

@Suite("CRC-32C")
struct ChecksumTests {
  private func sum(_ bytes: [UInt8]) -> UInt32 { CRC32C.checksum(bytes.span) }

  @Test("The published values come out (RFC 3720, appendix B.4)")
  func published() {
    #expect(sum(Array("123456789".utf8)) == 0xE306_9283)
    #expect(sum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(sum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(sum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
    #expect(sum([UInt8]()) == 0)
  }

  @Test("Whatever the length, it is what the definition says, bit by bit")
  func definition() {
    for length in 0..<70 {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255) }
      var state: UInt32 = .max
      for byte in bytes {
        state ^= UInt32(byte)
        for _ in 0..<8 { state = state & 1 == 1 ? state >> 1 ^ 0x82F6_3B78 : state >> 1 }
      }
      #expect(sum(bytes) == ~state)
    }
  }
}
