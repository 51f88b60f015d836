import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyEgress

/// curl and Python as the agent's programs, a server with its own authority behind the gate.
@Suite("Opened TLS", .serialized)
struct InterceptTests {
  /// A gate with one origin behind it, and curl before it.
  private final class Scene: Sendable {
    let origin: SecureOrigin
    let gate: TestGate
    private let scratch: Scratch

    init(
      _ origin: SecureOrigin, trusts: Bool = true, mutual: Bool = false, opaque: Bool = false, budget: Int64? = nil,
      hasCeiling: Bool = false, clientPort: UInt16? = nil,
      mediator: TestMediator = TestMediator(hosts: ["good.example"]), change: (inout GateOptions) -> Void = { _ in }
    ) async throws {
      self.origin = origin
      var settings = EgressSettings()
      if trusts { settings.authorities = origin.authority }
      if mutual {
        let chain = Array(try origin.scratch.read("client.pem").utf8)
        let key = Array(try origin.scratch.read("client.key").utf8)
        settings.clients = [
          .init(
            host: try HostPattern("good.example"), port: clientPort ?? origin.port,
            identity: .init(chain: chain, key: key))
        ]
      }
      let (port, answers) = (origin.port, ["good.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]])
      gate = try await TestGate(
        mediator: mediator, names: answers,
        rules: opened(
          port, also: [rule("good.example", port, opaque: opaque), rule("other.example", port, opaque: opaque)]),
        uploadBudget: budget, settings: settings, hasCeiling: hasCeiling, change: change)
      scratch = try Scratch()
      try scratch.write(String(decoding: gate.trust.bundle, as: UTF8.self), to: "bundle")
      try scratch.write(String(decoding: origin.authority, as: UTF8.self), to: "origin")
    }

    /// - Parameter trusted: which file vouches: `bundle` of the session or `origin`.
    func curl(_ arguments: [String], _ url: String = "/", host: String = "good.example", trusted: String = "bundle")
      async throws -> Tool.Result
    {
      let words =
        ["-sS", "-m", "20", "--proxy", "http://127.0.0.1:\(gate.proxyPort)", "--cacert", scratch.path + "/" + trusted]
        + arguments + ["https://\(host):\(origin.port)\(url)"]
      return try await blocking { try Tool("/usr/bin/curl", environment: [:]).run(words) }
    }

    func python(_ program: String) async throws -> Tool.Result {
      let words = ["-c", program, "\(gate.proxyPort)", "\(origin.port)", scratch.path + "/bundle"]
      return try await blocking { try Tool("/usr/bin/python3", environment: [:]).run(words) }
    }

    var bundle: String { scratch.path + "/bundle" }

    var requests: [Action] { gate.mediator.requests.filter { $0.verb == .httpRequest } }
  }

  /// Its keys take openssl a while, on a thread of its own.
  private func origin(_ make: @escaping @Sendable () throws -> SecureOrigin) async throws -> SecureOrigin {
    try await blocking(make)
  }

  private func json(_ result: Tool.Result) throws -> JSON {
    try #require(try? JSON.parse(Array(result.output.utf8)), "\(result)")
  }

  @Test("A request inside TLS is an action of its own, and reaches a server that proved its name")
  func request() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let answer = try json(try await scene.curl(["-d", "body", "-H", "X-Test: 1"], "/path?secret=1"))
    #expect(answer["path"]?.string == "/path?secret=1" && answer["length"]?.int == 4)
    #expect(answer["headers"]?["host"]?.string == "good.example:\(scene.origin.port)")
    #expect(answer["headers"]?["x-test"]?.string == "1" && answer["tls"]?.string == "TLSv1.3")
    await scene.gate.close()
    let action = try #require(scene.requests.first)
    #expect(scene.requests.count == 1 && action.resource["scheme"]?.string == "https")
    #expect(action.resource["host"]?.string == "good.example" && action.resource["method"]?.string == "POST")
    #expect(action.resource["path"]?.string == "/path" && action.resource["bytes"]?.int == 4)
    let outcomes = scene.gate.mediator.completions
    #expect(outcomes.count == 2 && outcomes.allSatisfy { $0.1.succeeded })
    #expect(outcomes.first { $0.0.verb == .netConnect }?.1.detail["opened"] == true)
  }

