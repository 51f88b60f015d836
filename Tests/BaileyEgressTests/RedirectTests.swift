import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// Root, `ip` and `nft`: a namespace whose TCP and DNS are redirected as in a sandbox.
private let canRedirect: Bool = {
  let isRoot = (try? Descriptor.openFile("/etc/shadow")) != nil
  return isRoot && (try? Descriptor.openFile("/usr/sbin/nft")) != nil
    && (try? Descriptor.openFile("/usr/sbin/ip")) != nil
}()

extension Descriptor {
  /// Whether the file can be opened for reading.
  fileprivate static func openFile(_ path: String) throws(Errno) -> Bool {
    _ = try Descriptor.workingDirectory.open(path, .readOnly)
    return true
  }
}

@Suite("Transparent redirection", .enabled(if: canRedirect || mustIsolate))
struct RedirectTests {
  private static func run(_ command: String) throws {
    let path = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    let process = try Program("/bin/sh", arguments: ["-c", command], environment: path).start()
    #expect(try Program.reap(process, wait: true) == .exited(0), "\(command)")
  }

  /// In the calling thread's new namespace: everything is local, TCP goes to 41000, UDP 53 to 41053.
  private static func redirect() throws {
    try NetworkNamespace.enterNew()
    try run("ip link set lo up && ip route add local default dev lo && ip -6 route add local default dev lo")
    try run(
      """
      nft -f - <<'RULES'
      table inet bailey {
        chain output {
          type nat hook output priority -100; policy accept;
          ip daddr 127.0.0.0/8 return
          ip6 daddr ::1 return
          meta l4proto tcp redirect to :41000
          udp dport 53 redirect to :41053
        }
      }
      RULES
      """)
  }

  private struct Inside: Sendable {
    var channels: [SandboxChannel: Int32]
    var clientIPv4, clientIPv6: Int32
    var question: Int32
  }

  /// Sockets made here stay in the namespace, whichever thread uses them.
  private static func enter() throws -> Inside {
    try redirect()
    let any4 = ip("0.0.0.0")
    let any6 = ip("::")
    let ipv4 = try Socket.listener(on: Endpoint(any4, 41000))
    let resolver = try Socket.datagram(boundTo: Endpoint(any4, 41053))
    let ipv6 = try Socket.listener(on: Endpoint(ip("::1"), 41000))
    return Inside(
      channels: [.captureIPv4: ipv4, .captureIPv6: ipv6, .resolverIPv4: resolver],
      clientIPv4: try Socket.stream(for: Endpoint(any4, 0)), clientIPv6: try Socket.stream(for: Endpoint(any6, 0)),
      question: try Socket.datagram(boundTo: Endpoint(any4, 0)))
  }

  private static func tunnel(_ client: Int32, to target: Endpoint, _ bytes: [UInt8]) throws -> [UInt8] {
    _ = try Socket.connect(client, to: target)
    _ = try poll([(client, .output)], milliseconds: 20_000)
    let peer = Peer(owning: client)
    try peer.send(bytes)
    peer.finish()
    return try peer.receiveAll()
  }

  @Test("DNS and TCP of a namespace, IPv4 and IPv6, arrive with their original destinations")
  func redirected() async throws {
    let server = try TestServer.echo()
    let inside = try await blocking { try Self.enter() }
    let mediator = TestMediator(hosts: ["good.example"])
    let gate = try NetworkGate(
      inspector: Unseeing(), resolver: TestResolver(["good.example": ["127.0.0.1"]]), host: TestGate.host)
    let session = try await gate.open(
      subject: TestGate.subject(), channels: inside.channels,
      rules: opened(server.port, also: [rule("good.example", server.port, opaque: true)]), uploadBudget: nil,
      mediator: mediator)
    let hello = clientHello("good.example")
    let echoed = try await blocking { () -> [[UInt8]] in
      let nameserver = Endpoint(ip("8.8.8.8"), 53)
      try Socket.send(Datagram(bytes: dnsQuery("good.example"), peer: nameserver, local: nil), through: inside.question)
      _ = try poll([(inside.question, .input)], milliseconds: 20_000)
      let answer = try #require(try Socket.receiveDatagram(inside.question, limit: 512))
      #expect(answer.peer == nameserver)
      let synthetic = try #require(IPAddress(bytes: Array(answer.bytes.suffix(4))))
      let first = try Self.tunnel(inside.clientIPv4, to: Endpoint(synthetic, server.port), hello)
      let second = try Self.tunnel(inside.clientIPv6, to: Endpoint(ip("2001:4860::8888"), server.port), hello)
      return [first, second]
    }
    #expect(echoed == [hello, hello])
    await session.close()
    Socket.close(inside.question)
    #expect(
      mediator.requests.filter { $0.verb == .netConnect }.allSatisfy { $0.resource["port"]?.int == Int64(server.port) })
  }

  @Test(
    "A name that has IPv6 addresses only is reached from inside, by its synthetic address and by an IPv6 literal with its SNI"
  )
  func onlyIPv6() async throws {
    let server = try TestServer.echo(on: Endpoint(ip("::1"), 0))
    let inside = try await blocking { try Self.enter() }
    let range = try #require(try? AddressRange("::1"))
    let rules = [
      NetworkRule(target: .address(range), ports: [server.port...server.port], source: SourceLocation(file: "t")),
      rule("six.example", server.port, opaque: true),
    ]
    let mediator = TestMediator(hosts: ["six.example"])
    let gate = try NetworkGate(
      inspector: Unseeing(), resolver: TestResolver(["six.example": ["::1"]]), host: TestGate.host)
    let session = try await gate.open(
      subject: TestGate.subject(), channels: inside.channels, rules: rules, uploadBudget: nil, mediator: mediator)
    let hello = clientHello("six.example")
    let echoed = try await blocking { () -> [[UInt8]] in
      let nameserver = Endpoint(ip("8.8.8.8"), 53)
      var answers: [[UInt8]] = []
      for type in [28, 1] as [UInt8] {
        let query = dnsQuery("six.example", type: type)
        try Socket.send(Datagram(bytes: query, peer: nameserver, local: nil), through: inside.question)
        _ = try poll([(inside.question, .input)], milliseconds: 20_000)
        answers.append(try #require(try Socket.receiveDatagram(inside.question, limit: 512)).bytes)
      }
      #expect(answers[0][7] == 0 && answers[1][7] == 1)
      let synthetic = try #require(IPAddress(bytes: Array(answers[1].suffix(4))))
      return [
        try Self.tunnel(inside.clientIPv4, to: Endpoint(synthetic, server.port), hello),
        try Self.tunnel(inside.clientIPv6, to: Endpoint(ip("2606:4700:4700::1111"), server.port), hello),
      ]
    }
    #expect(echoed == [hello, hello])
    await session.close()
    Socket.close(inside.question)
    #expect(
      mediator.completions.filter { $0.0.verb == .netConnect }.allSatisfy {
        $0.1.detail["address"]?.string == "[::1]:\(server.port)"
      })
  }
}
