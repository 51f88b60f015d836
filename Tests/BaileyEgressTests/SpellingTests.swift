import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyEgress

/// Ways to write a private address so that somebody takes it for a name. Every name is allowed here, and every name leads to loopback or
/// a metadata service: only what an address is keeps it closed.
@Suite("Spellings of private addresses", .serialized)
struct SpellingTests {
  /// Those that made other gates dial inwards, and each class of address that is not the public's.
  static let known = [
    "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost",
    "[64:ff9b::7f00:1]",
    "[::ffff:7f00:1]", "100.64.0.1", "169.254.169.254", "[fd00:ec2::254]", "[fe80::1]", "127.0.0.1", "[::1]", "[::]",
    "10.0.0.1", "172.16.0.1", "192.168.0.1", "[::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "127.0.0.1.",
    "127.0.0.1.nip.io", "localtest.me", "0", "0x7f.1", "017700000001", "127.000.000.001", "[fe80::1%25lo]", "[::1%lo]",
    "metadata.google.internal", "224.0.0.1", "255.255.255.255", "192.0.0.192", "100.100.100.200", "[fc00::1]",
    "[64:ff9b:1::7f00:1]", "127。0。0。1", "①②⑦.0.0.1", "127.0.0.1%00.good.example", "127.0.0.1\\.good.example",
  ]

  /// What the generator of cujanovic/SSRF-Testing makes of an address: URLs, made of chance from a fixed seed.
  private static func generated(_ address: String, _ port: UInt16) throws -> [String] {
    let program = """
      import random, sys
      random.seed(1)
      sys.argv = ['ip.py', '\(address)', '\(port)', 'good.example']
      exec(compile(open('\(Vectors.folder)/http/ssrf/ip.py', encoding='utf-8').read(), 'ip.py', 'exec'))
      """
    let result = try Tool("/usr/bin/python3").run(["-B", "-W", "ignore", "-c", program])
    return result.output.split(separator: "\n").map(String.init).filter { $0.contains("://") && !$0.contains("\u{1B}") }
  }

