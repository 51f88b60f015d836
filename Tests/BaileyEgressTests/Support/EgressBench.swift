import BaileyCore
import BaileyLinux
import BaileyPolicy
import Synchronization
import Testing

@testable import BaileyControl
@testable import BaileyEgress

/// The cases of agent-egress-bench, driven through the gate as the traffic that they stand for.
struct BenchCase: Sendable {
  var id: String
  var category: String
  var type: String
  var isAttack: Bool
  var payload: JSON

  static func all() throws -> [BenchCase] {
    let root = Vectors.folder + "/agent-egress-bench/cases"
    return try Descriptor.entries(of: root).flatMap { folder in
      try Descriptor.entries(of: "\(root)/\(folder.text)").map { file in
        let text = try #require(Vectors.text("agent-egress-bench/cases/\(folder.text)/\(file.text)"))
        let json = try JSON.parse(Array(text.utf8))
        return BenchCase(
          id: try #require(json["id"]?.string), category: try #require(json["category"]?.string),
          type: try #require(json["input_type"]?.string), isAttack: json["expected_verdict"] == "block",
          payload: json["payload"] ?? .null)
      }
    }.sorted { $0.id < $1.id }
  }

  /// One thing that crosses the wall.
  enum Step: Sendable {
    case request(method: String, url: String, fields: [(String, String)], body: String)
    case answer(url: String, body: String)
    case frames(url: String, [[UInt8]])
  }

  /// MCP and A2A are spoken over HTTP here; what a tool fetches, it fetches through the gate.
  var steps: [Step] {
    func text(_ key: String) -> String { payload[key]?.string ?? "" }
    switch type {
    case "response_content": return [.answer(url: text("url"), body: text("response_body"))]
    case "websocket_frame": return [.frames(url: text("url"), (payload["frames"]?.array ?? []).map(Self.frame))]
    case "a2a_agent_card":
      let card = payload["agent_card"] ?? .null
      return [
        .answer(
          url: "https://a2a.example.com/.well-known/agent.json", body: String(decoding: card.canonical, as: UTF8.self))
      ]
    // What another agent says comes as an answer.
    case "a2a_message" where id.contains("injection"):
      return (payload["jsonrpc_messages"]?.array ?? []).map {
        .answer(url: "https://a2a.example.com/", body: String(decoding: $0.canonical, as: UTF8.self))
      }
    case "a2a_message", "mcp_tool_call", "mcp_tool_result", "mcp_tool_definition", "mcp_tool_sequence":
      return (payload["jsonrpc_messages"]?.array ?? []).flatMap(Self.message)
    default:
      let fields = (payload["headers"]?.object ?? [:]).compactMap { name, value in value.string.map { (name, $0) } }
      let type = payload["content_type"]?.string.map { [("Content-Type", $0)] } ?? []
      return [.request(method: text("method"), url: text("url"), fields: fields + type, body: text("body"))]
    }
  }

  private static func message(_ message: JSON) -> [Step] {
    let body = String(decoding: message.canonical, as: UTF8.self)
    let url = "https://tools.example.com/rpc"
    if message["method"] == nil { return [.answer(url: url, body: body)] }
    let call = Step.request(method: "POST", url: url, fields: [("Content-Type", "application/json")], body: body)
    guard let fetched = message["params"]?["arguments"]?["url"]?.string else { return [call] }
    return [call, .request(method: "GET", url: fetched, fields: [], body: "")]
  }

  private static func frame(_ json: JSON) -> [UInt8] {
    let text = json["payload"]?.string ?? ""
    let bytes = json["encoding"] == "base64" ? Base64.decode(text) ?? [] : Array(text.utf8)
    let opcode: WebSocketOpcode =
      switch json["opcode"]?.string {
      case "binary": .binary
      case "continuation": .continuation
      default: .text
      }
    return BaileyEgressTests.frame(opcode, bytes, isFinal: json["fin"] != .bool(false))
  }
}

/// A person's posture: these hosts are allowed, personal data does not leave, and what is labelled is not read.
final class BenchPosture: Mediator {
  private let labels = Mutex<Set<String>>([])
  private let hosts: Set<String>?

  /// - Parameter hosts: `nil` for all.
  init(hosts: Set<String>?) { self.hosts = hosts }

  func expose(to new: Set<String>) { labels.withLock { $0.formUnion(new) } }

  func request(_ action: Action) async -> Ruling {
    var reasons = [Reason(.allow, "test-allows", "allowed")] + FindingsJudge().judge(action)
    if let host = action.resource["host"]?.string, let hosts, !hosts.contains(host) {
      reasons.append(Reason(.deny, "nothing-allows", "no rule allows \(host)"))
    }
    if action.resource["findings"]?["labels"]?.array?.contains("pii") == true {
      reasons.append(Reason(.deny, "personal-data", "it holds personal data"))
    }
    if !labels.withLock({ $0 }).isDisjoint(with: ["prompt-injection", "hidden-text"]) {
      reasons.append(Reason(.deny, "instructions", "the answer tells the agent what to do"))
    }
    return Ruling(action: action, decision: Decision(combining: reasons), record: 1)
  }

  func complete(_ ruling: Ruling, _ outcome: Outcome) async {}
  func observe(_ action: Action, _ outcome: Outcome) async {}
}

/// The session knows its secrets, as it does those of masked files. The cases use samples of documentation, which rules take for none.
struct Knowing: TrafficInspector {
  let session: SessionID

