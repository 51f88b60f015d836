import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyEgress

/// Requests through the gate, in clear by the explicit proxy, with rules as the manifest's judge would read them.
@Suite("Requests at the gate")
struct RequestGateTests {
  /// What came to the server, and its answer to each request.
  private final class Scene: Sendable {
    let server: TestServer
    let gate: TestGate
    private let box: Box

    init(
      _ change: (inout RequestRule) -> Void = { _ in }, answer: String = "ok", settings: EgressSettings = .init(),
      options: @escaping (inout GateOptions) -> Void = { _ in }
    ) async throws {
      let box = Box()
      self.box = box
      server = try TestServer { peer in
        while true {
          let request = try Self.request(peer)
          box.texts.withLock { $0.append(request) }
          try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)")
        }
      }
      var own = rule("good.example", server.port)
      change(&own.request)
      let request = own.request
      let mediator = TestMediator { action in
        guard let facts = RequestFacts(of: action), let refusal = request.refusal(of: facts) else {
          return [Reason(.allow, "test-allows", "allowed")]
        }
        return [refusal.reason]
      }
      gate = try await TestGate(
        mediator: mediator, names: ["good.example": ["127.0.0.1"]], rules: opened(server.port, also: [own]),
        settings: settings, change: options)
    }

    private final class Box: Sendable { let texts = Mutex<[String]>([]) }

    private static func request(_ peer: Peer) throws -> String {
      let head = try peer.receiveHead()
      if head.lowercased().contains("transfer-encoding: chunked") {
        var body = ""
        while !body.hasSuffix("0\r\n\r\n") {
          let more = try peer.receive()
          if more.isEmpty { throw PeerError.closed }
          body += String(decoding: more, as: UTF8.self)
        }
        return head + body
      }
      let length = head.lowercased().components(after: "content-length: ").flatMap { Int($0) } ?? 0
      return head + String(decoding: try peer.receive(exactly: length), as: UTF8.self)
    }

    var host: String { "good.example:\(server.port)" }
    var texts: [String] { box.texts.withLock { $0 } }
    var actions: [Action] { gate.mediator.requests.filter { $0.verb == .httpRequest } }

