import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyEgress

/// A proxy that makes tunnels to this machine's loopback whatever the name, or says what a test wants.
private final class FakeProxy: Sendable {
  let heads = Mutex<[String]>([])
  private let server: Mutex<TestServer?> = Mutex(nil)
  let port: UInt16

  /// - Parameters:
  ///   - wants: the value of `Proxy-Authorization`.
  ///   - answer: what it says instead.
  ///   - step: how many bytes it says at a time.
  init(wants: String? = nil, answer: String? = nil, step: Int = .max) throws {
    let box = Box()
    let server = try TestServer { peer in
      let head = try peer.receiveHead()
      box.proxy.withLock { $0 }?.heads.withLock { $0.append(head) }
      if let answer { return try Self.say(answer, to: peer, step) }
      guard wants.map({ head.contains("Proxy-Authorization: \($0)\r\n") }) ?? true else {
        return try Self.say(
          "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"corp\"\r\nContent-Length: 0\r\n\r\n",
          to: peer, step)
      }
      guard let authority = head.components(after: "Host: "),
        let port = authority.split(separator: ":").last.flatMap({ UInt16($0) })
      else { return }
      let far = try Peer.connect(to: Endpoint(loopback.address, port))
      try Self.say("HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\nVia: 1.1 corp\r\n\r\n", to: peer, step)
      try Self.relay(peer, far)
    }
    port = server.port
    box.proxy.withLock { $0 = self }
    self.server.withLock { $0 = server }
  }

  private final class Box: Sendable { let proxy = Mutex<FakeProxy?>(nil) }

  private static func say(_ text: String, to peer: Peer, _ step: Int) throws {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try peer.send(Array(rest.prefix(step)))
      rest = rest.dropFirst(step)
    }
  }

  private static func relay(_ near: Peer, _ far: Peer) throws {
    while true {
      let ready = try poll([(near.number, .input), (far.number, .input)], milliseconds: 20_000)
      if !ready[0].isEmpty {
        let bytes = try near.receive()
        if bytes.isEmpty { return }
        try far.send(bytes)
      }
      if !ready[1].isEmpty {
        let bytes = try far.receive()
        if bytes.isEmpty { return }
        try near.send(bytes)
      }
    }
  }
}

