import BaileyCore
import BaileyLinux
import BaileyWire
import Testing

@Suite("Frames")
struct FrameTests {
  private func isOpen(_ number: Int32) -> Bool { Descriptor.lending(number) { (try? $0.statusFlags()) != nil } }

  @Test("A message arrives whole however it is cut")
  func cuts() throws {
    let frame = try #require(try Frame.encode(Request.version.json).first) + Frame.encode(.data, [1, 2, 3])
    for cut in 0...frame.count {
      var reader = FrameReader(limits: .server)
      try reader.feed(Array(frame[..<cut]))
      var seen: [String] = []
      while let next = try reader.next() { seen.append(name(next)) }
      try reader.feed(Array(frame[cut...]))
      while let next = try reader.next() { seen.append(name(next)) }
      #expect(seen == ["message", "data"], "cut at \(cut)")
      try reader.finish()
    }
  }

  private func name(_ incoming: Incoming) -> String {
    switch incoming {
    case .message: "message"
    case .data: "data"
    }
  }

  @Test("An end inside a frame is an error, at every place of the cut")
  func truncated() throws {
    let frame = try #require(try Frame.encode(Request.version.json).first)
    for cut in 1..<frame.count {
      var reader = FrameReader(limits: .server)
      try reader.feed(Array(frame[..<cut]))
      #expect(try reader.next() == nil || cut == frame.count)
      #expect(throws: WireError.truncated) { try reader.finish() }
    }
  }

  @Test("A length beyond the limit is refused before its bytes arrive")
  func tooLarge() throws {
    var reader = FrameReader(limits: .server)
    try reader.feed([0xFF, 0xFF, 0xFF, 0xFF, 0])
    #expect(throws: WireError.frameTooLarge(0xFFFF_FFFF)) { try reader.next() }
    #expect(reader.held == 0)
    #expect(throws: WireError.frameTooLarge(0xFFFF_FFFF)) { try reader.feed([0]) }
  }

  @Test("Unknown types are refused, and so are parts where only whole messages may come")
  func types() throws {
    var reader = FrameReader(limits: .server)
    try reader.feed([0, 0, 0, 0, 3])
    #expect(throws: WireError.unknownFrameType(3)) { try reader.next() }
    reader = FrameReader(limits: .server)
    try reader.feed(try Frame.encode(.part, [1]))
    #expect(throws: WireError.frameTooLarge(1)) { try reader.next() }
  }

  @Test(
    "What is not strict JSON is refused",
    arguments: [
      "", "{", "[1,]", "{\"v\":1,\"v\":1}", "{\"a\":1.5}", "\u{FEFF}{}", "{} {}", "{\"a\":\"\\ud800\"}", "nul",
      String(repeating: "[", count: 100_000),
    ])
  func malformed(_ text: String) throws {
    var reader = FrameReader(limits: .server)
    try reader.feed(try Frame.encode(.message, Array(text.utf8)))
    #expect(throws: WireError.self) { try reader.next() }
    #expect(throws: WireError.self) { try reader.next() }
  }

  @Test("Text that is not UTF-8 is refused")
  func encoding() throws {
    var reader = FrameReader(limits: .server)
    try reader.feed(try Frame.encode(.message, [0x22, 0xC0, 0x80, 0x22]))
    #expect(throws: WireError.json(.invalidUTF8(offset: 1))) { try reader.next() }
  }

  @Test("A large message comes in parts, and a client takes no more than its limit")
  func parts() throws {
    let text = String(repeating: "x", count: WireLimit.frame + 10)
    let frames = try Frame.encode(.string(text))
    #expect(frames.count == 2)
    var reader = FrameReader(limits: .client)
    for frame in frames { try reader.feed(frame) }
    guard case .message(let json, _)? = try reader.next() else {
      Issue.record("no message")
      return
    }
    #expect(json == .string(text))
    reader = FrameReader(limits: .init(frame: 10, message: 15, descriptors: 0))
    try reader.feed(try Frame.encode(.part, [UInt8](repeating: 0x20, count: 10)))
    try reader.feed(try Frame.encode(.part, [UInt8](repeating: 0x20, count: 6)))
    #expect(throws: WireError.frameTooLarge(16)) { try reader.next() }
  }

  @Test("Data between the parts of a message is refused")
  func interleaved() throws {
    var reader = FrameReader(limits: .client)
    try reader.feed(try Frame.encode(.part, [0x20]))
    try reader.feed(try Frame.encode(.data, [1]))
    #expect(throws: WireError.self) { try reader.next() }
  }

  @Test("Descriptors that nobody takes are closed, and so are those of a refused message")
  func descriptors() throws {
    func opened() throws -> Int32 { try Descriptor.open("/dev/null").take() }
    let (kept, tooMany) = (try opened(), try (0..<4).map { _ in try opened() })
    do {
      var reader = FrameReader(limits: .server)
      try reader.feed([], descriptors: [kept])
      #expect(isOpen(kept))
    }
    #expect(!isOpen(kept))
    var reader = FrameReader(limits: .server)
    #expect(throws: WireError.tooManyDescriptors) { try reader.feed([0], descriptors: tooMany) }
    for number in tooMany { #expect(!isOpen(number)) }
    let refused = try opened()
    reader = FrameReader(limits: .server)
    try reader.feed(try Frame.encode(.message, [0x7B]), descriptors: [refused])
    #expect(throws: WireError.self) { try reader.next() }
    #expect(!isOpen(refused))
    let unwanted = try opened()
    reader = FrameReader(limits: .client)
    #expect(throws: WireError.unexpectedDescriptors) { try reader.feed([0], descriptors: [unwanted]) }
    #expect(!isOpen(unwanted))
  }

  @Test("Random bytes and random damage never trap and never keep more than was sent")
  func fuzz() throws {
    var generator = Seeded(state: 7)
    let seeds = try Samples.requests().flatMap { try Frame.encode($0.json) }
    for _ in 0..<3000 {
      var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
      for _ in 0..<(generator.next() % 4) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: generator.next())
      }
      if generator.next() % 3 == 0 { bytes.removeLast(Int(generator.next() % UInt64(bytes.count))) }
      var reader = FrameReader(limits: .init(frame: 1 << 16, message: 1 << 16, descriptors: 0))
      try reader.feed(bytes)
      while let incoming = try? reader.next() {
        if case .message(let json, _) = incoming { _ = try? Request(json: json) }
      }
      #expect(reader.held <= bytes.count)
    }
  }
}

/// A small generator with a fixed start, so that a failure can be repeated (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