    func head(_ method: String, _ path: String, _ fields: [String]) -> String {
      (["\(method) http://\(host)\(path) HTTP/1.1", "Host: \(host)"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    /// - Parameter pieces: of the body, each sent by itself.
    func say(_ method: String, _ path: String, _ fields: [String] = [], pieces: [String] = []) async throws -> String {
      try await blocking { [self] in
        let peer = try gate.proxied()
        try peer.send(head(method, path, fields + ["Connection: close"]))
        for piece in pieces { try peer.send(piece) }
        return try peer.receiveText()
      }
    }

    func post(_ path: String, _ body: String, type: String = "application/json") async throws -> String {
      try await say(
        "POST", path, ["Content-Type: \(type)", "Content-Length: \(body.utf8.count)"],
        pieces: body.isEmpty ? [] : [String(body.prefix(1)), String(body.dropFirst())])
    }
  }

  /// The error of a refusal that a program can read.
  private func error(_ answer: String) throws -> JSON {
    #expect(answer.hasPrefix("HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\n"), "\(answer)")
    let body = try #require(answer.firstRange(of: "\r\n\r\n")).upperBound
    return try #require(try JSON.parse(String(answer[body...]))["error"])
  }

  @Test("What is sent is the form that was judged")
  func canonical() async throws {
    let scene = try await Scene()
    #expect(try await scene.say("GET", "/a/%2e%2E/b%7e%c3%a9/./c?x=%2F..").hasSuffix("ok"))
    await scene.gate.close()
    #expect(scene.texts.first?.hasPrefix("GET /b~%C3%A9/c?x=%2F.. HTTP/1.1\r\n") == true)
    let action = try #require(scene.actions.first)
    #expect(action.resource["path"] == "/b~é/c" && action.resource["segments"] == ["b~é", "c"])
    #expect(action.resource["query"]?["keys"] == ["x"] && action.resource["headers"] == ["connection", "host"])
    #expect(action.resource["body"] == "none")
  }

  @Test(
    "A path that could be read in two ways never reaches policy or server",
    arguments: ["/a%2fb", "/..;/x", "/a//b", "/%252e", "/%00", "/a%5cb", "/%c0%af"])
  func ambiguous(path: String) async throws {
    let scene = try await Scene()
    let error = try error(try await scene.say("GET", path))
    #expect(error["code"] == "path-ambiguous" && error["hint"]?.string != nil)
    await scene.gate.close()
    #expect(scene.texts.isEmpty && scene.actions.isEmpty && scene.gate.mediator.refusalCodes == ["path-ambiguous"])
  }

  @Test("An encoded slash passes where a rule says so")
  func encodedSlash() async throws {
    let scene = try await Scene { $0.keepsEncodedSlash = true }
    #expect(try await scene.say("GET", "/@types%2fnode").hasSuffix("ok"))
    await scene.gate.close()
    #expect(scene.texts.first?.hasPrefix("GET /@types%2Fnode HTTP/1.1\r\n") == true)
    #expect(scene.actions.first?.resource["path"] == "/@types/node")
  }

  @Test("A refused request is answered with code, rule, reason and what to ask for, and the server hears nothing")
  func refused() async throws {
    let scene = try await Scene { $0.methods = ["GET"] }
    let error = try error(try await scene.post("/", "{}"))
    #expect(error["code"] == "method-not-allowed" && error["reason"]?.string?.contains("GET") == true)
    #expect(error["hint"]?.string?.contains("`methods`") == true)
    await scene.gate.close()
    #expect(scene.texts.isEmpty)
  }

  @Test("A foreign credential is refused, and a placeholder of the secret that is named passes")
  func identity() async throws {
    let scene = try await Scene { $0.identity = .placeholders(["github"]) }
    let placeholder = Credentials.placeholder
    for field in [
      "Authorization: Bearer real", "X-Api-Key: real", "Cookie: a=b", "Authorization: \(placeholder) more",
    ] {
      #expect(try error(try await scene.say("GET", "/", [field]))["code"] == "identity-foreign")
    }
    #expect(try error(try await scene.say("GET", "/?api_key=real"))["code"] == "identity-foreign")
    await scene.gate.close()
    #expect(scene.texts.isEmpty)
    #expect(!scene.actions.contains { $0.json.canonicalText.contains("real") })
    let core = try Credentials().core()
    let rule = {
      var rule = RequestRule()
      rule.identity = .placeholders(["github"])
      return rule
    }()
    for value in ["Bearer \(placeholder)", placeholder, "Basic " + Base64.encode(Array("git:\(placeholder)".utf8))] {
      let head = Credentials.head("GET", "/", [("authorization", value)])
      let facts = core.facts(
        of: head, try HTTPTarget(head, .secure(try NamedHost("good.example"), port: 443)))
      #expect(facts.identities == [.init(.header, "authorization", secret: "github")])
      #expect(rule.refusal(of: facts) == nil)
    }
    // A name that is a placeholder says nothing of the password beside it.
    let mixed = Credentials.head(
      "GET", "/", [("authorization", "Basic " + Base64.encode(Array("\(placeholder):own".utf8)))])
    let facts = core.facts(of: mixed, try HTTPTarget(mixed, .secure(try NamedHost("good.example"), port: 443)))
    #expect(facts.identities == [.init(.header, "authorization", secret: nil)])
  }

  private static let call = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"shell"}}"#

  @Test(
    "Policy knows what a body calls for before a byte of it leaves, and all of it arrives", arguments: [true, false])
  func calls(isChunked: Bool) async throws {
    let scene = try await Scene()
    if isChunked {
      let size = String(Self.call.utf8.count - 10, radix: 16)
      let pieces = [
        "A\r\n", String(Self.call.prefix(10)), "\r\n\(size)\r\n", String(Self.call.dropFirst(10)), "\r\n0\r\n\r\n",
      ]
      let fields = ["Content-Type: application/json; charset=utf-8", "Transfer-Encoding: chunked"]
      #expect(try await scene.say("POST", "/mcp", fields, pieces: pieces).hasSuffix("ok"))
      #expect(scene.texts.first?.contains(#"params":{"name":"shell"}}"#) == true)
    } else {
      #expect(try await scene.post("/mcp", Self.call).hasSuffix("ok"))
      #expect(scene.texts.first?.hasSuffix("\r\n\r\n" + Self.call) == true)
    }
    await scene.gate.close()
    let resource = try #require(scene.actions.first).resource
    #expect(resource["rpc"] == ["methods": ["tools/call"], "tools": ["shell"], "batch": false])
    #expect(resource["body"] == "read" && resource["content_type"] == "application/json" && scene.actions.count == 1)
  }

