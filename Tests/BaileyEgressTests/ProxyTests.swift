import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyEgress

@Suite("The explicit proxy")
struct ProxyTests {
  private func gate(_ server: TestServer, _ transport: NetworkRule.Transport = .any) async throws -> TestGate {
    try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port, transport, opaque: true)]))
  }

  private func connect(_ gate: TestGate, _ target: String, host: String? = nil, then bytes: [UInt8]) async throws
    -> (String, [UInt8])
  {
    try await blocking {
      let peer = try gate.proxied()
      try peer.send("CONNECT \(target) HTTP/1.1\r\nHost: \(host ?? target)\r\n\r\n")
      let head = try peer.receiveHead()
      guard head.hasPrefix("HTTP/1.1 200") else { return (head, try peer.receiveAll()) }
      try peer.send(bytes)
      peer.finish()
      return (head, try peer.receiveAll())
    }
  }

  @Test("CONNECT with the same name in SNI is a tunnel")
  func connect() async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let hello = clientHello("good.example", split: 40)
    let (head, body) = try await connect(gate, "GOOD.example:\(server.port)", then: hello)
    #expect(head.hasPrefix("HTTP/1.1 200"))
    #expect(body == hello)
    await gate.close()
  }

  @Test(
    "What comes out of a tunnel under another name, without one or with a hidden one never reaches the server",
    arguments: [clientHello("evil.example"), clientHello(nil), clientHello("good.example", ech: true)])
  func disagreement(hello: [UInt8]) async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let (_, body) = try await connect(gate, "good.example:\(server.port)", then: hello)
    #expect(body == [21, 3, 3, 0, 2, 2, 49])
    await gate.close()
    #expect(gate.session.traffic.sent == 0)
    #expect(gate.mediator.completions.contains { $0.0.verb == .netConnect && !$0.1.succeeded })
  }

  @Test("A refused CONNECT tells the agent the code, the reason and the rule in JSON")
  func refused() async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let (head, body) = try await connect(gate, "evil.example:443", then: [])
    #expect(head.hasPrefix("HTTP/1.1 403 Forbidden\r\ncontent-type: application/json"))
    let error = try JSON.parse(body)["error"]
    #expect(error?["code"]?.string == "nothing-allows")
    #expect(error?["host"]?.string == "evil.example")
    #expect(error?["port"]?.int == 443)
    #expect(error?["source"]?.string == "m.yaml:7")
    #expect(gate.resolver.questions == [])
    await gate.close()
  }

  @Test(
    "A target that is no plain name or address is refused before anybody is asked",
    arguments: [
      "evil\u{0}.good.example:443", "good.example%00:443", "127.1:443", "2130706433:443", "0x7f000001:443",
      "0177.0.0.1:443", "[::1%25lo]:443", "good.example:0", "good.example:99999", "good.example",
      "user@good.example:443",
      "xn--:443:1", "-good.example:443", "good..example:443", "\u{FF10}.example:443",
    ])
  func spellings(target: String) async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let (head, _) = try await connect(gate, target, then: [])
    #expect(head.hasPrefix("HTTP/1.1 400"))
    #expect(gate.mediator.requests.isEmpty)
    #expect(gate.resolver.questions.isEmpty)
    await gate.close()
    #expect(gate.mediator.observations.count == 1)
  }

  @Test(
    "An address that no rule names is refused in every class",
    arguments: [
      "127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "0.0.0.0",
    ])
  func addresses(address: String) async throws {
    let gate = try await TestGate()
    let (head, body) = try await connect(gate, "\(address):443", then: [])
    #expect(head.hasPrefix("HTTP/1.1 403"))
    #expect(try JSON.parse(body)["error"]?["code"]?.string == "address-not-named")
    await gate.close()
  }

  @Test("A Host field that disagrees with the CONNECT target is refused")
  func hostField() async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let (head, body) = try await connect(gate, "good.example:\(server.port)", host: "evil.example", then: [])
    #expect(head.hasPrefix("HTTP/1.1 403"))
    #expect(try JSON.parse(body)["error"]?["code"]?.string == "name-mismatch")
    await gate.close()
  }

  @Test(
    "A name that leads to a loopback, private, metadata or mapped address is not dialled",
    arguments: [
      "127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "fd00:ec2::254",
      "100.64.0.1",
    ])
  func rebinding(address: String) async throws {
    let gate = try await TestGate(names: ["good.example": [address]], rules: [rule("good.example", 443)])
    let (head, body) = try await connect(gate, "good.example:443", then: [])
    #expect(head.hasPrefix("HTTP/1.1 403"))
    #expect(try JSON.parse(body)["error"]?["code"]?.string == "address-not-named")
    await gate.close()
    #expect(gate.mediator.completions.contains { !$0.1.succeeded })
  }

  @Test("SOCKS5 by name is a tunnel once the names agree")
  func socks() async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let hello = clientHello("good.example")
    let answer = try await socks(gate, [3, 12] + Array("good.example".utf8), server.port, then: hello)
    #expect(answer == [5, 0] + SOCKSRequest.reply(0) + hello)
    await gate.close()
  }

  private func socks(_ gate: TestGate, _ target: [UInt8], _ port: UInt16, then bytes: [UInt8]) async throws -> [UInt8] {
    try await blocking {
      let peer = try gate.proxied()
      try peer.send([5, 2, 0, 2])
      let greeting = try peer.receive(exactly: 2)
      try peer.send([5, 1, 0] + target + [UInt8(port >> 8), UInt8(port & 0xFF)])
      let reply = try peer.receive(exactly: 10)
      guard reply[1] == 0 else { return greeting + reply + (try peer.receiveAll()) }
      try peer.send(bytes)
      peer.finish()
      return greeting + reply + (try peer.receiveAll())
    }
  }

  @Test(
    "SOCKS5 names with a NUL and denied names get the code for `not allowed`",
    arguments: ["attacker\u{0}.good.example", "evil.example", "good.example%2e", "127.1"])
  func socksRefusal(host: String) async throws {
    let server = try TestServer.echo()
    let gate = try await gate(server)
    let answer = try await socks(gate, [3, UInt8(host.utf8.count)] + Array(host.utf8), 443, then: [])
    #expect(answer == [5, 0] + SOCKSRequest.reply(SOCKSRequest.refused))
    #expect(gate.resolver.questions.isEmpty)
    await gate.close()
  }

  @Test("SOCKS4, SOCKS5 with a password only, BIND and TLS to the proxy are refused in their own language")
  func foreignProtocols() async throws {
    let gate = try await TestGate()
    func say(_ bytes: [UInt8]) async throws -> [UInt8] {
      try await blocking {
        let peer = try gate.proxied()
        try peer.send(bytes)
        return try peer.receiveAll()
      }
    }
    #expect(try await say([4, 1, 0, 80, 1, 2, 3, 4, 0]) == [0, 0x5B, 0, 0, 0, 0, 0, 0])
    #expect(try await say([5, 1, 2]) == [5, 0xFF])
    #expect(try await say([5, 1, 0, 5, 2, 0, 1, 1, 2, 3, 4, 0, 80]) == [5, 0] + SOCKSRequest.reply(7))
    #expect(try await say(clientHello("good.example")) == [21, 3, 3, 0, 2, 2, 49])
    #expect(
      String(decoding: try await say(Array("GET / HTTP/1.1\r\nHost: x.example\r\n\r\n".utf8)), as: UTF8.self)
        .hasPrefix("HTTP/1.1 400"))
    await gate.close()
    #expect(gate.mediator.requests.isEmpty)
  }

  @Test("A name that only a policy opens may be spoken to in TLS and HTTP, and in nothing else")
  func openedByPolicy() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port))
    let hello = clientHello("good.example")
    // The gate answers the hello itself, and finds too little in it.
    #expect(try await connect(gate, "good.example:\(server.port)", then: hello).1.first == 21)
    let (head, body) = try await connect(gate, "good.example:\(server.port)", then: Array("SSH-2.0-x\r\n".utf8))
    #expect(head.hasPrefix("HTTP/1.1 200") && !body.starts(with: "SSH".utf8))
    let (_, other) = try await connect(gate, "good.example:\(server.port)", then: clientHello("evil.example"))
    #expect(other == [21, 3, 3, 0, 2, 2, 49])
    await gate.close()
    #expect(gate.session.traffic.sent == 0 && gate.mediator.refusalCodes.contains("client-handshake"))
  }

  @Test("A name that only a policy opens does not lead to a private address, and no address is opened by a policy")
  func privateByPolicy() async throws {
    let gate = try await TestGate(
      mediator: TestMediator(hosts: ["good.example"]), names: ["good.example": ["10.0.0.1"]], rules: [])
    for target in ["good.example:443", "8.8.8.8:443"] {
      let (head, body) = try await connect(gate, target, then: [])
      #expect(head.hasPrefix("HTTP/1.1 403"))
      #expect(try JSON.parse(body)["error"]?["code"]?.string == "address-not-named")
    }
    await gate.close()
  }

  @Test("A server may speak first only where a rule of transport tcp says so, and names inside are still compared")
  func serverFirst() async throws {
    let server = try TestServer { peer in
      try peer.send("220 hello\r\n")
      try peer.send(try peer.receive())
      peer.finish()
    }
    let gate = try await gate(server, .tcp)
    func tunnel(_ bytes: [UInt8]) async throws -> String {
      try await blocking {
        let peer = try gate.proxied()
        try peer.send("CONNECT good.example:\(server.port) HTTP/1.1\r\nHost: good.example:\(server.port)\r\n\r\n")
        _ = try peer.receiveHead()
        let banner = try peer.receive(exactly: 11)
        try peer.send(bytes)
        return String(decoding: banner + (try peer.receiveAll()), as: UTF8.self)
      }
    }
    #expect(try await tunnel(Array("SSH-2.0-x\r\n".utf8)) == "220 hello\r\nSSH-2.0-x\r\n")
    let refused = try await tunnel(Array("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".utf8))
    #expect(refused.contains("name-mismatch"))
    await gate.close()
  }

  @Test(
    "What may pass unread is asked for as that before anything is dialled, by CONNECT, by SOCKS5 and captured",
    arguments: [
      (NetworkRule.Transport.tcp, false, "tcp"), (.any, true, "opaque"), (.tls, true, "opaque"),
      (.any, false, "connect"),
    ])
  func unread(transport: NetworkRule.Transport, opaque: Bool, word: String) async throws {
    let mediator = TestMediator { action in
      ["tcp", "opaque"].contains(action.resource["transport"]?.string ?? "")
        ? [Reason(.deny, "no-raw", "nothing passes unread")] : [Reason(.allow, "x", "x")]
    }
    let server = try TestServer.echo()
    let port = server.port
    let gate = try await TestGate(
      mediator: mediator, names: ["good.example": ["127.0.0.1"]],
      rules: opened(port, also: [rule("good.example", port, transport, opaque: opaque)]))
    let (head, _) = try await connect(gate, "good.example:\(port)", then: [])
    #expect(head.hasPrefix(word == "connect" ? "HTTP/1.1 200" : "HTTP/1.1 403"))
    let reply = try await socks(gate, [3, 12] + Array("good.example".utf8), port, then: [])
    #expect(reply[3] == (word == "connect" ? 0 : SOCKSRequest.refused))
    // To a bare address, with the name in the hello alone.
    try await blocking {
      let peer = try gate.captured(to: Endpoint(try IPAddress("8.8.8.8"), port))
      try peer.send(clientHello("good.example"))
      peer.finish()
      _ = try peer.receiveAll()
    }
    await gate.close()
    let words = gate.mediator.requests.compactMap { $0.resource["transport"]?.string }
    #expect(words == (word == "connect" ? ["connect", "socks5", "tls"] : [word, word, word]))
    #expect(gate.session.traffic.sent == 0)
  }

  @Test("The rule that names a host most closely says whether its TLS is opened")
  func closest() throws {
    let name = NamedHost.name(try HostName("x.a.example"))
    func word(_ rules: NetworkRule...) -> String? { EgressRules(rules).unread(name, 443, isTLS: true) }
    #expect(word(rule("*.a.example", 443, opaque: true), rule("x.a.example", 443)) == nil)
    #expect(word(rule("*.a.example", 443), rule("x.a.example", 443, opaque: true)) == "opaque")
    #expect(word(rule("*.a.example", 443, .tcp), rule("x.a.example", 443)) == nil)
    #expect(word(rule("*.a.example", 443, .tcp), rule("x.a.example", 444)) == "tcp")
    #expect(word(rule("x.a.example", 443), rule("x.a.example", 443, opaque: true)) == "opaque")
  }

  @Test("Bytes to an address that a rule opens for anything are asked for as such, also through CONNECT")
  func unreadAddress() async throws {
    let server = try TestServer.echo()
    let gate = try await TestGate(rules: opened(server.port))
    let (_, echo) = try await connect(gate, "127.0.0.1:\(server.port)", then: Array("SSH-2.0-x\r\n".utf8))
    #expect(echo == Array("SSH-2.0-x\r\n".utf8))
    await gate.close()
    #expect(gate.mediator.requests.map { $0.resource["transport"]?.string } == ["address"])
  }
}
