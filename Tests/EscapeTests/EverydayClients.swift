import BaileyLinux
import BaileyTestSupport
import Testing

/// What developers' programs do all day, in a real session against a server on loopback that only a name leads to.
@Suite("Everyday clients work in a session", .serialized, .enabled(if: PythonTools.arePresent))
struct EverydayClients {
  /// Requests, each with the version in which the server got it.
  private func told(_ scene: DailyScene) -> [String] {
    scene.origin.heard.split(separator: "\n").filter { $0.hasSuffix(" 1.1") || $0.hasSuffix(" 2") }.map(String.init)
  }

  @Test("curl sends and gets bodies byte for byte, in either version", arguments: ["1.1", "2"])
  func curl(version: String) throws {
    let scene = try DailyScene(version)
    let result = try scene.run(
      """
      seq 1 200000 > n; sha256sum < n
      curl -sS -m 30 --http\(version) -T n -w '\\n%{http_version}\\n' $U/up
      curl -sS -m 30 --http\(version) -H 'Transfer-Encoding: chunked' -H 'Expect:' -T n $U/chunked
      """)
    let sum = try #require(result.output.firstMatch(of: /[0-9a-f]{64}/)?.output)
    #expect(result.output.components(of: "\"sha256\": \"\(sum)\"") == 2, "\(result)")
    #expect(result.output.contains("\n\(version)\n"))
    #expect(told(scene) == ["PUT /up \(version)", "PUT /chunked \(version)"])
  }

  @Test("git clones and pushes over HTTPS with a credential that it never has", arguments: ["1.1", "2"])
  func git(version: String) throws {
    let scene = try DailyScene(version)
    let result = try scene.run(
      """
      G="git -c http.version=HTTP/\(version)"
      $G clone -q "https://agent:$TOKEN@good.example:$PORT/repo.git" copy && cat copy/file && cd copy || exit
      # More than http.postBuffer: in chunks, and nothing that packs.
      head -c 3000000 /dev/urandom > noise; seq 1 100000 > many; git add -A; git commit -q -m inside
      $G push -q origin HEAD:refs/heads/agent && $G fetch -q && git rev-parse HEAD
      """)
    #expect(result.status == 0 && result.output.hasPrefix("text\n"), "\(result)")
    let head = try scene.origin.git("rev-parse", "agent")
    #expect(result.output.hasSuffix(head) && head.utf8.count == 41, "\(result)")
    #expect(try scene.origin.git("fsck").isEmpty)
    let requests = told(scene)
    #expect(requests.contains("POST /repo.git/git-receive-pack \(version)"), "\(requests)")
    #expect(!(result.output + result.errors).contains("r3alValue"))
    let log = try scene.walls.bailey(["log", "list", "--json"]).output
    #expect(log.contains("secret.use") && log.contains("refs/heads/agent"), "\(log.suffix(2000))")
  }

  @Test("Addresses for SSH become HTTPS where a secret serves the host, and no others")
  func rewritten() throws {
    let scene = try DailyScene("2")
    let result = try scene.run(
      """
      git clone -q git@good.example:repo.git one && cat one/file && cd one && git commit -q --allow-empty -m inside || exit
      git push -q ssh://git@good.example/repo.git HEAD:refs/heads/agent && git remote get-url origin
      git ls-remote git@other.example:repo.git 2>&1 | head -1
      """)
    let head = "text\nhttps://good.example:\(scene.origin.port)/repo.git\n"
    #expect(result.output.hasPrefix(head) && !result.output.dropFirst(head.count).contains("refs/"), "\(result)")
    #expect(try scene.origin.git("log", "-1", "--format=%s", "agent") == "inside\n")
    #expect(!scene.origin.heard.contains("other.example"))
  }

  @Test("pip installs from an index with a credential that it never has")
  func pip() throws {
    let scene = try DailyScene("1.1")
    let result = try scene.run(
      """
      $P -m pip -q --disable-pip-version-check install --no-deps --target lib \\
        --index-url "https://agent:$TOKEN@good.example:$PORT/simple/" tiny 2>&1
      PYTHONPATH=lib $P -c 'import tiny; print(tiny.word)'
      """)
    #expect(result.output.hasSuffix("installed\n"), "\(result)")
    #expect(scene.origin.heard.contains("GET /files/tiny-1.0-py3-none-any.whl 1.1"))
    #expect(!result.output.contains("r3alValue"))
  }

  @Test("A gRPC client calls once and in both directions, and trusts the session by its variables")
  func grpc() throws {
    let scene = try DailyScene("2")
    try scene.walls.scratch.write(
      """
      import grpc, sys
      channel = grpc.secure_channel(f'good.example:{sys.argv[1]}', grpc.ssl_channel_credentials())
      print(channel.unary_unary('/t/Unary')(b'hello', timeout=20))
      print(list(channel.stream_stream('/t/Both')(iter([b'one', b'two']), timeout=20)))
      token = sys.argv[2].encode()
      try: print(channel.unary_unary('/t/Unary')(token, timeout=20))
      except grpc.RpcError as e: print(e.code().name, 'secret-in-request' in e.details())
      """, to: "project/call.py")
    let result = try scene.run("$P call.py $CALLS \(RedTeam.token)")
    #expect(result.output == "b'olleh'\n[b'ONE', b'TWO']\nPERMISSION_DENIED True\n", "\(result)")
  }

  @Test("A WebSocket client sends and gets messages, and reads why one does not pass", arguments: ["1.1", "2"])
  func webSocket(version: String) throws {
    let scene = try DailyScene(version)
    let simple = """
      import sys, websockets.sync.client as client, websockets.exceptions
      with client.connect(f'wss://good.example:{sys.argv[1]}/socket', compression=None) as socket:
          print(101)
          try:
              for word in sys.argv[2:]: socket.send(word); print(socket.recv(timeout=20))
          except websockets.exceptions.ConnectionClosed as e: print(e.rcvd.reason)
      """
    try scene.walls.scratch.write(version == "2" ? DailyScene.socketInStream : simple, to: "project/sock.py")
    let result = try scene.run("$P sock.py $PORT hello again 'key \(RedTeam.token)'")
    let head = (version == "2" ? "200" : "101") + "\nolleh\nniaga\n"
    #expect(result.output.hasPrefix(head) && result.output.contains("secret-in-request"), "\(result)")
    #expect(told(scene) == ["\(version == "2" ? "CONNECT" : "GET") /socket \(version)"])
  }

  @Test("A client of events has each before its server makes the next", arguments: ["1.1", "2"])
  func events(version: String) throws {
    let scene = try DailyScene(version)
    let result = try scene.run(
      """
      curl -sSN -m 60 --http\(version) $U/events | while read -r line; do
        case $line in data:*) echo "$line"; curl -sS -m 20 $U/seen > /dev/null;; esac
      done
      """)
    #expect(result.output == "data: 0\ndata: 1\ndata: 2\n", "\(result)")
    #expect(told(scene).first == "GET /events \(version)")
  }
}