  @Test("A push is decided by its refs while its pack still comes")
  func push() async throws {
    let scene = try await Scene()
    let ids = String(repeating: "0", count: 40) + " " + String(repeating: "a", count: 40)
    let line = "\(ids) refs/heads/main\0report-status"
    let body =
      "00" + String(line.utf8.count + 4, radix: 16) + line + "0000PACK" + String(repeating: "x", count: 200_000)
    let answer = try await scene.post(
      "/o/r.git/git-receive-pack", body, type: "application/x-git-receive-pack-request")
    #expect(answer.hasSuffix("ok") && scene.texts.first?.hasSuffix("\r\n\r\n" + body) == true)
    await scene.gate.close()
    #expect(scene.actions.first?.resource["git"]?["commands"] == [["ref": "refs/heads/main", "kind": "create"]])
  }

  @Test("Who waits to be told to go on is told so, once")
  func expectContinue() async throws {
    let scene = try await Scene()
    let (body, host) = (Self.call, scene.host)
    let text = try await blocking {
      let peer = try scene.gate.proxied()
      let fields = ["Content-Type: application/json", "Content-Length: \(body.utf8.count)", "Expect: 100-continue"]
      try peer.send(scene.head("POST", "/", fields + ["Connection: close"]))
      let interim = try peer.receiveHead()
      try peer.send(body)
      return interim + (try peer.receiveText())
    }
    #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n") && text.hasSuffix("ok"))
    await scene.gate.close()
    #expect(scene.texts.first?.lowercased().contains("expect:") == false && !host.isEmpty)
    #expect(scene.actions.first?.resource["rpc"]?["tools"] == ["shell"])
  }

  @Test("A body that does not come in time, or is too long, is told to policy as such, and passes whole")
  func slowAndLong() async throws {
    let scene = try await Scene(options: { $0.learning = .milliseconds(200) })
    let (half, rest) = (String(Self.call.prefix(20)), String(Self.call.dropFirst(20)))
    let answer = try await blocking {
      let peer = try scene.gate.proxied()
      let fields = ["Content-Type: application/json", "Content-Length: \(Self.call.utf8.count)", "Connection: close"]
      try peer.send(scene.head("POST", "/", fields) + half)
      while scene.actions.isEmpty { try pause() }
      try peer.send(rest)
      return try peer.receiveText()
    }
    #expect(answer.hasSuffix("ok") && scene.texts.first?.hasSuffix(Self.call) == true)
    let long = "[" + String(repeating: " ", count: 100_000) + "]"
    let size = String(long.utf8.count, radix: 16)
    let fields = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
    #expect(try await scene.say("POST", "/", fields, pieces: ["\(size)\r\n\(long)\r\n0\r\n\r\n"]).hasSuffix("ok"))
    #expect(try await scene.post("/", long).hasSuffix("ok"))
    await scene.gate.close()
    #expect(scene.actions.map { $0.resource["body"] } == ["truncated", "truncated", "truncated"])
    #expect(scene.texts.count == 3 && scene.texts[2].hasSuffix(long))
  }

  @Test("A client that leaves before policy knows enough causes no request")
  func leaves() async throws {
    let scene = try await Scene()
    let answer = try await blocking {
      let peer = try scene.gate.proxied()
      try peer.send(scene.head("POST", "/", ["Content-Type: application/json", "Content-Length: 100"]) + "{")
      peer.finish()
      return try peer.receiveText()
    }
    #expect(answer.contains("client-gone"))
    await scene.gate.close()
    #expect(scene.actions.isEmpty && scene.texts.isEmpty)
  }

  @Test("A body without a length is cut off at the limit, and never ends at the server")
  func maxBody() async throws {
    let scene = try await Scene { $0.maxBody = 8 }
    let fields = ["Content-Type: application/octet-stream", "Transfer-Encoding: chunked"]
    #expect(try await scene.say("POST", "/", fields, pieces: ["8\r\n12345678\r\n0\r\n\r\n"]).hasSuffix("ok"))
    let error = try error(try await scene.say("POST", "/", fields, pieces: ["5\r\n12345\r\n4\r\n6789\r\n0\r\n\r\n"]))
    #expect(error["code"] == "body-too-large" && error["hint"]?.string?.contains("max_body") == true)
    #expect(try self.error(try await scene.post("/", "123456789"))["code"] == "body-too-large")
    await scene.gate.close()
    #expect(scene.texts.count == 1)
  }

