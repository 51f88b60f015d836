import NIOCore
import Testing

@testable import BaileyEgress

@Suite("An opened WebSocket")
struct WebSocketTunnelTests {
  private static let shared = WebSocketAgreement(isCompressed: true)
  private static let fresh = WebSocketAgreement(isCompressed: true, agentTakesOver: false, serverTakesOver: false)
  private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

  /// Conversations of an agent, as they are sent.
  static let conversations: [[UInt8]] = [
    frame(.text, "Hello"),
    frame(.text, "") + frame(.binary, [0, 255]),
    frame(.text, "κό", isFinal: false) + frame(.ping, "p") + frame(.continuation, "σμε") + frame(.close, [3, 232]),
    frame(.text, Array("κόσμε".utf8.prefix(3)), isFinal: false)
      + frame(.continuation, Array("κόσμε".utf8.dropFirst(3))),
    frame(.pong, "x") + frame(.binary, [UInt8](repeating: 7, count: 300)) + frame(.text, "ab SECRET cd"),
    frame(.text, "ab SEC", isFinal: false) + frame(.ping) + frame(.continuation, "RET cd"),
    frame(.text, [0xC3], isFinal: false) + frame(.continuation, "x"), frame(.text, [0xC3]),
    frame(.text, "a", isFinal: false) + frame(.text, "b"), frame(.continuation, "b"), frame(.close, [3]),
    frame(.close, [3, 232, 0x6F, 0x6B]) + frame(.text, "after") + [0xFF, 0xFF], frame(.text, "x", from: .server),
    frame(.text, hello, isCompressed: true), frame(.ping, "SECRET"),
  ]

