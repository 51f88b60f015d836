import BaileyCore
import BaileyHTTP
import BaileyLinux
import BaileyTestSupport
import Testing

@Suite("Crowds")
struct CrowdingTests {
  @Test("What hangs for one client takes no place from another")
  func clients() async throws {
    let silent = try await FakeServer(nil)
    let server = try await FakeServer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    func call(_ server: FakeServer) throws -> HTTPCall {
      var call = HTTPCall(.address(try IPAddress("127.0.0.1"), port: UInt16(server.port)), "/")
      call.timeout = 20_000
      return call
    }
    let (one, other) = (HTTPClient(), HTTPClient())
    let hanging = try call(silent)
    let waiting = (0..<64).map { _ in Task { try? await one.call(hanging) } }
    while silent.requests.count < 64 { try await Task.sleep(for: .milliseconds(10)) }
    await #expect(throws: HTTPFailure.unreachable("64 questions wait already")) { try await one.call(call(server)) }
    #expect(try await other.call(call(server)).status == 200)
    try await silent.stop()
    for task in waiting { _ = await task.value }
    #expect(try await one.call(call(server)).status == 200)
    try await server.stop()
  }

  @Test("A server takes as many connections as it may, and another when one has ended")
  func server() async throws {
    var limits = HTTPServer.Limits()
    limits.connections = 2
    let server = HTTPServer(limits: limits) { _ in HTTPReply(status: 204) }
    let listener = try Socket.listener(on: Endpoint(try IPAddress("127.0.0.1"), 0))
    defer { Socket.close(listener) }
    let endpoint = try #require(Socket.localEndpoint(listener))
    func connect() async throws -> (ours: Int32, theirs: Int32) {
      let ours = try Socket.stream(for: endpoint)
      _ = try Socket.connect(ours, to: endpoint)
      while true {
        if let theirs = try? Socket.accept(listener) { return (ours, theirs) }
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    let (one, two, three) = (try await connect(), try await connect(), try await connect())
    #expect(server.serve(one.theirs))
    #expect(server.serve(two.theirs))
    #expect(!server.serve(three.theirs))
    Socket.close(one.ours)
    // Its end is seen by the server's own loop; until then the socket stays ours.
    while !server.serve(three.theirs) { try await Task.sleep(for: .milliseconds(5)) }
    for socket in [two.ours, three.ours] { Socket.close(socket) }
  }
}