  @Test("Captured connections are opened as well, and the certificate is for the name that was asked for")
  func captured() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let (gate, port) = (scene.gate, scene.origin.port)
    let relay = try TestServer { peer in
      let inner = try gate.captured(to: Endpoint(try synthetic("good.example", at: gate), port))
      try startThread("up") { while let bytes = try? peer.receive(), !bytes.isEmpty { try? inner.send(bytes) } }
      while case let bytes = try inner.receive(), !bytes.isEmpty { try peer.send(bytes) }
    }
    let result = try await scene.curl(
      ["--noproxy", "*", "--connect-to", "good.example:\(port):127.0.0.1:\(relay.port)", "-w", "%{certs}"])
    #expect(result.status == 0 && result.output.contains("DNS:good.example"), "\(result)")
    #expect(result.output.contains("O = Bailey"))
    await gate.close()
    #expect(scene.requests.count == 1)
  }

  @Test("What is refused inside TLS is answered with JSON, and reaches nobody")
  func refused() async throws {
    let mediator = TestMediator { action in
      action.resource["method"]?.string == "DELETE"
        ? [Reason(.deny, "no-deletes", "nothing is deleted", source: SourceLocation(file: "m.yaml", line: 7))]
        : [Reason(.allow, "x", "x")]
    }
    let scene = try await Scene(try await origin { try SecureOrigin() }, mediator: mediator)
    let answer = try json(try await scene.curl(["-X", "DELETE"]))
    #expect(answer["error"]?["code"]?.string == "no-deletes" && answer["error"]?["source"]?.string == "m.yaml:7")
    let elsewhere = try json(try await scene.curl(["-H", "Host: evil.example"]))
    #expect(elsewhere["error"]?["code"]?.string == "name-mismatch")
    let other = try json(try await scene.curl(["-H", "Host: good.example:1"]))
    #expect(other["error"]?["code"]?.string == "name-mismatch")
    await scene.gate.close()
    #expect(scene.origin.requests == [])
  }

  @Test(
    "A server that does not prove its name is not asked, and the agent reads why",
    arguments: [
      ("DNS:good.example", 1, "other", "no authority that is trusted"), ("DNS:good.example", -1, "ca", "expired"),
      ("DNS:evil.example", 1, "ca", "is not for the name"), ("IP:127.0.0.1", 1, "ca", "is not for the name"),
      ("DNS:good.example", 1, "self", "no authority that is trusted"),
    ])
  func untrusted(names: String, days: Int, signer: String, why: String) async throws {
    let scene = try await Scene(try await origin { try SecureOrigin(names: names, days: days, signer: signer) })
    let answer = try json(try await scene.curl(["-w", "\n%{stderr}%{http_code}"]))
    #expect(answer["error"]?["code"]?.string == "server-untrusted")
    #expect(answer["error"]?["reason"]?.string?.contains(why) == true, "\(answer)")
    await scene.gate.close()
    #expect(scene.origin.requests == [] && scene.gate.mediator.refusalCodes == ["server-untrusted"])
  }

  @Test("Less than TLS 1.2 is spoken with no server, and 1.2 is", arguments: [("1.1", false), ("1.2", true)])
  func oldVersions(version: String, works: Bool) async throws {
    let scene = try await Scene(try await origin { try SecureOrigin(version: version) })
    let answer = try json(try await scene.curl([]))
    #expect(works ? answer["tls"]?.string == "TLSv1.2" : answer["error"]?["code"]?.string == "server-untrusted")
    await scene.gate.close()
  }

  @Test(
    "A server that asks for a certificate gets the one of the settings; without one it refuses",
    arguments: [true, false])
  func clientCertificate(isSet: Bool) async throws {
    let scene = try await Scene(try await origin { try SecureOrigin(mutual: true) }, mutual: isSet)
    let answer = try json(try await scene.curl([]))
    #expect(answer["client"]?.string == (isSet ? "client" : nil))
    #expect(isSet || answer["error"] != nil)
    await scene.gate.close()
    #expect(scene.requests.map { $0.resource["client_certificate"]?.string } == [isSet ? "good.example" : nil])
  }

  @Test("A certificate of the settings is for its port, and a policy sees before the handshake that it would be shown")
  func clientCertificateElsewhere() async throws {
    let origin = try await origin { try SecureOrigin(mutual: true) }
    let scene = try await Scene(origin, mutual: true, clientPort: 443)
    #expect(try json(try await scene.curl([]))["error"] != nil)
    await scene.gate.close()
    #expect(scene.requests.map { $0.resource["client_certificate"] } == [nil])
    let mediator = TestMediator { action in
      let isShown = action.resource["client_certificate"] != nil
      return [isShown ? Reason(.deny, "no-identity", "nobody is logged in") : Reason(.allow, "x", "x")]
    }
    let refusing = try await Scene(origin, mutual: true, mediator: mediator)
    #expect(try json(try await refusing.curl([]))["error"]?["code"]?.string == "no-identity")
    await refusing.gate.close()
    #expect(origin.requests == [])
  }

