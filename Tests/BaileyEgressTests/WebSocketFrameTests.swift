import NIOCore
import Testing

@testable import BaileyEgress

@Suite("WebSocket frames")
struct WebSocketFrameTests {
  /// The examples of RFC 6455 section 5.7 and RFC 7692 section 7.2.3.
  @Test("The examples of the RFCs are read, and written as they were")
  func examples() throws {
    let examples: [([UInt8], WebSocketFrame)] = [
      ([0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], WebSocketFrame(opcode: .text, length: 5)),
      (
        [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58],
        WebSocketFrame(opcode: .text, mask: WebSocketMask(key: 0x37FA_213D), length: 5)
      ),
      ([0x01, 0x03, 0x48, 0x65, 0x6C], WebSocketFrame(opcode: .text, isFinal: false, length: 3)),
      ([0x80, 0x02, 0x6C, 0x6F], WebSocketFrame(opcode: .continuation, length: 2)),
      ([0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], WebSocketFrame(opcode: .ping, length: 5)),
      ([0x82, 0x7E, 0x01, 0x00] + [UInt8](repeating: 1, count: 256), WebSocketFrame(opcode: .binary, length: 256)),
      (
        [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 1, count: 65_536),
        WebSocketFrame(opcode: .binary, length: 65_536)
      ),
      (
        [0xC1, 0x07, 0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],
        WebSocketFrame(opcode: .text, isCompressed: true, length: 7)
      ),
    ]
    for (bytes, wanted) in examples {
      var input = ByteBuffer(bytes: bytes)
      #expect(try WebSocketFrame.take(&input) == wanted)
      #expect(wanted.bytes + input.readableBytesView == bytes)
      for cut in 0..<(bytes.count - wanted.length) {
        var beginning = ByteBuffer(bytes: bytes.prefix(cut))
        #expect(try WebSocketFrame.take(&beginning) == nil)
      }
    }
    #expect(try unframed(examples[1].0).first?.payload == Array("Hello".utf8))
  }

  static let refused: [([UInt8], WebSocketFailure)] = [
    ([0x91, 0x00], .reservedBit), ([0xA1, 0x00], .reservedBit), ([0x83, 0x00], .opcode), ([0x87, 0x00], .opcode),
    ([0x8B, 0x00], .opcode), ([0x8F, 0x00], .opcode), ([0x09, 0x00], .control), ([0x08, 0x02, 3, 0xE8], .control),
    ([0x89, 0x7E, 0, 126], .control), ([0x88, 0xFF], .control), ([0x81, 0x7E, 0, 125], .length),
    ([0x82, 0x7F, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .length), ([0x82, 0x7F, 0x80, 0, 0, 0, 0, 0, 0, 0], .length),
    ([0x82, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .length),
  ]

  @Test("Reserved bits and opcodes, long or cut control frames and lengths in a longer form are refused")
  func malformed() {
    for (bytes, wanted) in Self.refused {
      #expect(throws: wanted) {
        var input = ByteBuffer(bytes: bytes)
        _ = try WebSocketFrame.take(&input)
      }
    }
  }

  @Test("A mask that is rotated undoes what the first one did, wherever a frame is cut")
  func masks() {
    let plain = (0..<97).map { UInt8($0) }
    let mask = WebSocketMask(key: 0x0102_83F4)
    var masked = plain
    mask.apply(to: &masked)
    for cut in 0..<plain.count {
      var (head, tail) = (Array(masked[..<cut]), Array(masked[cut...]))
      mask.apply(to: &head)
      mask.rotated(by: cut).apply(to: &tail)
      #expect(head + tail == plain)
    }
  }

  @Test("UTF-8 is what the standard library reads as such, in one piece or in many")
  func utf8() {
    var mutator = Mutator(seed: 7)
    let seeds =
      ["κόσμε", "\u{10FFFF}\u{800}a", "\u{D7FF}\u{E000}ÿ", "𝄞€"].map { Array($0.utf8) }
      + [
        [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF], [0xE0, 0x80, 0xAF], [0xF0, 0x80, 0x80, 0xAF],
        [0xFE],
      ]
    var counts = [0, 0]
    for round in 0..<20_000 {
      let bytes = round < seeds.count ? seeds[round] : mutator.mutate(seeds)
      let isText = String(validating: bytes, as: UTF8.self) != nil
      counts[isText ? 1 : 0] += 1
      #expect(Self.isUTF8(bytes, cut: bytes.count) == isText, "\(bytes)")
      #expect(Self.isUTF8(bytes, cut: mutator.next(bytes.count + 1)) == isText, "\(bytes)")
    }
    #expect(counts[0] > 1000 && counts[1] > 1000)
  }

  private static func isUTF8(_ bytes: [UInt8], cut: Int) -> Bool {
    var check = UTF8Check()
    let (head, tail) = (bytes[..<cut], bytes[cut...])
    return check.accept(head.span) == head.count && check.accept(tail.span) == tail.count && check.isWhole
  }

  @Test("Close frames have a code that may be sent and a reason in UTF-8, or nothing")
  func closing() {
    func check(_ payload: [UInt8]) -> Bool { (try? WebSocketClose.check(payload)) != nil }
    func code(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
    #expect(check([]) && !check([3]))
    for number: UInt16 in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4999] {
      #expect(check(code(number) + Array("so".utf8)), "\(number)")
    }
    for number: UInt16 in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
      #expect(!check(code(number)), "\(number)")
    }
    #expect(!check(code(1000) + [0xFF]) && !check(code(1000) + [0xC3]))
  }

  @Test("A reason fits into a close frame, cut between characters", arguments: [0, 1, 2, 3])
  func reasons(shift: Int) throws {
    let text = String(repeating: "x", count: shift) + String(repeating: "€", count: 100)
    let bytes = WebSocketClose.frame(.policy, text, from: .server)
    let (head, payload) = try #require(try unframed(bytes).first)
    #expect(head.opcode == .close && head.mask == nil && payload.count <= 125 && payload.count > 120)
    #expect(payload.prefix(2) == [3, 0xF0] && text.utf8.starts(with: payload.dropFirst(2)))
    try WebSocketClose.check(payload)
    let toServer = try #require(try unframed(WebSocketClose.frame(.goingAway, from: .agent)).first)
    #expect(toServer.frame.mask != nil && toServer.payload == [3, 0xE9])
  }
}