  @Test("However the bytes are cut, the same passes, is seen and is refused")
  func cuts() {
    var mutator = Mutator(seed: 42)
    var failures = 0
    for round in 0..<4000 {
      let bytes = round < Self.conversations.count ? Self.conversations[round] : mutator.mutate(Self.conversations)
      let agreement = round % 3 == 0 ? Self.shared : WebSocketAgreement()
      let whole = pass([bytes], agreement)
      if whole.failure != nil { failures += 1 }
      #expect(pass(bytes.map { [$0] }, agreement) == whole)
      let cut = mutator.next(bytes.count + 1)
      #expect(pass([Array(bytes[..<cut]), Array(bytes[cut...])], agreement) == whole)
      if whole.failure == nil { #expect(Self.isBeginning(of: bytes, whole.out)) }
    }
    #expect(failures > 1000 && failures < 3900, "\(failures)")
  }

  /// What passes are frames of the conversation as they were; control frames may go ahead, and the last message may be held.
  private static func isBeginning(of bytes: [UInt8], _ out: [UInt8]) -> Bool {
    let (sent, passed) = (frames(bytes), frames(out))
    return passed.allSatisfy(sent.contains) && passed.count <= sent.count && passed.joined().elementsEqual(out)
  }

  /// Up to a close frame.
  private static func frames(_ bytes: [UInt8]) -> [[UInt8]] {
    var (input, found): (ByteBuffer, [[UInt8]]) = (ByteBuffer(bytes: bytes), [])
    while let head = try? WebSocketFrame.take(&input), let payload = input.readBytes(length: head.length) {
      found.append(head.bytes + payload)
      if head.opcode == .close { break }
    }
    return found
  }

  @Test("Clean messages pass as the frames that they were, and are seen unmasked")
  func clean() {
    let bytes = frame(.text, "Hello") + frame(.binary, [1, 2], isFinal: false) + frame(.continuation, [3])
    #expect(pass([bytes]) == Crossing(out: bytes, seen: ["Hello", "\u{1}\u{2}\u{3}"]))
    let answer = frame(.text, "Hello", from: .server) + frame(.pong, "x", from: .server)
    #expect(pass([answer], from: .server) == Crossing(out: answer, seen: ["Hello", "x"]))
  }

  @Test("What the agent sends is held until its message is clean; a ping goes ahead, and a refused message has no end")
  func held() {
    let (first, ping, last) = (frame(.text, "ab SEC", isFinal: false), frame(.ping, "p"), frame(.continuation, "RET"))
    #expect(pass([first + ping]).out == ping)
    let refused = pass([first + ping, last])
    #expect(refused.out == ping && refused.failure == "secret-found: a secret is in the message")
    let clean = frame(.continuation, "ond")
    #expect(pass([first, ping, clean]).out == ping + first + clean)
    // Of the server each frame goes on: programs wait for pieces of an answer.
    let piece = frame(.text, "piece", from: .server, isFinal: false)
    #expect(pass([piece], from: .server).out == piece)
  }

  @Test("A secret is found over frames of one byte, in a binary message, a ping, a pong and the reason of a close")
  func everywhere() {
    let bytes = Array("xx SECRET xx".utf8)
    var single = frame(.binary, [bytes[0]], isFinal: false)
    for byte in bytes.dropFirst().dropLast() {
      single += frame(.continuation, [byte], isFinal: false, key: UInt32(byte))
    }
    single += frame(.continuation, [bytes[bytes.count - 1]])
    for sent in [single, frame(.ping, bytes), frame(.pong, bytes), frame(.close, [3, 232] + bytes)] {
      let passage = pass([sent])
      #expect(passage.failure?.hasPrefix("secret-found") == true && passage.out.isEmpty)
    }
  }

  private func codes(_ bytes: [UInt8]) throws -> [Int] {
    try unframed(bytes).filter { $0.frame.opcode == .close }.map { Int($0.payload[0]) << 8 | Int($0.payload[1]) }
  }

  @Test(
    "The server is told first and its answers still pass; then the agent reads code and reason in a close frame 1008")
  func farewell() throws {
    for isAnswered in [true, false] {
      let tunnel = WebSocketTunnel(WebSocketAgreement(), inspector: TestInspector())
      var input = ByteBuffer(bytes: frame(.text, "first") + frame(.text, "SECRET") + frame(.text, "more"))
      let toServer = try unframed(Array(tunnel.take(&input, from: .agent).readableBytesView))
      #expect(
        toServer.map(\.payload) == [Array("first".utf8), [3, 0xE9]] && toServer.allSatisfy { $0.frame.mask != nil })
      #expect(tunnel.beginsParting() && !tunnel.beginsParting() && !tunnel.isOver)
      input = ByteBuffer(bytes: frame(.text, "more"))
      #expect(tunnel.take(&input, from: .agent).readableBytes == 0 && input.readableBytes == 0)
      let answer = frame(.text, "answer", from: .server) + (isAnswered ? frame(.close, [3, 0xE9], from: .server) : [])
      input = ByteBuffer(bytes: answer)
      var out = tunnel.take(&input, from: .server)
      if !isAnswered { out.writeImmutableBuffer(tunnel.serverEnded()) }
      let toAgent = try unframed(Array(out.readableBytesView))
      #expect(toAgent.count == 2 && toAgent[0].payload == Array("answer".utf8) && tunnel.isOver)
      #expect(toAgent[1].frame.mask == nil && toAgent[1].payload.prefix(2) == [3, 0xF0])
      let words = String(decoding: toAgent[1].payload.dropFirst(2), as: UTF8.self)
      #expect(words == "secret-found: a secret is in the message; leave it out")
      input = ByteBuffer(bytes: frame(.text, "more", from: .server))
      #expect(tunnel.take(&input, from: .server).readableBytes == 0)
    }
  }

  @Test(
    "Who breaks the protocol gets its code; the agent hears of a server's fault with 1011, and nobody gets a second close"
  )
  func faults() throws {
    /// To the agent, and to the server.
    func told(_ bytes: [UInt8], from side: WebSocketSide, after close: WebSocketSide? = nil) throws -> [[Int]] {
      let tunnel = WebSocketTunnel(WebSocketAgreement(), inspector: TestInspector())
      if let close {
        var input = ByteBuffer(bytes: frame(.close, [3, 232], from: close))
        _ = tunnel.take(&input, from: close)
      }
      var input = ByteBuffer(bytes: bytes)
      let out = try codes(Array(tunnel.take(&input, from: side).readableBytesView))
      if side == .server { return [out, try codes(tunnel.toServer)] }
      return [try codes(Array(tunnel.serverEnded().readableBytesView)), out]
    }
    #expect(try told([0x83, 0x80], from: .agent) == [[1002], [1001]])
    #expect(try told([0x83, 0x00], from: .server) == [[1011], [1002]])
    #expect(try told(frame(.text, [0xFF]), from: .agent) == [[1007], [1001]])
    #expect(try told(frame(.text, [0xFF], from: .server), from: .server) == [[1011], [1007]])
    #expect(try told(frame(.text, "SECRET", from: .server), from: .server) == [[1008], [1008]])
    #expect(try told([0x83, 0x80], from: .agent, after: .server) == [[], [1001]])
    #expect(try told([0x83, 0x00], from: .server, after: .agent) == [[1011], []])
  }

