import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// Requests and answers that servers read differently, over sockets: what comes out of the gate has one reading, or does not come out.
@Suite("Smuggling through the gate", .enabled(if: Readings.arePresent), .serialized)
struct SmugglingTests {
  private enum Form: String, CaseIterable { case captured, proxied }

  private struct Outcome {
    /// Requests that the origin answered, for each payload.
    var answers: [Int] = []
    var streams: [[UInt8]] = []
    /// Requests that were decided.
    var decided = 0
  }

  private static func run(_ payloads: [[UInt8]], _ form: Form) async throws -> Outcome {
    let origin = try RecordingOrigin()
    let port = origin.port
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(port, also: [rule("good.example", port)])
    ) { $0.learning = .seconds(1) }
    var outcome = try await blocking {
      var outcome = Outcome()
      let target = Endpoint(try synthetic("good.example", at: gate), port)
      for payload in payloads {
        let bytes = HostileRequest.addressed(payload, "good.example:\(port)", isAbsolute: form == .proxied)
        let peer = try form == .proxied ? gate.proxied() : gate.captured(to: target)
        try peer.send(bytes)
        peer.finish()
        let answer = (try? peer.receiveText().lowercased()) ?? "none in time"
        #expect(answer != "none in time", "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        outcome.answers.append(answer.split(separator: "\r\n").count { $0 == "x-origin: 1" })
      }
      outcome.streams = try origin.ended()
      return outcome
    }
    await gate.close()
    outcome.decided = gate.mediator.requests.count { $0.verb == .httpRequest }
    return outcome
  }

  /// - Returns: how many payloads came through, and how many requests arrived.
  private static func judge(_ payloads: [[UInt8]], _ form: String) async throws -> (passed: Int, arrived: Int) {
    let form = try #require(Form(rawValue: form))
    let outcome = try await run(payloads, form)
    let readings = try Readings.of(outcome.streams)
    for (stream, reading) in zip(outcome.streams, readings) {
      let isOne = reading.agree
      #expect(isOne, "\(String(decoding: stream, as: UTF8.self).debugDescription): \(JSON.object(reading))")
    }
    let arrived = readings.reduce(0) { $0 + $1.messages.count }
    // Each request that anybody sees was decided, and nobody sees one more.
    #expect(arrived == outcome.answers.reduce(0, +) && arrived <= outcome.decided)
    return (outcome.answers.count { $0 > 0 }, arrived)
  }

  @Test("Ordinary requests come through", arguments: ["captured", "proxied"])
  func benign(form: String) async throws {
    let (passed, arrived) = try await Self.judge(HostileRequest.benign, form)
    #expect(passed == HostileRequest.benign.count && arrived == HostileRequest.benign.count + 2)
  }

  @Test("The readers see what is to be found: the payloads themselves have many readings")
  func oracle() throws {
    let raw = try HostileRequest.smuggling() + HostileRequest.garden()
    #expect(raw.count == 134 + 76)
    let ambiguous = try Readings.of(raw).count { !$0.agree }
    #expect(ambiguous == 192)
    let benign = HostileRequest.benign.map { HostileRequest.addressed($0, "a.example", isAbsolute: false) }
    #expect(try Readings.of(benign).allSatisfy(\.agree))
  }

  @Test("Of 134 mutations of Transfer-Encoding none arrives that has two readings", arguments: ["captured", "proxied"])
  func smuggling(form: String) async throws {
    let (passed, arrived) = try await Self.judge(try HostileRequest.smuggling(), form)
    #expect([passed, arrived] == [2, 2])
  }

  @Test("Of the 76 payloads of the garden none arrives that has two readings", arguments: ["captured", "proxied"])
  func garden(form: String) async throws {
    let (passed, arrived) = try await Self.judge(try HostileRequest.garden(), form)
    #expect([passed, arrived] == [6, 7])
  }

  @Test(
    "Of llhttp's and picohttpparser's requests none arrives that has two readings", arguments: ["captured", "proxied"])
  func parsers(form: String) async throws {
    let payloads = HostileRequest.llhttp() + HostileRequest.picohttpparser()
    let (passed, arrived) = try await Self.judge(payloads, form)
    #expect([payloads.count, passed, arrived] == [233, 61, 61])
  }

  // MARK: answers

  private static let ordinary = [
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nT: v\r\n\r\n",
    "HTTP/1.1 200 OK\r\n\r\nuntil the end", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.1 204 None\r\n\r\n", "HTTP/1.1 103 Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
  ]

  /// What follows an answer is another one for readers who take its length otherwise.
  private static let hostile =
    [
      "Content-Length: 2\r\nTransfer-Encoding: chunked", "Content-Length: 2\r\nContent-Length: 60",
      "Content-Length: +2",
      "Content-Length: 2, 60", "Content-Length: 0x2", "Content-Length: 2 2", "Content-Length: -1", "Content-Length : 2",
      "Content-Length: ", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding: xchunked",
      "Transfer-Encoding: chunked, identity", "Transfer-Encoding:\u{b}chunked", "Transfer-Encoding : chunked",
      " Transfer-Encoding: chunked", "X: a\r\n Transfer-Encoding: chunked", "Transfer-Encoding: chunked",
      "X: a\nContent-Length: 60",
      "X: a\rContent-Length: 60", "X: a\0b\r\nContent-Length: 2", "Content_Length: 60\r\nContent-Length: 2",
      ": a\r\nContent-Length: 2", "Content-Length\0: 2",
      "Content-Length: 2\r\nX: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 60",
      "Content-Length: 2\r\nConnection: content-length", "Transfer-Encoding: chunked\r\nConnection: transfer-encoding",
    ].map { "HTTP/1.1 200 OK\r\n\($0)\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" } + [
      "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 2000 OK\r\n\r\n",
      "\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\u{7f}\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/0.9",
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
    ]

  /// - Returns: what an agent reads of each answer.
  private static func answered(_ answers: [String]) async throws -> [[UInt8]] {
    let server = try TestServer { peer in
      let head = try peer.receiveHead()
      let number = head.components(after: "GET /").flatMap { Int($0.prefix { $0 != " " }) } ?? 0
      try peer.send(answers[number])
      peer.finish()
      _ = try peer.receiveAll()
    }
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
    let host = "good.example:\(server.port)"
    let streams = try await blocking {
      try answers.indices.map { index in
        let peer = try gate.proxied()
        try peer.send("GET http://\(host)/\(index) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        // The agent keeps its side open: what comes in one go is one answer, and anything more is another.
        try peer.send("GET http://\(host)/\(index) HTTP/1.1\r\nHost: other.example\r\n\r\n")
        peer.finish()
        return try peer.receiveAll()
      }
    }
    await gate.close()
    return streams
  }

  @Test("Of a server's answers none reaches the agent that has two readings, and none is taken for another's")
  func answers() async throws {
    for (answers, isHostile) in [(Self.ordinary, false), (Self.hostile, true)] {
      let streams = try await Self.answered(answers)
      let readings = try Readings.of(streams, isAnswer: true)
      for (stream, reading) in zip(streams, readings) {
        let isOne = reading.agree
        #expect(isOne, "\(String(decoding: stream, as: UTF8.self).debugDescription): \(JSON.object(reading))")
        // Each request has its own answer, and the second one's is the gate's.
        #expect(reading.messages.count <= 2)
      }
      let ok = streams.count { $0.starts(with: "HTTP/1.1 20".utf8) || $0.starts(with: "HTTP/1.1 103".utf8) }
      #expect(ok == (isHostile ? 4 : answers.count))
      #expect(!streams.contains { String(decoding: $0, as: UTF8.self).contains("evil") })
    }
  }
}