  func begin(encoded encodings: String, to host: String?, of _: SessionID) throws(Fault) -> any TrafficInspection {
    try Inspecting.store.begin(encoded: encodings, to: host, of: session)
  }
  func unpacking(_ encodings: String) -> (any ContentUnpacking)? { Inspecting.store.unpacking(encodings) }
}

/// One gate for one case, and a server that every name leads to.
struct BenchRun {
  private static let told = "the server has it"
  private static let session: SessionID = {
    let session = SessionID.random()
    let values = [
      "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "ghp_EXAMPLETOKEN1234567890ABCDEFGHIJKLmnop",
    ]
    Inspecting.store.know(values.map { KnownSecret("A_KEY", Array($0.utf8)) }, of: session)
    return session
  }()
  let hosts: Set<String>?

  /// What stopped a case; `nil` where all of it went through.
  func stop(_ one: BenchCase) async throws -> String? {
    let content = Content(Self.told)
    let server = try TestServer { peer in
      let head = try peer.receiveHead()
      if head.lowercased().contains("upgrade: websocket") {
        try peer.send(Handshake.answer(head))
        return try Self.echo(peer)
      }
      let length = head.lowercased().components(after: "content-length: ").flatMap { Int($0) } ?? 0
      _ = try peer.receive(exactly: length)
      let body = content.text.withLock { $0 }
      try peer.send(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
      )
    }
    // An address is reached where a rule names it; no rule does where the case is about addresses.
    let isAddress = one.isAttack && one.id.contains("ssrf")
    let gate = try await TestGate(
      rules: isAddress ? [] : opened(server.port), inspector: Knowing(session: Self.session),
      asking: BenchPosture(hosts: isAddress ? nil : hosts), otherwise: ["127.0.0.1"])
    let stop = try await stop(one, gate, server, content)
    await gate.close()
    return stop
  }

  private final class Content: Sendable {
    let text: Mutex<String>
    init(_ text: String) { self.text = Mutex(text) }
  }

  private func stop(
    _ one: BenchCase, _ gate: TestGate, _ server: TestServer, _ content: Content
  ) async throws -> String? {
    for step in one.steps {
      guard let place = Self.place(step, server.port) else { return "no URL" }
      let (answer, isPassed): (String, Bool)
      switch step {
      case .request(let method, _, let fields, let body):
        answer = try await blocking { try Self.ask(gate, place, method, fields, body) }
        isPassed = answer.hasSuffix(Self.told)
      case .answer(_, let body):
        content.text.withLock { $0 = body }
        answer = try await blocking { try Self.ask(gate, place, "GET", [], "") }
        content.text.withLock { $0 = Self.told }
        isPassed = answer.hasSuffix(body)
      case .frames(_, let frames):
        isPassed = try await blocking { try Self.speak(gate, place, frames) }
        answer = "the frames did not come back"
      }
      if !isPassed { return answer.split(separator: "\r\n").last.map(String.init) ?? "nothing" }
    }
    return nil
  }

  private struct Place {
    var url: String
    var host: String
  }

  /// Plain HTTP to the server's port, whatever the scheme was: what is inside of TLS is judged in the same way.
  private static func place(_ step: BenchCase.Step, _ port: UInt16) -> Place? {
    let url =
      switch step {
      case .request(_, let url, _, _), .answer(let url, _), .frames(let url, _): url
      }
    guard let scheme = url.firstRange(of: "://") else { return nil }
    let rest = url[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    let path = rest.dropFirst(authority.count)
    let host = "\(authority):\(port)"
    return Place(url: "http://\(host)\(path.hasPrefix("/") ? "" : "/")\(path)", host: host)
  }

  private static func ask(
    _ gate: TestGate, _ place: Place, _ method: String, _ fields: [(String, String)], _ body: String
  ) throws -> String {
    let peer = try gate.proxied()
    let more = fields.map { "\($0): \($1)\r\n" }.joined()
    let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
    try? peer.send(
      "\(method) \(place.url) HTTP/1.1\r\nHost: \(place.host)\r\nConnection: close\r\n\(more)\(length)\r\n\(body)")
    return try peer.receiveText()
  }

  /// Whether what was said last comes back.
  private static func speak(_ gate: TestGate, _ place: Place, _ frames: [[UInt8]]) throws -> Bool {
    let peer = try gate.proxied()
    try peer.send(Handshake.request(place.url, host: place.host))
    guard try peer.receiveHead().hasPrefix("HTTP/1.1 101 ") else { return false }
    for frame in frames { try peer.send(frame) }
    try peer.send(BaileyEgressTests.frame(.close, [3, 232]))
    let back = try peer.receiveAll()
    let sent = try frames.flatMap { try unframed($0).flatMap(\.payload) }
    return try unframed(back).filter { $0.frame.opcode != .close }.flatMap(\.payload) == sent
  }

  /// Sends what it is told back, unmasked.
  private static func echo(_ peer: Peer) throws {
    var bytes: [UInt8] = []
    while case let more = try peer.receive(), !more.isEmpty {
      bytes += more
      let frames = try unframed(bytes)
      guard frames.contains(where: { $0.frame.opcode == .close }) else { continue }
      for (head, payload) in frames {
        try peer.send(
          BaileyEgressTests.frame(head.opcode, payload, from: .server, isFinal: head.isFinal))
      }
      return peer.finish()
    }
  }
}
