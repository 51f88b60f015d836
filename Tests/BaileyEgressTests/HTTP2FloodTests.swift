import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyEgress

/// Clients that send much and ask for little. Each must end with a GOAWAY that says so, and one record.
@Suite("HTTP/2 floods", .serialized)
struct HTTP2FloodTests {
  static let calm: UInt32 = 11

  /// - Parameter flood: what is sent over and over; gets the host and the round.
  private func drown(
    _ rounds: Int, _ first: @escaping @Sendable (String) -> [UInt8] = { _ in [] },
    flood: @escaping @Sendable (String, UInt32) -> [UInt8]
  ) async throws -> (goAway: UInt32?, codes: [String], requests: Int) {
    let server = try TestServer.http2 { _, _ in }
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
    let host = "good.example:\(server.port)"
    let goAway = try await blocking { () -> UInt32? in
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let client = try H2Peer.client(peer)
      try client.send(first(host))
      for round in 0..<UInt32(rounds) { if (try? client.send(flood(host, round))) == nil { break } }
      var code: UInt32?
      while let frame = try? client.next() { if frame.type == H2.goAway { code = frame.errorCode } }
      return code
    }
    await gate.close()
    let requests = gate.mediator.requests.filter { $0.verb == .httpRequest }
    return (goAway, gate.mediator.refusalCodes, requests.count)
  }

  @Test("Streams that are opened and reset at once end the connection after some hundreds (CVE-2023-44487)")
  func rapidReset() async throws {
    let result = try await drown(2_000) { host, round in
      H2.request(2 * round + 1, H2.get(host)) + H2.frame(H2.reset, 0, 2 * round + 1, H2.bytes(8))
    }
    #expect(result.goAway == Self.calm && result.requests <= HTTP2Limits.resets + 100)
    #expect(result.codes.filter { $0 == "http2-flood" }.count == 1)
  }

  @Test("Frames that make the gate end streams are counted like resets (CVE-2025-8671)")
  func madeYouReset() async throws {
    let result = try await drown(2_000) { host, round in
      H2.request(2 * round + 1, H2.get(host)) + H2.frame(H2.windowUpdate, 0, 2 * round + 1, H2.bytes(0x7FFF_FFFF))
    }
    #expect(result.goAway == Self.calm && result.requests <= HTTP2Limits.resets + 100)
    #expect(result.codes.filter { $0 == "http2-flood" }.count == 1)
  }

  @Test(
    "Control frames, empty frames and unknown frames without end end the connection",
    arguments: ["ping", "settings", "priority", "window", "empty", "unknown"])
  func control(kind: String) async throws {
    let result = try await drown(20_000, { H2.request(1, H2.post($0), ends: false) }) { _, _ in
      switch kind {
      case "ping": H2.frame(H2.ping, 0, 0, [UInt8](repeating: 0, count: 8))
      case "settings": H2.settings([(3, 100)])
      case "priority": H2.frame(H2.priority, 0, 3, [0, 0, 0, 0, 1])
      case "window": H2.frame(H2.windowUpdate, 0, 0, H2.bytes(1))
      case "empty": H2.frame(H2.data, 0, 1)
      default: H2.frame(0xFE, 0, 0, [1])
      }
    }
    #expect(result.codes.filter { $0 == "http2-flood" }.count == 1, "\(result)")
    #expect(result.goAway == Self.calm || ["window", "unknown"].contains(kind), "\(result)")
  }

  @Test(
    "A head in endless CONTINUATION frames ends the connection, and no request comes of it",
    arguments: [0, 100, 16_384])
  func continuation(size: Int) async throws {
    let result = try await drown(2_000, { H2.frame(H2.headers, 0, 1, H2.block(H2.get($0))) }) { _, _ in
      H2.frame(H2.continuation, 0, 1, size == 0 ? [] : H2.block([("x", String(repeating: "a", count: size - 6))]))
    }
    #expect(result.goAway != nil && result.goAway != 0 && result.requests == 0, "\(result)")
    #expect(result.codes.count == 1)
  }

  @Test("A list of fields larger than was announced ends the connection", arguments: [true, false])
  func fieldList(isReference: Bool) async throws {
    // One field in the table, and then nothing but references to it: a small block of a large list.
    let entry = [0x40, 1, 0x78, 0x7F, 0x81, 0x0E] + [UInt8](repeating: 0x61, count: 1_920)
    let block = isReference ? entry + [UInt8](repeating: 0xBE, count: 14_000) : []
    let result = try await drown(1) { host, _ in
      let plain = H2.get(host, "/", (0..<5).map { ("x-\($0)", String(repeating: "a", count: 16_000)) })
      let all = isReference ? H2.block(H2.get(host)) + block : H2.block(plain)
      let pieces = stride(from: 0, to: all.count, by: 16_000).map { Array(all.dropFirst($0).prefix(16_000)) }
      return pieces.enumerated().flatMap { index, piece in
        H2.frame(
          index == 0 ? H2.headers : H2.continuation, (index == 0 ? 1 : 0) | (index == pieces.count - 1 ? 4 : 0), 1,
          piece)
      }
    }
    #expect(result.goAway != nil && result.goAway != 0 && result.requests == 0, "\(result)")
  }

  @Test("Streams beyond the limit end the connection, and none of them is decided")
  func concurrency() async throws {
    let server = try TestServer.http2 { _, _ in }
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]))
    let host = "good.example:\(server.port)"
    let code = try await blocking { () -> UInt32? in
      let peer = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), server.port))
      let client = try H2Peer.client(peer)
      for index in 0..<UInt32(HTTP2Limits.concurrentStreams + 5) {
        try client.send(H2.request(2 * index + 1, H2.get(host)))
      }
      return try client.rest().compactMap(\.errorCode).first
    }
    #expect(code == 1)
    await gate.close()
    #expect(gate.mediator.requests.filter { $0.verb == .httpRequest }.count <= HTTP2Limits.concurrentStreams)
  }
}