  @Test("An answer over the limit does not reach the agent", arguments: ["0123456789"])
  func maxResponse(answer: String) async throws {
    let narrow = try await Scene({ $0.maxResponse = 9 }, answer: answer)
    #expect(try error(try await narrow.say("GET", "/"))["code"] == "answer-too-large")
    await narrow.gate.close()
    let wide = try await Scene({ $0.maxResponse = 10 }, answer: answer)
    #expect(try await wide.say("GET", "/").hasSuffix(answer))
    await wide.gate.close()
  }

  @Test("The budget of a rule is of all its requests in a session")
  func budget() async throws {
    let scene = try await Scene { $0.uploadBudget = 15 }
    #expect(try await scene.post("/", "0123456789", type: "text/plain").hasSuffix("ok"))
    #expect(try error(try await scene.post("/", "0123456789", type: "text/plain"))["code"] == "upload-budget")
    #expect(try await scene.post("/", "01234", type: "text/plain").hasSuffix("ok"))
    await scene.gate.close()
    #expect(scene.texts.count == 2)
  }

  @Test("The region of a host is told of connections and requests")
  func region() async throws {
    var settings = EgressSettings()
    settings.residency.hosts = [.init(pattern: try HostPattern("good.example"), region: "eu")]
    let scene = try await Scene(settings: settings)
    #expect(try await scene.say("GET", "/").hasSuffix("ok"))
    let host = scene.host
    _ = try await blocking {
      let peer = try scene.gate.proxied()
      try peer.send("CONNECT \(host) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
      return try peer.receiveHead()
    }
    await scene.gate.close()
    #expect(scene.gate.mediator.requests.map { $0.resource["region"] } == ["eu", "eu"])
  }

  @Test("Where a rule denies some requests, nothing passes unread")
  func mustRead() throws {
    var denial = rule("good.example", 443)
    denial.access = .deny
    denial.request.methods = ["POST"]
    let host = NamedHost.name(try HostName("good.example"))
    let opaque = rule("good.example", 443, opaque: true)
    #expect(EgressRules([opaque]).isOpaque(host, 443) && !EgressRules([opaque, denial]).isOpaque(host, 443))
    let tcp = rule("good.example", 443, .tcp)
    #expect(
      EgressRules([tcp]).serverSpeaksFirst(host, 443) && !EgressRules([tcp, denial]).serverSpeaksFirst(host, 443))
    #expect(EgressRules([tcp]).spoken(host, 443) == [.tls, .http, .other])
    #expect(EgressRules([tcp, denial]).spoken(host, 443) == [.tls, .http])
    var address = opened(443)[0]
    let loopback = NamedHost.address(try IPAddress("127.0.0.1"))
    #expect(EgressRules([address]).spoken(loopback, 443).contains(.other))
    address.request.methods = ["GET"]
    #expect(EgressRules([address]).spoken(loopback, 443) == [.tls, .http])
  }

  @Test("Of the rules that admit a request the widest numbers count")
  func widest() throws {
    var (one, two) = (rule("good.example", 443), rule("good.example", 443))
    (one.request.maxBody, one.request.maxResponse, one.request.uploadBudget) = (5, 7, 9)
    (two.request.maxBody, two.request.methods) = (6, ["POST"])
    let host = NamedHost.name(try HostName("good.example"))
    let limits = { (method: String, rules: [NetworkRule]) in
      EgressRules(rules).limits(host, 443, RequestFacts(method: method, path: "/"))
    }
    #expect(limits("POST", [one, two]) == RequestLimits(maxBody: 6))
    #expect(
      limits("GET", [one, two])
        == RequestLimits(
          maxBody: 5, maxResponse: 7, budgets: [[UploadBudget(owner: .init(layer: 0, rule: 0), bytes: 9)]]))
    #expect(limits("GET", [two]) == RequestLimits() && limits("GET", []) == RequestLimits())
  }
}

private func pause() throws { _ = try? poll([], milliseconds: 5) }