  @Test(
    "Connections with opened TLS have limits of their own, for the session and for all, and a place is free again at the end",
    arguments: [true, false])
  func openedLimit(inAll: Bool) async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() }) { options in
      if inAll { options.maximumOpenedInAll = 1 } else { options.maximumOpened = 1 }
    }
    let result = try await scene.python(
      """
      import socket, ssl, sys, time
      proxy, port = int(sys.argv[1]), int(sys.argv[2])
      context = ssl.create_default_context(cafile=sys.argv[3])
      def connect():
          tunnel = socket.create_connection(('127.0.0.1', proxy)); tunnel.settimeout(20)
          tunnel.sendall(f'CONNECT good.example:{port} HTTP/1.1\\r\\nHost: good.example:{port}\\r\\n\\r\\n'.encode())
          head = b''
          while not head.endswith(b'\\r\\n\\r\\n'): head += tunnel.recv(1)
          return context.wrap_socket(tunnel, server_hostname='good.example')
      first = connect()
      try: connect(); print('open')
      except ssl.SSLError as error: print('refused')
      first.close()
      for _ in range(1000):
          try: connect(); print('open'); break
          except ssl.SSLError: time.sleep(0.02)
      """)
    #expect(result.output == "refused\nopen\n", "\(result)")
    await scene.gate.close()
    #expect(scene.gate.mediator.refusalCodes.contains("too-many-connections"))
  }

  @Test("What passes unread has a budget also where the manifest sets none; what is read has not")
  func unreadBudget() async throws {
    for opaque in [true, false] {
      let scene = try await Scene(try await origin { try SecureOrigin() }, opaque: opaque) { $0.maximumUnread = 20_000 }
      let scratch = try Scratch()
      try WholeFile.replace(scratch.path + "/body", with: [UInt8](repeating: 0x61, count: 100_000))
      let words = ["-H", "Expect:", "--data-binary", "@\(scratch.path)/body"]
      let result = try await scene.curl(words, trusted: opaque ? "origin" : "bundle")
      #expect((result.status == 0) != opaque, "\(result)")
      await scene.gate.close()
      #expect(scene.gate.mediator.refusalCodes == (opaque ? ["upload-budget"] : []))
      #expect(!opaque || scene.gate.session.traffic.sent <= 20_000)
    }
  }

  @Test("A server that fails to prove itself on the connection of the tunnel is not tried again elsewhere")
  func untrustedTunnel() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin(signer: "other") })
    let asked = scene.gate.resolver.questions.count
    #expect(try json(try await scene.curl([]))["error"]?["code"]?.string == "server-untrusted")
    #expect(scene.gate.resolver.questions.count == asked + 1)
    await scene.gate.close()
  }

  @Test("A server that ended the tunnel's connection before its first request is dialled anew, at the same address")
  func endedTunnel() async throws {
    let connections = Mutex(0)
    let hasEnded = Mutex(false)
    let server = try TestServer { peer in
      let number = connections.withLock { count in
        count += 1
        return count
      }
      guard number > 1 else {
        peer.finish()
        return hasEnded.withLock { $0 = true }
      }
      _ = try peer.receiveHead()
      try peer.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    }
    let port = server.port
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]], rules: opened(port, also: [rule("good.example", port)]))
    let peer = try await blocking {
      let peer = try gate.proxied()
      try peer.send("CONNECT good.example:\(port) HTTP/1.1\r\nHost: good.example:\(port)\r\n\r\n")
      _ = try peer.receiveHead()
      return peer
    }
    try await eventually { hasEnded.withLock { $0 } }
    let answer = try await blocking {
      try peer.send("GET / HTTP/1.1\r\nHost: good.example:\(port)\r\nConnection: close\r\n\r\n")
      return try peer.receiveText()
    }
    #expect(answer.hasPrefix("HTTP/1.1 200") && answer.hasSuffix("ok"), "\(answer)")
    await gate.close()
    #expect(gate.resolver.questions.count == 1 && connections.withLock { $0 } == 2)
  }

  @Test("The end of the session ends a handshake with a server that is under way")
  func endInHandshake() async throws {
    let hello = Mutex(false)
    let isGone = Mutex(false)
    let server = try TestServer { peer in
      _ = try peer.receive()
      hello.withLock { $0 = true }
      while let bytes = try? peer.receive(), !bytes.isEmpty {}
      isGone.withLock { $0 = true }
    }
    let gate = try await TestGate(
      names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)])
    ) { $0.dialling = .seconds(600) }
    let (proxy, port) = (gate.proxyPort, server.port)
    let curl = try Background {
      try? Tool("/usr/bin/curl", environment: [:]).run([
        "-sS", "-k", "-m", "20", "--proxy", "http://127.0.0.1:\(proxy)", "https://good.example:\(port)/",
      ])
    }
    try await eventually { hello.withLock { $0 } }
    await gate.close()
    try await eventually { isGone.withLock { $0 } }
    #expect(await curl.value?.status != 0)
  }

  @Test("An address without a name is opened like a name, and the server proves that address")
  func address() async throws {
    for (names, code) in [("IP:127.0.0.1", nil), ("DNS:good.example", "server-untrusted")] as [(String, String?)] {
      let scene = try await Scene(try await origin { try SecureOrigin(names: names) }, mediator: TestMediator())
      let answer = try json(try await scene.curl([], host: "127.0.0.1"))
      #expect(answer["error"]?["code"]?.string == code && scene.origin.requests.count == (code == nil ? 1 : 0))
      await scene.gate.close()
    }
  }

  @Test("The constraints of a ceiling are accepted by OpenSSL and GnuTLS")
  func constraints() async throws {
    let origin = try await origin { try SecureOrigin(names: "DNS:good.example,IP:127.0.0.1") }
    let scene = try await Scene(origin, hasCeiling: true, mediator: TestMediator())
    #expect(try json(try await scene.curl([]))["path"]?.string == "/")
    #expect(try json(try await scene.curl([], host: "127.0.0.1"))["path"]?.string == "/")
    let words = ["-q", "-T", "20", "-O", "-", "--ca-certificate", scene.bundle, "https://good.example:\(origin.port)/"]
    let proxy = ["https_proxy": "http://127.0.0.1:\(scene.gate.proxyPort)"]
    let result = try await blocking { try Tool("/usr/bin/wget", environment: proxy).run(words) }
    #expect(try json(result)["path"]?.string == "/")
    await scene.gate.close()
  }

  @Test("Requests of one connection share one to the server, each with its own decision")
  func keepAlive() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let port = scene.origin.port
    let result = try await scene.curl(["https://good.example:\(port)/a", "https://good.example:\(port)/b"], "/c")
    #expect(result.status == 0, "\(result)")
    await scene.gate.close()
    #expect(scene.requests.map { $0.resource["path"]?.string } == ["/a", "/b", "/c"])
    let ports = Set(scene.origin.requests.compactMap { $0.split(separator: " ").last })
    #expect(scene.origin.requests.count == 3 && ports.count == 1, "\(scene.origin.requests)")
  }

  @Test("A large body passes both ways whole")
  func large() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let scratch = try Scratch()
    let size = 8 << 20
    try WholeFile.replace(scratch.path + "/body", with: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
    let sum = try Tool("/usr/bin/sha256sum").run([scratch.path + "/body"]).output.prefix(64)
    for framing in ["Expect:", "Transfer-Encoding: chunked"] {
      let answer = try json(try await scene.curl(["-T", scratch.path + "/body", "-H", framing, "-H", "Expect:"]))
      #expect(answer["length"]?.int == Int64(size) && answer["sha256"]?.string == String(sum))
    }
    let down = try await scene.curl(["-o", scratch.path + "/down", "-w", "%{size_download}"], "/big?n=\(size)")
    #expect(down.output == "\(size)", "\(down)")
    await scene.gate.close()
    #expect(scene.gate.session.traffic.sent > Int64(2 * size) && scene.gate.session.traffic.received > Int64(size))
  }

  @Test("An answer that is cut off reaches the agent as cut off", arguments: ["/cut", "/short"])
  func cutOff(path: String) async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let result = try await scene.curl([], path)
    #expect(result.status != 0 && result.output == "half of it", "\(result)")
    await scene.gate.close()
    #expect(scene.gate.mediator.refusalCodes == ["connection-lost"])
  }

  @Test("Beyond the upload budget no byte of a body inside TLS leaves", arguments: ["--http1.1", "--http2"])
  func budget(version: String) async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() }, budget: 400)
    #expect(try json(try await scene.curl([version]))["path"]?.string == "/")
    let answer = try json(try await scene.curl([version, "-d", String(repeating: "x", count: 1000)]))
    #expect(answer["error"]?["code"]?.string == "upload-budget")
    await scene.gate.close()
    #expect(scene.gate.session.traffic.sent <= 400)
  }

  @Test("A program that does not know the authority is on record as such, and nothing is asked for it")
  func unknownAuthority() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    #expect(try await scene.curl([], trusted: "origin").status == 60)
    await scene.gate.close()
    #expect(scene.gate.mediator.refusalCodes == ["client-handshake"], "\(scene.gate.mediator.completions)")
    #expect(scene.requests.isEmpty && scene.origin.requests == [])
  }

  @Test(
    "An opaque rule leaves TLS to the two ends: the server's own certificate, no request on record, the budget counted")
  func opaque() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() }, trusts: false, opaque: true)
    #expect(try json(try await scene.curl([], trusted: "origin"))["path"]?.string == "/")
    #expect(try await scene.curl([], trusted: "bundle").status == 60)
    await scene.gate.close()
    #expect(scene.requests.isEmpty && scene.gate.session.traffic.sent > 300)
    #expect(scene.gate.mediator.completions.allSatisfy { $0.0.verb == .netConnect })
  }

  @Test("Anything but HTTP inside of TLS is refused, and one that waits for the server to speak is let go")
  func notHTTP() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let result = try await scene.python(
      """
      import socket, ssl, sys
      proxy, port = int(sys.argv[1]), int(sys.argv[2])
      tunnel = socket.create_connection(('127.0.0.1', proxy)); tunnel.settimeout(20)
      tunnel.sendall(f'CONNECT good.example:{port} HTTP/1.1\\r\\nHost: good.example:{port}\\r\\n\\r\\n'.encode())
      head = b''
      while not head.endswith(b'\\r\\n\\r\\n'): head += tunnel.recv(1)
      s = ssl.create_default_context(cafile=sys.argv[3]).wrap_socket(tunnel, server_hostname='good.example')
      s.sendall(b'EHLO me\\r\\n\\r\\n'); print(s.recv(2000).decode())
      """)
    #expect(result.output.hasPrefix("HTTP/1.1 400") && result.output.contains("http-malformed"), "\(result)")
    await scene.gate.close()
    #expect(scene.origin.requests == [])
  }

  @Test("WebSocket over TLS passes after its request was decided")
  func webSocket() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let result = try await scene.python(
      """
      import socket, ssl, sys
      proxy, port = int(sys.argv[1]), int(sys.argv[2])
      tunnel = socket.create_connection(('127.0.0.1', proxy)); tunnel.settimeout(20)
      tunnel.sendall(f'CONNECT good.example:{port} HTTP/1.1\\r\\nHost: good.example:{port}\\r\\n\\r\\n'.encode())
      def head(s):
          got = b''
          while not got.endswith(b'\\r\\n\\r\\n'): got += s.recv(1)
          return got
      head(tunnel)
      s = ssl.create_default_context(cafile=sys.argv[3]).wrap_socket(tunnel, server_hostname='good.example')
      s.sendall(f'GET /ws HTTP/1.1\\r\\nHost: good.example:{port}\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n'.encode())
      print(head(s).decode().split('\\r\\n')[0])
      s.sendall(b'\\x81\\x83\\0\\0\\0\\0abc'); print(s.recv(5))
      """)
    #expect(result.output == "HTTP/1.1 101 Switching Protocols\nb'\\x81\\x03cba'\n", "\(result)")
    await scene.gate.close()
    #expect(scene.requests.map { $0.resource["path"]?.string } == ["/ws"])
  }

  @Test("Events arrive one by one while the answer goes on")
  func events() async throws {
    let scene = try await Scene(try await origin { try SecureOrigin() })
    let result = try await scene.python(
      """
      import os, ssl, sys, time, urllib.request
      proxy, port = int(sys.argv[1]), int(sys.argv[2])
      opener = urllib.request.build_opener(urllib.request.ProxyHandler({'https': f'http://127.0.0.1:{proxy}'}),
          urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=sys.argv[3])))
      with opener.open(f'https://good.example:{port}/events', timeout=20) as answer:
          seen = []
          while line := answer.readline():
              if line.strip(): seen.append((line.decode().strip(), time.monotonic()))
      print([text for text, _ in seen], seen[-1][1] - seen[0][1] > 0.3)
      """)
    #expect(result.output == "['data: 0', 'data: 1', 'data: 2'] True\n", "\(result)")
    await scene.gate.close()
  }
}
