import BaileyCore
import BaileyLinux
import BaileyTestSupport
import NIOCore
import Testing

@testable import BaileyEgress

/// Has an inspector for each exchange, and nothing else.
private struct InspectedSocket: MessageGuards {
  var make: @Sendable () -> (any StreamInspector)?

  func describe(_ context: ExchangeContext, _ action: inout Action) {}
  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [] }
  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [] }
  func inspector(_ context: ExchangeContext, _ ruling: Ruling) -> (any StreamInspector)? { make() }
  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) { ([], []) }
}

@Suite("WebSockets and events through the gate", .serialized)
struct SocketTests {
  private func gate(
    _ port: UInt16, authority: [UInt8] = [], budget: Int64? = nil,
    inspector: @escaping @Sendable () -> (any StreamInspector)? = { TestInspector() }
  ) async throws -> TestGate {
    var settings = EgressSettings()
    settings.authorities = authority
    return try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(port, also: [rule("good.example", port)]), uploadBudget: budget, settings: settings
    ) { $0.guards = InspectedSocket(make: inspector) }
  }

  // MARK: the library `websockets` on both sides

  /// - Parameter program: uses `socket`, a connected client.
  private func python(_ gate: TestGate, _ port: UInt16, isSecure: Bool, compresses: Bool, _ program: String)
    async throws
    -> String
  {
    let scratch = try Scratch()
    try scratch.write(String(decoding: gate.trust.bundle, as: UTF8.self), to: "bundle")
    let lines = program.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }
    let all = """
      import ssl, sys
      from websockets.sync.client import connect
      from websockets.exceptions import ConnectionClosed
      context = ssl.create_default_context(cafile='\(scratch.path)/bundle') if \(isSecure ? 1 : 0) else None
      with connect('\(isSecure ? "wss" : "ws")://good.example:\(port)/path', ssl=context, max_size=None, close_timeout=5,
              compression=\(compresses ? "'deflate'" : "None"), proxy='http://127.0.0.1:\(gate.proxyPort)') as socket:
      \(lines.joined(separator: "\n"))
      """
    let result = try await blocking { try Tool(PythonTools.python).run(["-c", all]) }
    #expect(result.status == 0, "\(result.errors.suffix(800))")
    return result.output
  }

  @Test(
    "A client and a server that others wrote talk through the gate, in clear and over TLS, compressed and not",
    .enabled(if: SocketOrigin.isPresent), arguments: [false, true], [false, true])
  func libraries(isSecure: Bool, compresses: Bool) async throws {
    let keys = try await blocking { isSecure ? try SecureOrigin() : nil }
    let origin = try await blocking { try SocketOrigin(keys: keys, compresses: compresses) }
    let gate = try await gate(origin.port, authority: keys?.authority ?? [])
    let said = try await python(
      gate, origin.port, isSecure: isSecure, compresses: compresses,
      """
      import os
      print(socket.response.headers.get('Sec-WebSocket-Extensions', '').split(';')[0])
      for message in ['hello', '', 'κόσμε ' * 50000, b'\\0\\xff' * 3, os.urandom(3 << 20), 'again', 'again']:
          socket.send(message)
          got = socket.recv()
          assert got == message, (len(got), len(message))
      socket.send(['one ', 'two ', 'three'])
      print(socket.recv(), socket.ping().wait(10))
      socket.close(1000, 'bye')
      print(socket.close_code, socket.close_reason)
      """)
    #expect(said == (compresses ? "permessage-deflate\n" : "\n") + "one two three True\n1000 bye\n")
    await gate.close()
    #expect(origin.messages.count == 8)
    #expect(gate.mediator.requests.compactMap { $0.resource["path"]?.string } == ["/path"])
    #expect(gate.mediator.refusalCodes == [])
  }

  @Test(
    "A refused message reaches nobody: its sender reads code and reason in the close frame, and the record has them",
    .enabled(if: SocketOrigin.isPresent), arguments: [false, true], [false, true])
  func refused(fromServer: Bool, compresses: Bool) async throws {
    let origin = try await blocking { try SocketOrigin(compresses: compresses) }
    let gate = try await gate(origin.port)
    let said = try await python(
      gate, origin.port, isSecure: false, compresses: compresses,
      """
      socket.send('first')
      print(socket.recv())
      try:
          socket.send('\(fromServer ? "tell" : "a SECRET")')
          print(socket.recv())
      except ConnectionClosed as end: print(end.rcvd.code, end.rcvd.reason)
      """)
    #expect(said == "first\n1008 secret-found: a secret is in the message; leave it out\n")
    await gate.close()
    #expect(origin.messages == (fromServer ? ["5", "4"] : ["5"]))
    #expect(gate.mediator.refusalCodes == ["secret-found"])
  }

  @Test("The cases of Autobahn pass through the gate", .enabled(if: SocketOrigin.isPresent))
  func autobahn() async throws {
    let origin = try await blocking { try SocketOrigin() }
    let gate = try await gate(origin.port) { TestInspector("a secret that no case has") }
    let (port, scratch) = (origin.port, try Scratch())
    // The suite names its server by an address: a relay says the name that was looked up.
    let relay = try TestServer { peer in
      let head = try peer.receiveHead()
      let inner = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), port))
      let host = head.components(after: "Host: ") ?? ""
      try inner.send(head.replacing("Host: \(host)", with: "Host: good.example:\(port)"))
      try startThread("up") {
        while let bytes = try? peer.receive(), !bytes.isEmpty { try? inner.send(bytes) }
        inner.finish()
      }
      while case let bytes = try inner.receive(), !bytes.isEmpty { try peer.send(bytes) }
      peer.finish()
    }
    let kosoku = String(PythonTools.python.dropLast("python".count)) + "kosoku"
    let excluded = ["9.*", "12.*", "13.*"].flatMap { ["-x", $0] }
    let result = try await blocking {
      try Tool(PythonTools.python).run(
        [kosoku] + excluded + ["-p", "4", "-o", scratch.path, "127.0.0.1:\(relay.port)"])
    }
    await gate.close()
    let reports = try #require(try JSON.parse(Array(try scratch.read("index.json").utf8)).object?.values.first?.object)
    let failed = reports.filter { _, report in
      !["OK", "NON-STRICT", "INFORMATIONAL"].contains(report["behavior"]?.string ?? "")
        || !["OK", "INFORMATIONAL"].contains(report["behaviorClose"]?.string ?? "")
    }
    #expect(failed.keys.sorted() == [], "\(result)")
    #expect(reports.count == 247)
    // Text that is none is refused as soon as that is certain, whatever the server does.
    #expect(["6.4.1", "6.4.2", "6.4.3", "6.4.4"].allSatisfy { reports[$0]?["behavior"]?.string == "OK" })
  }

  // MARK: by hand

  @Test("What is no handshake is refused before anybody is asked, and an answer to another one is not believed")
  func handshakes() async throws {
    let server = try TestServer { peer in
      let head = try peer.receiveHead()
      let answer = head.contains("/plain") ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno" : Handshake.answer(head)
      try peer.send(head.contains("/wrong") ? answer.replacing("Accept: ", with: "Accept: 0") : answer)
      _ = try peer.receiveAll()
    }
    let gate = try await gate(server.port)
    let host = "good.example:\(server.port)"
    func open(_ path: String, _ change: (String, String) = ("", "")) async throws -> String {
      let text = Handshake.request("http://\(host)\(path)", host: host, "Sec-WebSocket-Extensions: foo\r\n")
      return try await blocking {
        let peer = try gate.proxied()
        try peer.send(change.0.isEmpty ? text : text.replacing(change.0, with: change.1))
        return try peer.receiveHead()
      }
    }
    #expect(try await open("/").hasPrefix("HTTP/1.1 101"))
    #expect(try await open("/plain").hasPrefix("HTTP/1.1 200"))
    #expect(try await open("/wrong").hasPrefix("HTTP/1.1 502"))
    for change in [("Version: 13", "Version: 8"), ("dGhl", "dGh"), ("Key:", "Kex:")] {
      #expect(try await open("/", change).hasPrefix("HTTP/1.1 400"), "\(change)")
    }
    await gate.close()
    #expect(server.connections == 3 && gate.mediator.requests.count == 3)
  }

  @Test("Beyond the upload budget the agent reads why, and nothing more leaves")
  func budget() async throws {
    let server = try TestServer { peer in
      try peer.send(Handshake.answer(try peer.receiveHead()))
      _ = try peer.receiveAll()
    }
    let gate = try await gate(server.port, budget: 600)
    let host = "good.example:\(server.port)"
    let frames = try await blocking {
      let peer = try gate.proxied()
      try peer.send(Handshake.request("http://\(host)/", host: host))
      _ = try peer.receiveHead()
      try peer.send(
        frame(.binary, [UInt8](repeating: 1, count: 100)) + frame(.binary, [UInt8](repeating: 1, count: 500)))
      return try unframed(try peer.receiveAll())
    }
    await gate.close()
    #expect(frames.map(\.payload).first?.dropFirst(2).starts(with: "upload-budget: ".utf8) == true)
    #expect(gate.session.traffic.sent <= 600 && gate.mediator.refusalCodes == ["upload-budget"])
  }

  @Test("A server that says nothing more does not keep a refusal from the agent")
  func silentServer() async throws {
    let server = try TestServer { peer in
      try peer.send(Handshake.answer(try peer.receiveHead()))
      _ = try poll([(peer.number, .input)], milliseconds: 10_000)
      _ = try peer.receive()
      _ = try poll([(peer.number, .output)], milliseconds: 0)
      while case let more = try peer.receive(), !more.isEmpty {}
    }
    let gate = try await gate(server.port)
    let host = "good.example:\(server.port)"
    let frames = try await blocking {
      let peer = try gate.proxied()
      try peer.send(Handshake.request("http://\(host)/", host: host))
      _ = try peer.receiveHead()
      try peer.send(frame(.text, "a SECRET"))
      return try unframed(try peer.receiveAll())
    }
    await gate.close()
    #expect(frames.count == 1 && frames.first?.payload.prefix(2) == [3, 0xF0])
    #expect(gate.mediator.refusalCodes == ["secret-found"])
  }

  // MARK: events

  private func events(_ type: String, _ second: String) async throws -> (answer: String, gate: TestGate) {
    let server = try TestServer { peer in
      _ = try peer.receiveHead()
      try peer.send(
        "HTTP/1.1 200 OK\r\nContent-Type: \(type)\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n")
      // The rest comes when the first event was read: who collects waits for ever.
      _ = try peer.receiveHead()
      let event = "data: \(second)\n\n"
      try peer.send("\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n0\r\n\r\n")
      _ = try peer.receiveAll()
    }
    let gate = try await gate(server.port)
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(
        "POST http://\(host)/ HTTP/1.1\r\nHost: \(host)\r\nContent-Length: 8\r\nConnection: close\r\n\r\nread")
      var got = try peer.receiveHead()
      while !got.contains("data: 1\n\n") { got += String(decoding: try peer.receive(), as: UTF8.self) }
      try peer.send("\r\n\r\n")
      return got + (try peer.receiveText())
    }
    await gate.close()
    return (answer, gate)
  }

  @Test("Events pass one by one, each seen as a whole; one that is refused ends the answer before it")
  func events() async throws {
    let clean = try await events("text/event-stream; charset=utf-8", "second")
    #expect(clean.answer.hasSuffix("data: second\n\n\r\n0\r\n\r\n") && clean.gate.mediator.refusalCodes == [])
    let refused = try await events("text/event-stream", "a\ndata: SECRET")
    #expect(refused.answer.hasSuffix("data: 1\n\n\r\n") && refused.gate.mediator.refusalCodes == ["secret-found"])
    // What is no such stream is not read as one.
    let other = try await events("text/plain", "SECRET")
    #expect(other.answer.hasSuffix("0\r\n\r\n") && other.gate.mediator.refusalCodes == [])
  }
}