  @Test("What ends it from outside is told to both")
  func outside() throws {
    let tunnel = WebSocketTunnel(WebSocketAgreement(), inspector: TestInspector())
    tunnel.end(.budget)
    #expect(try codes(tunnel.toAgent) == [1008] && codes(tunnel.toServer) == [1001] && tunnel.isOver)
  }

  @Test("After a close frame nothing of that side passes, and what was held is dropped")
  func afterClose() {
    let (part, close) = (frame(.text, "part", isFinal: false), frame(.close, [3, 232]))
    #expect(
      pass([part + close + frame(.continuation, "rest") + frame(.ping)])
        == Crossing(out: close, seen: ["\u{3}\u{fffd}"])
    )
  }

  @Test("While a verdict is waited for nothing of that direction passes, and then all or nothing")
  func waiting() async throws {
    for refusal in [nil, TestInspector.refusal] {
      for first in [frame(.text, "SECRET"), frame(.ping, "SECRET")] {
        let tunnel = WebSocketTunnel(WebSocketAgreement(), inspector: TestInspector("SECRET") { .wait { refusal } })
        var input = ByteBuffer(bytes: first + frame(.text, "next"))
        #expect(tunnel.take(&input, from: .agent).readableBytes == 0)
        #expect(tunnel.take(&input, from: .agent).readableBytes == 0 && input.readableBytes > 0)
        var answer = ByteBuffer(bytes: frame(.pong, "x", from: .server))
        #expect(tunnel.take(&answer, from: .server).readableBytes > 0)
        let question = try #require(tunnel.question(.agent))
        var out = Array(tunnel.resume(await question(), .agent).readableBytesView)
        out += tunnel.take(&input, from: .agent).readableBytesView
        #expect(tunnel.question(.agent) == nil && tunnel.refusal == refusal)
        #expect(refusal == nil ? out == first + frame(.text, "next") : try codes(out) == [1001])
      }
    }
  }

  // MARK: large messages

  private static let limits = WebSocketLimits(hold: 1000, tail: 200, message: 20_000, inflated: 50_000)

  @Test(
    "A longer message passes but for its tail; a long frame is cut, and reads the same", arguments: [1, 7, 64, 900])
  func long(step: Int) throws {
    for side in [WebSocketSide.agent, .server] {
      let text = (0..<6000).map { UInt8(ascii: "a") + UInt8($0 % 23) }
      let bytes = frame(.text, text, from: side)
      let pieces = stride(from: 0, to: bytes.count, by: step).map { Array(bytes[$0..<min($0 + step, bytes.count)]) }
      let inspector = TestInspector()
      let tunnel = WebSocketTunnel(WebSocketAgreement(), limits: Self.limits, inspector: inspector)
      var (input, out, most) = (ByteBuffer(), [UInt8](), 0)
      for piece in pieces {
        input.writeBytes(piece)
        out += tunnel.take(&input, from: side).readableBytesView
        most = max(most, tunnel.heldBytes(side))
      }
      #expect(
        most <= 1000 + 2 * max(200, step) + 64 && tunnel.heldBytes(side) == 0
          && inspector.texts.map(\.utf8.count) == [6000])
      let frames = try unframed(out)
      #expect(frames.count > 1 && frames.flatMap(\.payload) == text)
      #expect(frames.map(\.frame.opcode) == [.text] + frames.dropFirst().map { _ in .continuation })
      #expect(frames.map(\.frame.isFinal) == frames.dropLast().map { _ in false } + [true])
    }
  }

  @Test("A secret in a long message never passes whole, and its message has no end")
  func longRefused() throws {
    for place in stride(from: 0, to: 5990, by: 137) {
      var text = [UInt8](repeating: UInt8(ascii: "x"), count: 6000)
      text.replaceSubrange(place..<(place + 6), with: Array("SECRET".utf8))
      let passage = pass([frame(.text, text)], limits: Self.limits)
      let frames = try unframed(passage.out)
      #expect(passage.failure?.hasPrefix("secret-found") == true && !frames.contains { $0.frame.isFinal })
      #expect(frames.flatMap(\.payload).count <= max(0, place - 150))
    }
  }

  @Test("A message beyond the limit is refused with 1009, and so is one that inflates to too much")
  func tooLarge() throws {
    let many = (0..<21).flatMap { index in
      frame(index == 0 ? .binary : .continuation, [UInt8](repeating: 1, count: 1000), isFinal: false)
    }
    #expect(pass([many], limits: Self.limits).failure?.hasPrefix("websocket-too-large") == true)
    #expect(pass([Array(many.prefix(20 * 1008))], limits: Self.limits).failure == nil)
    // A block of 258 bytes by reference to the one before, again and again.
    let bomb = frame(.binary, try Self.zeros(60_000), isCompressed: true)
    #expect(pass([bomb], Self.shared, limits: Self.limits).failure?.hasPrefix("websocket-too-large") == true)
    #expect(pass([bomb], Self.shared).failure == nil)
  }

  /// Stored blocks of deflate (RFC 1951 section 3.2.4), as the sender of a message leaves them.
  private static func zeros(_ count: Int) throws -> [UInt8] {
    let (low, high) = (UInt8(count & 0xFF), UInt8(count >> 8))
    return [0, low, high, ~low, ~high] + [UInt8](repeating: 0, count: count) + [0]
  }

  // MARK: permessage-deflate

  @Test("The compressed examples of RFC 7692 are inflated for inspection, and pass as they were")
  func deflate() {
    let single: [[UInt8]] = [
      Self.hello, [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
      [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],
      [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],
    ]
    for payload in single {
      let bytes = frame(.text, payload, isCompressed: true)
      #expect(pass([bytes], Self.shared) == Crossing(out: bytes, seen: ["Hello"]))
    }
    let parts =
      frame(.text, Array(Self.hello.prefix(3)), isFinal: false, isCompressed: true) + frame(.ping, "")
      + frame(.continuation, Array(Self.hello.dropFirst(3)))
    #expect(pass([parts], Self.shared).seen == ["", "Hello"])
  }

  @Test("A message that refers to an earlier one is read where that was agreed on, and refused where not")
  func takeover() {
    let second: [UInt8] = [0xF2, 0x00, 0x11, 0x00, 0x00]
    for side in [WebSocketSide.agent, .server] {
      let bytes =
        frame(.text, Self.hello, from: side, isCompressed: true) + frame(.text, "plain", from: side)
        + frame(.text, second, from: side, isCompressed: true)
      #expect(pass([bytes], from: side, Self.shared) == Crossing(out: bytes, seen: ["Hello", "plain", "Hello"]))
      let refused = pass([bytes], from: side, Self.fresh)
      #expect(refused.failure?.contains("cannot be inflated") == true && refused.seen == ["Hello", "plain"])
    }
  }

  @Test("Compression that nobody agreed on, on a control frame or within a message is refused, and so is broken data")
  func brokenDeflate() {
    let compressed = frame(.text, Self.hello, isCompressed: true)
    #expect(pass([compressed]).failure?.contains("reserved bit") == true)
    for bytes in [
      frame(.ping, Self.hello, isCompressed: true),
      frame(.text, "a", isFinal: false) + frame(.continuation, Self.hello, isCompressed: true),
    ] {
      #expect(pass([bytes], Self.shared).failure?.contains("reserved bit") == true)
    }
    let broken = frame(.text, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], isCompressed: true)
    #expect(pass([broken], Self.shared).failure?.contains("cannot be inflated") == true)
  }

  @Test("A compressed text that is no UTF-8, or holds a secret, is refused")
  func compressedContent() {
    let stored: ([UInt8]) -> [UInt8] = { [0, UInt8($0.count), 0, ~UInt8($0.count), 0xFF] + $0 + [0] }
    #expect(
      pass([frame(.text, stored([0xC3, 0x28]), isCompressed: true)], Self.shared).failure?.contains("UTF-8") == true)
    let secret = pass([frame(.text, stored(Array("a SECRET".utf8)), isCompressed: true)], Self.shared)
    #expect(secret.failure?.hasPrefix("secret-found") == true && secret.out.isEmpty)
  }
}
