import BaileyCore
import BaileyLinux
import NIOCore
import NIOHPACK
import Testing

@testable import BaileyEgress

/// What RFC 9113 calls an error, case by case as h2spec orders it, and what would be read differently as HTTP/1.
@Suite("HTTP/2 validation", .serialized)
struct HTTP2ValidationTests {
  /// How the gate must take it.
  enum Verdict: Sendable { case connection, stream, answered }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var verdict: Verdict
    var bytes: @Sendable (String) -> [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ verdict: Verdict, _ bytes: @escaping @Sendable (String) -> [UInt8]) {
      (self.name, self.verdict, self.bytes) = (name, verdict, bytes)
    }
  }

  static let open: @Sendable (String) -> [UInt8] = { H2.request(1, H2.post($0), ends: false) }
  static let whole: @Sendable (String) -> [UInt8] = { H2.request(1, H2.get($0)) }

  static let frames: [Case] = [
    Case("3.4 no preface", .connection) { _ in Array("GET * HTTP/9\r\n\r\nSM\r\n\r\n".utf8) },
    Case("4.1 unknown type", .answered) { H2.frame(0x16, 0, 0, [1, 2, 3]) + whole($0) },
    Case("4.1 undefined flag", .answered) { H2.frame(H2.ping, 0x16, 0, [0, 0, 0, 0, 0, 0, 0, 0]) + whole($0) },
    Case("4.1 reserved bit", .answered) {
      H2.frame(H2.ping, 0, 0x8000_0000, [0, 0, 0, 0, 0, 0, 0, 0]) + whole($0)
    },
    Case("4.2 DATA over the frame size", .connection) {
      open($0) + H2.frame(H2.data, 1, 1, [UInt8](repeating: 0, count: 16_385))
    },
    Case("4.2 HEADERS over the frame size", .connection) {
      H2.request(1, H2.get($0, "/", [("x", String(repeating: "a", count: 17_000))]))
    },
    Case("4.3 broken block", .connection) { _ in H2.frame(H2.headers, 5, 1, [0x40]) },
    Case("4.3 PRIORITY within a block", .connection) {
      H2.frame(H2.headers, 1, 1, H2.block(H2.get($0))) + H2.frame(H2.priority, 0, 1, [0, 0, 0, 0, 1])
    },
    Case("4.3 HEADERS of another stream within a block", .connection) {
      H2.frame(H2.headers, 1, 1, H2.block(H2.get($0))) + H2.request(3, H2.get($0))
    },
    Case("5.1 DATA on idle", .connection) { _ in H2.frame(H2.data, 1, 1, [1]) },
    Case("5.1 RST_STREAM on idle", .connection) { _ in H2.frame(H2.reset, 0, 1, H2.bytes(8)) },
    Case("5.1 WINDOW_UPDATE on idle", .connection) { _ in H2.frame(H2.windowUpdate, 0, 1, H2.bytes(100)) },
    Case("5.1 CONTINUATION on idle", .connection) { H2.frame(H2.continuation, 4, 1, H2.block(H2.get($0))) },
    Case("5.1 DATA on half-closed", .stream) { whole($0) + H2.frame(H2.data, 1, 1, [1]) },
    Case("5.1 HEADERS on half-closed", .stream) { whole($0) + whole($0) },
    Case("5.1 CONTINUATION on half-closed", .connection) { whole($0) + H2.frame(H2.continuation, 4, 1, [0x82]) },
    Case("5.1 WINDOW_UPDATE on half-closed", .answered) { whole($0) + H2.frame(H2.windowUpdate, 0, 1, H2.bytes(9)) },
    Case("5.1 PRIORITY on idle", .answered) { H2.frame(H2.priority, 0, 9, [0, 0, 0, 0, 1]) + whole($0) },
    Case("5.1.1 even stream", .connection) { H2.request(2, H2.get($0)) },
    Case("5.1.1 smaller stream", .connection) { H2.request(5, H2.get($0)) + H2.request(3, H2.get($0)) },
    Case("6.1 DATA on 0", .connection) { open($0) + H2.frame(H2.data, 1, 0, [1]) },
    Case("6.1 padding longer than DATA", .connection) { open($0) + H2.frame(H2.data, 9, 1, [200, 1, 2]) },
    Case("6.1 padded DATA", .answered) { open($0) + H2.frame(H2.data, 9, 1, [2, 0x61, 0, 0]) },
    Case("6.2 HEADERS on 0", .connection) { H2.request(0, H2.get($0)) },
    Case("6.2 padding longer than HEADERS", .connection) {
      H2.frame(H2.headers, 13, 1, [255] + H2.block(H2.get($0)).prefix(100))
    },
    Case("6.2 padded HEADERS with priority", .answered) {
      H2.frame(H2.headers, 45, 1, [2, 0, 0, 0, 0, 1] + H2.block(H2.get($0)) + [0, 0])
    },
    Case("6.3 PRIORITY on 0", .connection) { _ in H2.frame(H2.priority, 0, 0, [0, 0, 0, 0, 1]) },
    Case("6.3 short PRIORITY", .stream) { open($0) + H2.frame(H2.priority, 0, 1, [0, 0, 0, 1]) },
    Case("6.4 RST_STREAM on 0", .connection) { _ in H2.frame(H2.reset, 0, 0, H2.bytes(8)) },
    Case("6.4 short RST_STREAM", .connection) { open($0) + H2.frame(H2.reset, 0, 1, [0, 0, 8]) },
    Case("6.5 SETTINGS ACK with payload", .connection) { _ in H2.frame(H2.settings, 1, 0, [0, 0, 0, 0, 0, 0]) },
    Case("6.5 SETTINGS on a stream", .connection) { _ in H2.frame(H2.settings, 0, 1, [0, 3, 0, 0, 0, 9]) },
    Case("6.5 SETTINGS of odd length", .connection) { _ in H2.frame(H2.settings, 0, 0, [0, 3, 0, 0]) },
    Case("6.5.2 ENABLE_PUSH of 2", .connection) { _ in H2.settings([(2, 2)]) },
    Case("6.5.2 INITIAL_WINDOW_SIZE too large", .connection) { _ in H2.settings([(4, 0x8000_0000)]) },
    Case("6.5.2 MAX_FRAME_SIZE too small", .connection) { _ in H2.settings([(5, 16_383)]) },
    Case("6.5.2 MAX_FRAME_SIZE too large", .connection) { _ in H2.settings([(5, 16_777_216)]) },
    Case("6.5.2 unknown setting", .answered) { H2.settings([(0xFF, 1)]) + whole($0) },
    Case("6.6 PUSH_PROMISE of a client", .connection) { open($0) + H2.frame(H2.push, 4, 1, H2.bytes(2) + [0x82]) },
    Case("6.7 PING on a stream", .connection) { _ in H2.frame(H2.ping, 0, 1, [0, 0, 0, 0, 0, 0, 0, 0]) },
    Case("6.7 short PING", .connection) { _ in H2.frame(H2.ping, 0, 0, [0, 0, 0, 0, 0, 0]) },
    Case("6.8 GOAWAY on a stream", .connection) { _ in H2.frame(H2.goAway, 0, 1, H2.bytes(0) + H2.bytes(0)) },
    Case("6.9 increment of 0", .connection) { _ in H2.frame(H2.windowUpdate, 0, 0, H2.bytes(0)) },
    Case("6.9 increment of 0 on a stream", .stream) { open($0) + H2.frame(H2.windowUpdate, 0, 1, H2.bytes(0)) },
    Case("6.9 short WINDOW_UPDATE", .connection) { _ in H2.frame(H2.windowUpdate, 0, 0, [0, 0, 1]) },
    Case("6.9.1 window over 2^31-1", .connection) { _ in H2.frame(H2.windowUpdate, 0, 0, H2.bytes(0x7FFF_FFFF)) },
    Case("6.9.1 window of a stream over 2^31-1", .stream) {
      open($0) + H2.frame(H2.windowUpdate, 0, 1, H2.bytes(0x7FFF_FFFF))
    },
    Case("6.10 CONTINUATION", .answered) {
      let block = H2.block(H2.get($0))
      return H2.frame(H2.headers, 1, 1, Array(block.prefix(5))) + H2.frame(H2.continuation, 0, 1, Array(block[5..<9]))
        + H2.frame(H2.continuation, 4, 1, Array(block.dropFirst(9)))
    },
    Case("6.10 CONTINUATION on 0", .connection) {
      H2.frame(H2.headers, 1, 1, H2.block(H2.get($0))) + H2.frame(H2.continuation, 4, 0, [0x82])
    },
    Case("6.10 CONTINUATION after the end of the block", .connection) {
      open($0) + H2.frame(H2.continuation, 4, 1, [0x82])
    },
    Case("7 unknown error code", .answered) {
      H2.request(1, H2.get($0), ends: false) + H2.frame(H2.reset, 0, 1, H2.bytes(255)) + H2.request(3, H2.get($0))
    },
    Case("8.1 second HEADERS without END_STREAM", .stream) {
      open($0) + H2.frame(H2.headers, 4, 1, H2.block([("x", "y")]))
    },
    Case("8.1 pseudo-field as trailer", .stream) {
      open($0) + H2.frame(H2.headers, 5, 1, H2.block([(":method", "GET")]))
    },
    Case("8.1 trailer that a head must hold", .stream) {
      open($0) + H2.frame(H2.headers, 5, 1, H2.block([("content-length", "0")]))
    },
    Case("8.1.1 DATA over content-length", .stream) {
      H2.request(1, H2.post($0, "/", [("content-length", "1")]), ends: false) + H2.frame(H2.data, 1, 1, [1, 2])
    },
    Case("8.1.1 DATA below content-length", .stream) {
      H2.request(1, H2.post($0, "/", [("content-length", "3")]), ends: false) + H2.frame(H2.data, 1, 1, [1, 2])
    },
    Case("8.1.1 content-length and no DATA", .stream) { H2.request(1, H2.post($0, "/", [("content-length", "3")])) },
    Case("HPACK index 0", .connection) { _ in H2.frame(H2.headers, 5, 1, [0x80]) },
    Case("HPACK index beyond the table", .connection) { _ in H2.frame(H2.headers, 5, 1, [0xFF, 0x50]) },
    Case("HPACK table larger than announced", .connection) {
      H2.frame(H2.headers, 5, 1, [0x3F, 0xE2, 0x1F] + H2.block(H2.get($0)))
    },
  ]

  @Test("Frames that RFC 9113 calls an error end the stream or the connection, and others do not", arguments: frames)
  func frame(one: Case) async throws {
    let server = try TestServer.http2 { server, frame in
      guard frame.endsStream else { return }
      try server.send(H2.frame(H2.headers, 5, frame.stream, H2.block([(":status", "204")])))
    }
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
    let host = "good.example:\(server.port)"
    let (kinds, isEnded) = try await blocking { () -> (Set<UInt8>, Bool) in
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let isPreface = one.name.hasPrefix("3.4")
      let client = H2Peer(peer)
      try client.send(isPreface ? Array("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".utf8) : H2.preface + H2.settings())
      try client.send(one.bytes(host))
      var kinds: Set<UInt8> = []
      var end: (UInt8, UInt32)?
      while end == nil, let frame = try client.next() {
        if frame.type == H2.goAway || frame.type == H2.reset { end = (frame.type, frame.errorCode ?? 0) }
        if frame.type == H2.headers { kinds.insert(frame.type) }
        if frame.type == H2.headers, one.verdict == .answered { break }
      }
      if let end, end.1 != 0 { kinds.insert(end.0) }
      guard one.verdict == .connection else { return (kinds, true) }
      return (kinds, (try? client.rest()) != nil)
    }
    await gate.close()
    switch one.verdict {
    case .answered: #expect(kinds == [H2.headers])
    case .stream: #expect(!kinds.isDisjoint(with: [H2.reset, H2.goAway]))
    case .connection: #expect(isEnded && (kinds.contains(H2.goAway) || one.name.hasPrefix("3.4")), "\(kinds)")
    }
    let isRefused = gate.mediator.refusalCodes.contains("http-malformed")
    if one.verdict == .connection { #expect(isRefused, "\(gate.mediator.refusalCodes)") }
  }

  /// A head with these in the place of the usual fields, or behind them.
  private static func read(_ changes: [(String, String)], without: Set<String> = [], ends: Bool = true) throws
    -> RequestHead
  {
    var fields = H2.get("a.example").filter { !without.contains($0.0) }
    fields += changes
    return try HTTP2Fields.request(HPACKHeaders(fields), endsStream: ends)
  }

  @Test(
    "Fields that HTTP/1 would read differently, or that RFC 9113 forbids, are refused",
    arguments: [
      [("Upper", "x")], [("x y", "z")], [("x:", "z")], [("", "z")], [("x\r\ny", "z")], [("x", "a\r\nb: c")],
      [("x", "a\u{0}b")], [("x", "a\nb")], [("x", " a")], [("x", "a ")], [("x", "a\u{7F}")], [("x", "\u{E9}")],
      [("connection", "close")], [("keep-alive", "1")], [("proxy-connection", "x")], [("transfer-encoding", "chunked")],
      [("upgrade", "websocket")], [("te", "gzip")], [("te", "trailers, gzip")], [("http2-settings", "x")],
      [("content-length", "1")], [("content-length", "0"), ("content-length", "0")], [("content-length", "+0")],
      [("content_length", "0")], [("transfer_encoding", "chunked")], [("host", "b.example")],
      [("host", "a.example"), ("host", "a.example")], [("x", "y"), (":x", "y")], [(":method", "GET")],
      [(":path", "/")], [(":authority", "a.example")], [(":status", "200")], [(":unknown", "x")],
      [(":protocol", "websocket")],
    ])
  func fields(changes: [(String, String)]) {
    #expect(throws: RequestHeadError.self) { try Self.read(changes) }
  }

  @Test(
    "Pseudo-fields that are missing, empty or malformed are refused",
    arguments: [
      (":method", ""), (":method", "G T"), (":method", "GET / HTTP/1.1\r\nx"), (":path", ""), (":path", "x"),
      (":path", "*"), (":path", "/ HTTP/1.1\r\nHost: b"), (":path", "/a b"), (":path", "/\u{E9}"), (":scheme", " http"),
      (":authority", ""), (":authority", "a b"), (":method", nil), (":path", nil), (":scheme", nil),
      (":authority", nil),
    ] as [(String, String?)])
  func pseudoFields(name: String, value: String?) {
    // In their place: they stand before the others.
    var fields = H2.get("a.example")
    for index in fields.indices where fields[index].0 == name { fields[index].1 = value ?? "" }
    if value == nil { fields.removeAll { $0.0 == name } }
    #expect(throws: RequestHeadError.self) { try HTTP2Fields.request(HPACKHeaders(fields), endsStream: true) }
  }

  @Test("What passes becomes HTTP/1 with one reading: one Host, one length, one cookie")
  func translation() throws {
    let head = try Self.read(
      [("host", "A.example"), ("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("te", "trailers")], ends: false)
    #expect(head.framing == .chunked)
    let text = String(decoding: head.http1, as: UTF8.self)
    #expect(
      text == "GET / HTTP/1.1\r\nHost: a.example\r\nx: y\r\ncookie: a=1; b=2\r\ntransfer-encoding: chunked\r\n\r\n")
    let again = try #require(try RequestHead.parse(Array(text.utf8)))
    #expect(again.fields.filter { $0.name != "transfer-encoding" } == head.fields.filter { $0.name != "te" })
    #expect(try Self.read([("content-length", "7")], ends: false).framing == .length(7))
    #expect(try Self.read([("host", "a.example")], without: [":authority"]).values("host") == ["a.example"])
    #expect(!head.http2.contains { $0.name == "host" } && head.http2.first(name: "te") == "trailers")
  }

  @Test("Answers of servers are read as strictly: no body where none can be, no status but one, no length but one")
  func answers() throws {
    func read(_ fields: [(String, String)], _ method: String = "GET", ends: Bool = false) throws -> BodyFraming {
      try HTTP2Fields.response(HPACKHeaders(fields), endsStream: ends, to: method).framing
    }
    #expect(try read([(":status", "200"), ("content-length", "5")]) == .length(5))
    #expect(try read([(":status", "200")]) == .chunked && read([(":status", "200")], ends: true) == .none)
    #expect(
      try read([(":status", "200"), ("content-length", "5")], "HEAD") == .none && read([(":status", "304")]) == .none)
    for wrong in [
      [("x", "y")], [(":status", "20")], [(":status", "101")], [(":status", "200"), (":status", "200")],
      [(":status", "200"), ("content-length", "5"), ("content-length", "6")], [(":status", "200"), ("Upper", "x")],
      [(":status", "200"), ("transfer-encoding", "chunked")], [(":status", "200"), ("x", "a\r\nb")],
      [(":path", "/"), (":status", "200")],
    ] { #expect(throws: RequestHeadError.self, "\(wrong)") { try read(wrong) } }
  }

  @Test("Frames are found however their bytes are cut", arguments: [1, 2, 3, 7, 10, 1000])
  func scanner(piece: Int) {
    let bytes =
      H2.preface + H2.settings([(4, 1)]) + H2.frame(H2.data, 0, 1, [UInt8](repeating: 7, count: 40))
      + H2.frame(H2.goAway, 0, 0, H2.bytes(1) + H2.bytes(11) + [1, 2, 3]) + H2.frame(H2.goAway, 0, 0, [1])
      + H2.frame(H2.settings, 1) + H2.frame(0xFE, 0, 0, [7])
    var scanner = FrameScanner(preface: H2.preface.count)
    var found: [FrameScanner.Frame] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      scanner.scan(ByteBuffer(bytes: bytes.dropFirst(start).prefix(piece))) { found.append($0) }
    }
    #expect(found.map(\.type) == [4, 0, 7, 7, 4, 0xFE] && found.map(\.length) == [6, 40, 11, 1, 0, 1])
    #expect(found.map(\.errorCode) == [nil, nil, 11, nil, nil, nil])
  }

  @Test("A mutated head that is accepted, and becomes HTTP/1, is read there as the same request")
  func mutated() throws {
    let seeds = [
      H2.get("good.example", "/a?b", [("cookie", "a"), ("cookie", "b"), ("te", "trailers")]),
      H2.post("good.example:8080", "/", [("content-length", "4"), ("host", "good.example:8080"), ("x_y", "z")]),
    ].map { fields in fields.flatMap { Array("\($0.0)\u{1}\($0.1)\u{2}".utf8) } }
    var mutator = Mutator(seed: 9113)
    var accepted = 0
    for _ in 0..<20_000 {
      let fields = mutator.mutate(seeds).split(separator: 2).map { field in
        let parts = field.split(separator: 1, maxSplits: 1, omittingEmptySubsequences: false)
        return (String(decoding: parts[0], as: UTF8.self), String(decoding: parts.dropFirst().joined(), as: UTF8.self))
      }
      guard let head = try? HTTP2Fields.request(HPACKHeaders(fields), endsStream: false),
        let target = try? HTTPTarget(head, .transparent(nil, port: 80, isStrict: false))
      else { continue }
      accepted += 1
      let again = try #require(try RequestHead.parse(head.directed(to: target).http1), "\(fields)")
      #expect(again.method == head.method && again.target == target.requestTarget && again.framing == head.framing)
      #expect(again.fields.count <= head.fields.count + 1)
    }
    #expect(accepted > 100)
  }
}