  private static func metadata() -> [String] {
    (Vectors.text("http/ssrf/cloud-metadata.txt") ?? "").split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("http") }.map { String($0.prefix { $0 != " " }) }
  }

  /// Between the scheme and the path, as it stands.
  private static func authority(_ url: String) -> String {
    guard let start = url.firstRange(of: "://") else { return url }
    return String(url[start.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" })
  }

  private struct Door {
    let server: TestServer
    let gate: TestGate
    var port: UInt16 { server.port }
  }

  /// - Parameter isOpen: whether a rule names loopback, so that something passes.
  private func door(isOpen: Bool = false) async throws -> Door {
    let server = try TestServer.http()
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]], rules: isOpen ? opened(server.port) : [rule("good.example", server.port)],
      otherwise: ["127.0.0.1", "169.254.169.254", "::1"])
    return Door(server: server, gate: gate)
  }

  private func say(_ door: Door, _ bytes: [UInt8]) throws -> String {
    let peer = try door.gate.proxied()
    try peer.send(bytes)
    peer.finish()
    return try peer.receiveText()
  }

  private func absolute(_ door: Door, _ url: String, host: String) throws -> String {
    try say(door, Array("GET \(url) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8))
  }

  /// A request through a tunnel, where there is one.
  private func connect(_ door: Door, _ authority: String) throws -> String {
    let peer = try door.gate.proxied()
    try peer.send(Array("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8))
    let head = try peer.receiveHead()
    guard head.hasPrefix("HTTP/1.1 200") else { return head }
    try peer.send("GET / HTTP/1.1\r\nHost: \(authority)\r\n\r\n")
    peer.finish()
    return try peer.receiveText()
  }

  /// The same by SOCKS5, with a name, whatever it looks like.
  private func socks(_ door: Door, _ host: String) throws -> String {
    let peer = try door.gate.proxied()
    let name = Array(host.utf8.prefix(255))
    try peer.send([5, 1, 0])
    _ = try peer.receive(exactly: 2)
    try peer.send([5, 1, 0, 3, UInt8(name.count)] + name + [UInt8(door.port >> 8), UInt8(door.port & 0xFF)])
    let code = try peer.receive(exactly: 10)[1]
    guard code == 0 else { return "refused \(code)" }
    try peer.send("GET / HTTP/1.1\r\nHost: \(host):\(door.port)\r\n\r\n")
    peer.finish()
    return try peer.receiveText()
  }

  private func isRefused(_ answer: String) -> Bool { answer.hasPrefix("HTTP/1.1 40") }

  @Test("Where a rule names it, loopback is reached by each door: the checks below see an open one")
  func control() async throws {
    let door = try await door(isOpen: true)
    let host = "127.0.0.1:\(door.port)"
    let answers = try await blocking {
      try [
        absolute(door, "http://\(host)/", host: host),
        absolute(door, "http://good.example:\(door.port)/", host: "good.example:\(door.port)"),
        connect(door, host), socks(door, "good.example"),
      ]
    }
    #expect(answers.map { $0.contains("x-test: 1") } == [true, true, true, true], "\(answers)")
    #expect(door.server.connections == 4)
    await door.gate.close()
  }

  @Test("No known spelling of a private address is reached by CONNECT, an absolute URL, SOCKS or a look-up")
  func knownSpellings() async throws {
    let door = try await door()
    try await blocking {
      for host in Self.known {
        let authority = "\(host):\(door.port)"
        #expect(try isRefused(connect(door, authority)), "CONNECT \(host)")
        #expect(try isRefused(absolute(door, "http://\(authority)/", host: authority)), "URL \(host)")
        #expect(try isRefused(absolute(door, "http://\(authority)/", host: "good.example")), "URL \(host)")
        #expect(try socks(door, host).hasPrefix("refused"), "SOCKS \(host)")
        try lookUp(door, host)
      }
    }
    await door.gate.close()
    #expect(door.server.connections == 0 && door.gate.mediator.observations.count > Self.known.count)
  }

  /// Whatever has an address at the resolver has a synthetic one, or loopback of the sandbox, where nothing of the host listens.
  private func lookUp(_ door: Door, _ host: String) throws {
    let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: true)
    guard labels.allSatisfy({ $0.count < 64 }), host != "localhost" else { return }
    let name = labels.flatMap { [UInt8($0.count)] + Array($0) }
    let query: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name + [0, 0, 1, 0, 1]
    let peer = try door.gate.toResolver()
    try peer.send([0, UInt8(query.count)] + query)
    let length = Int(try peer.receive(exactly: 2)[1])
    let answer = try peer.receive(exactly: length)
    guard answer[7] > 0 else { return }
    let address = try #require(IPAddress(bytes: Array(answer.suffix(4))))
    #expect(SyntheticNames.isSynthetic(address), "\(host) is \(address)")
    let captured = try door.gate.captured(to: Endpoint(address, door.port))
    try captured.send("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    captured.finish()
    #expect(isRefused(try captured.receiveText()), "captured \(host)")
  }

  @Test(
    "None of the URLs that others collected or generated is reached",
    .enabled(if: mustIsolate || Vectors.text("http/ssrf/ip.py") != nil))
  func generatedSpellings() async throws {
    let door = try await door()
    let count = try await blocking {
      let urls = try Self.generated("127.0.0.1", door.port) + Self.generated("169.254.169.254", 80) + Self.metadata()
      for url in urls {
        let authority = Self.authority(url)
        #expect(try isRefused(absolute(door, url, host: "good.example:\(door.port)")), "\(url)")
        #expect(try isRefused(absolute(door, url, host: authority)), "\(url)")
        #expect(try isRefused(connect(door, authority)), "CONNECT \(authority)")
      }
      return urls.count
    }
    await door.gate.close()
    #expect(door.server.connections == 0 && count > 780)
  }
}