/// The proxy is spoken to by the gate alone; its name is the only one that is looked up.
@Suite("The upstream proxy")
struct UpstreamProxyTests {
  private func gate(
    _ proxy: FakeProxy, _ port: UInt16, password: String? = nil, exceptions: [UpstreamProxy.Exception] = [],
    transport: NetworkRule.Transport = .any, authorities: [UInt8] = [], rules: [NetworkRule] = []
  ) async throws -> TestGate {
    var settings = EgressSettings()
    settings.authorities = authorities
    settings.upstreamProxy = UpstreamProxy(
      host: .name(try HostName("proxy.example")), port: proxy.port,
      credentials: password == nil ? nil : .init(username: "me", secret: "corp"), exceptions: exceptions)
    let card = SecretCard(
      name: "corp", rule: SecretRule(hosts: [try HostPattern("proxy.example")], ports: [proxy.port]), created: 1)
    let credentials = SessionCredentials(standIns: [], broker: TestBroker([card], ["corp": password ?? ""]))
    return try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]),
      names: ["proxy.example": ["127.0.0.1"], "good.example": ["127.0.0.1"]],
      rules: rules + [rule("good.example", port, transport)], settings: settings, credentials: credentials)
  }

  private func clear(_ gate: TestGate, _ port: UInt16) async throws -> String {
    try await blocking {
      let peer = try gate.proxied()
      let host = "good.example:\(port)"
      try peer.send("GET http://\(host)/a HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n")
      return try peer.receiveText()
    }
  }

  private func tunnel(_ gate: TestGate, _ port: UInt16) async throws -> String {
    try await blocking {
      let peer = try gate.proxied()
      try peer.send("CONNECT good.example:\(port) HTTP/1.1\r\nHost: good.example:\(port)\r\n\r\n")
      return try peer.receiveText()
    }
  }

  @Test(
    "Requests in clear go through a tunnel of the upstream proxy, which alone looks their names up",
    arguments: [Int.max, 1])
  func plain(step: Int) async throws {
    let server = try TestServer.http()
    let proxy = try FakeProxy(wants: "Basic bWU6b3BlbiBzZXNhbWU=", step: step)
    let gate = try await gate(proxy, server.port, password: "open sesame")
    let answer = try await clear(gate, server.port)
    await gate.close()
    #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("GET /a HTTP/1.1"), "\(answer)")
    #expect(!answer.lowercased().contains("proxy-authorization") && !answer.contains("corp"))
    #expect(gate.resolver.questions == ["proxy.example"])
    let heads = proxy.heads.withLock { $0 }
    #expect(heads.count == 1 && heads[0].hasPrefix("CONNECT good.example:\(server.port) HTTP/1.1\r\n"))
    let record = "\(gate.mediator.requests) \(gate.mediator.completions)"
    #expect(!record.contains("sesame") && !record.contains("bWU6"))
  }

  @Test("TLS to the server is proved inside the tunnel, for each connection")
  func secure() async throws {
    let origin = try await blocking { try SecureOrigin() }
    let proxy = try FakeProxy()
    for isTrusted in [true, false] {
      let gate = try await gate(proxy, origin.port, authorities: isTrusted ? origin.authority : [])
      let scratch = try Scratch()
      try scratch.write(String(decoding: gate.trust.bundle, as: UTF8.self), to: "bundle")
      let words = [
        "-sS", "-m", "20", "--proxy", "http://127.0.0.1:\(gate.proxyPort)", "--cacert", scratch.path + "/bundle",
        "https://good.example:\(origin.port)/one", "https://good.example:\(origin.port)/two",
      ]
      let result = try await blocking { try Tool("/usr/bin/curl", environment: [:]).run(words) }
      await gate.close()
      #expect(result.output.contains(isTrusted ? "\"path\": \"/two\"" : "server-untrusted"), "\(result)")
      #expect(Set(gate.resolver.questions) == ["proxy.example"])
    }
    #expect(origin.requests.count == 2)
  }

  @Test(
    "What is no success is told as the proxy's refusal, in both ways through",
    arguments: [
      "HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 403 No\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 302 There\r\nLocation: http://evil.example/\r\n\r\n", "", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\n\n",
      "HTTP/1.1 200 OK\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\nA\0: 1\r\n\r\n", "HTTP/2 200\r\n\r\n",
      "HTTP/1.1 200 OK\r\nA: " + String(repeating: "a", count: 17 << 10) + "\r\n\r\n",
    ])
  func refused(answer: String) async throws {
    let server = try TestServer.http()
    let proxy = try FakeProxy(answer: answer)
    let gate = try await gate(proxy, server.port)
    for told in [try await clear(gate, server.port), try await tunnel(gate, server.port)] {
      #expect(told.hasPrefix("HTTP/1.1 502 ") && told.contains("\"upstream-proxy-refused\""), "\(told)")
      #expect(told.contains("(407)") == answer.contains(" 407 "))
    }
    await gate.close()
    #expect(server.connections == 0 && proxy.heads.withLock { $0.count } == 2)
  }

  @Test("What the server says behind the proxy's answer reaches a client of a tunnel that is not opened")
  func serverFirst() async throws {
    let server = try TestServer { peer in
      try peer.send("hello, I speak first\n")
      try peer.send(try peer.receive())
      peer.finish()
    }
    let proxy = try FakeProxy()
    let gate = try await gate(proxy, server.port, transport: .tcp)
    let said = try await blocking {
      let peer = try gate.proxied()
      try peer.send("CONNECT good.example:\(server.port) HTTP/1.1\r\nHost: good.example:\(server.port)\r\n\r\n")
      var said = try peer.receiveHead() + String(decoding: try peer.receive(exactly: 21), as: UTF8.self)
      try peer.send("\0echo")
      said += try peer.receiveText()
      return said
    }
    await gate.close()
    #expect(said.hasSuffix("\r\n\r\nhello, I speak first\n\0echo"), "\(said)")
    #expect(proxy.heads.withLock { $0.count } == 1)
  }

  @Test("Exceptions are dialled as without a proxy, and what no rule allows does not reach it")
  func exceptions() async throws {
    let server = try TestServer.http()
    let proxy = try FakeProxy()
    let gate = try await gate(
      proxy, server.port, exceptions: [.host(try HostPattern("good.example"))], rules: opened(server.port))
    #expect(try await clear(gate, server.port).hasPrefix("HTTP/1.1 200 "))
    await gate.close()
    #expect(gate.resolver.questions == ["good.example"])
    let other = try await self.gate(proxy, 1)
    let answer = try await blocking {
      let peer = try other.proxied()
      try peer.send("GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
      return try peer.receiveText()
    }
    await other.close()
    #expect(answer.hasPrefix("HTTP/1.1 403 ") && other.resolver.questions.isEmpty)
    #expect(proxy.heads.withLock { $0.isEmpty })
  }

  @Test("A proxy's password that may not go there, or is gone, starts no session")
  func misplaced() async throws {
    let elsewhere = SecretCard(name: "corp", rule: SecretRule(hosts: [try HostPattern("proxy.example")]), created: 1)
    var settings = EgressSettings()
    settings.upstreamProxy = UpstreamProxy(
      host: .name(try HostName("proxy.example")), port: 3128, credentials: .init(username: "me", secret: "corp"))
    for (cards, code) in [([elsewhere], "egress-settings"), ([], "secret-unknown")] {
      let broker = TestBroker(cards, ["corp": "x"])
      var found: String?
      do throws(Fault) { _ = try await ProxyRoute.find(settings, broker) } catch { found = error.code }
      #expect(found == code)
    }
  }

  @Test("An answer is read the same however it is cut")
  func cuts() {
    let head = Array("HTTP/1.1 200 OK\r\nVia: corp\r\n\r\n".utf8)
    for end in 0..<head.count { #expect(ProxyAnswer(head[..<end]) == .undecided) }
    #expect(ProxyAnswer(head + Array("more".utf8)) == .tunnel(head.count))
  }
}
