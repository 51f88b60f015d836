import BaileyCore
import BaileyPolicy
import NIOCore
import Synchronization
import Testing

@testable import BaileyControl
@testable import BaileyEgress

/// Counts what it is given to read.
private final class Counting: TrafficInspector {
  let read = Mutex((streams: 0, bytes: 0))
  let rules = Mutex(1)

  private final class Stream: TrafficInspection {
    let counter: Counting
    let inner: any TrafficInspection
    init(_ counter: Counting, _ inner: any TrafficInspection) { (self.counter, self.inner) = (counter, inner) }
    func feed(_ bytes: Span<UInt8>) -> [PlacedFinding] {
      counter.read.withLock { $0.bytes += bytes.count }
      return inner.feed(bytes)
    }
    func peek() -> [PlacedFinding] { inner.peek() }
    func finish() -> [PlacedFinding] { inner.finish() }
  }

  func begin(encoded encodings: String, to host: String?, of session: SessionID) throws(Fault)
    -> any TrafficInspection
  {
    read.withLock { $0.streams += 1 }
    return Stream(self, try Inspecting.store.begin(encoded: encodings, to: host, of: session))
  }
  func unpacking(_ encodings: String) -> (any ContentUnpacking)? { nil }
  func basis(of session: SessionID?) -> InspectionBasis { InspectionBasis(rules: rules.withLock { $0 }) }
}

@Suite("Requests to models")
struct ModelBodyTests {
  init() async throws { try await Inspecting.load() }

  private static let token = Inspecting.token
  /// Letters of base 64 in which a rule sees something likely; at the beginning of a value they are a key of Twilio.
  private static let signature =
    "SK" + String(repeating: "0f1e2d3c", count: 4) + "/" + String(repeating: "Qk", count: 20)

  private func reader(
    _ form: ModelSettings.Form = .messages, _ models: SessionModels = SessionModels(),
    _ inspector: any TrafficInspector = Inspecting.store, to host: String = "api.example"
  ) -> RequestGuard {
    var body = RequestGuard.Body()
    (body.contentType, body.hasLength, body.model) = ("application/json", true, (form, models))
    return RequestGuard(inspector, Inspecting.session, to: host, body)
  }

  private func told(_ text: String, _ form: ModelSettings.Form = .messages, step: Int = .max) -> [String] {
    let reader = reader(form)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      _ = reader.take(ByteBuffer(bytes: rest.prefix(step)))
      rest = rest.dropFirst(step)
    }
    _ = reader.end()
    return reader.told
  }

  @Test(
    "A secret in a prompt, an input or a result of a tool is found, and told with its place, however the request is cut",
    arguments: [
      (ModelSettings.Form.messages, #"{"model":"m","system":[{"type":"text","text":"T"}]}"#, "/system/0/text"),
      (.messages, #"{"messages":[{"role":"user","content":"see T"}]}"#, "/messages/0/content"),
      (
        .messages, #"{"messages":[{"content":[{"type":"tool_result","content":[{"type":"text","text":"a\nT\nb"}]}]}]}"#,
        "/messages/0/content/0/content/0/text"
      ),
      (
        .messages, #"{"messages":[{"content":[{"type":"tool_use","input":{"command":"curl -d E x"}}]}]}"#,
        "/messages/0/content/0/input/*"
      ),
      (
        .chat, #"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":"{\"k\": \"T\"}"}}]}]}"#,
        "/messages/0/tool_calls/0/function/arguments"
      ),
      (.responses, #"{"input":[{"type":"function_call_output","output":"E"}]}"#, "/input/0/output"),
      (
        .gemini, #"{"contents":[{"parts":[{"functionResponse":{"response":{"out":"T"}}}]}]}"#,
        "/contents/0/parts/0/functionResponse/response/*"
      ),
    ])
  func places(form: ModelSettings.Form, text: String, pointer: String) {
    let escaped = #"\u0067\u0068p_\#(Self.token.dropFirst(4))"#
    let body = String(text.replacing("T", with: Self.token).replacing("E", with: escaped))
    for step in [1, 7, Int.max] {
      let told = told(body, form, step: step)
      #expect(!told.isEmpty && told.allSatisfy { $0.hasSuffix(" body:" + pointer) }, "\(told)")
    }
  }

  @Test("A secret in a key, or beside values, is found, and no key that may be one is told")
  func between() {
    let told = told(#"{"messages":[{"content":{"\#(Self.token)":"hello \#(Inspecting.token)"}}]}"#)
    #expect(told.contains { $0.hasSuffix(" body") } && told.contains { $0.hasSuffix(" body:/messages/0/content/*") })
    #expect(!told.joined().contains(Self.token.prefix(8)))
  }

  @Test(
    "What is no JSON, or not to its end, is read like any body",
    arguments: [
      "the key is T", #"{"messages":[{"content":"T"#, #"{"messages":[{"content":"hi"}]} T"#,
      #"{"messages":[,{"content":"T"}]}"#, "{\"messages\":[{\"content\":\"a\nT\"}]}", #"["a" "T"]"#,
      String(repeating: "[", count: 200) + #""T""#,
    ])
  func fallback(text: String) {
    for step in [1, Int.max] {
      let told = told(String(text.replacing("T", with: Self.token)), step: step)
      #expect(told.contains { $0.hasSuffix(" body") }, "\(told)")
    }
  }

  @Test("Of a conversation that grows only what is new is read, until the rules change or it goes elsewhere")
  func memory() {
    let (counter, models) = (Counting(), SessionModels())
    func turn(_ messages: Int, to host: String = "api.example") -> Int {
      let texts = (0..<messages).map {
        #"{"role":"user","content":"message \#($0) \#(String(repeating: "lorem ", count: 200))"}"#
      }
      let before = counter.read.withLock { $0.bytes }
      let reader = reader(.messages, models, counter, to: host)
      _ = reader.take(#"{"messages":[\#(texts.joined(separator: ","))]}"#)
      _ = reader.end()
      #expect(reader.findings.isEmpty)
      return counter.read.withLock { $0.bytes } - before
    }
    let (first, again, more) = (turn(10), turn(10), turn(11))
    #expect(first > 10_000 && again < 1_000 && more - again > 1_000 && more - again < 1_400)
    counter.rules.withLock { $0 = 2 }
    #expect(turn(11) > 11_000 && turn(11, to: "other.example") > 11_000)
  }

  @Test("What was found in a value is found again when it comes again")
  func again() {
    let models = SessionModels()
    let tellings = (0..<3).map { _ in
      let reader = reader(.messages, models)
      _ = reader.take(#"{"messages":[{"content":"\#(Self.token)"}]}"#)
      _ = reader.end()
      return reader.told
    }
    #expect(tellings[0] == tellings[1] && tellings[1] == tellings[2] && !tellings[0].isEmpty)
  }

  @Test("A provider's signature is no secret, in its place and with its type, wherever in its object that stands")
  func signatures() {
    let text = Self.signature
    let plain = told(#"{"messages":[{"content":[{"type":"text","text":"\#(text)"}]}]}"#)
    #expect(!plain.isEmpty, "the sample must be one that a rule likes")
    for (form, body) in [
      (
        ModelSettings.Form.messages, #"{"messages":[{"content":[{"type":"thinking","thinking":"x","signature":"S"}]}]}"#
      ),
      (.messages, #"{"messages":[{"content":[{"signature":"S","thinking":"x","type":"thinking"}]}]}"#),
      (.messages, #"{"messages":[{"content":[{"data":"S","type":"redacted_thinking"}]}]}"#),
      (.responses, #"{"input":[{"type":"reasoning","encrypted_content":"S"}]}"#),
      (.gemini, #"{"contents":[{"parts":[{"text":"x","thoughtSignature":"S"}]}]}"#),
    ] {
      #expect(told(String(body.replacing("S\"", with: text + "\"")), form).isEmpty, "\(body)")
    }
  }

  @Test("What only bears the name of a signature, or holds a certain secret, is read like any text")
  func impostors() {
    let likely = [
      #"{"messages":[{"content":[{"type":"text","signature":"S"}]}]}"#,
      #"{"messages":[{"content":[{"signature":"S","thinking":"x"}]}]}"#,
      #"{"messages":[{"content":[{"type":"tool_use","input":{"signature":"S","type":"thinking"}}]}]}"#,
      #"{"messages":[{"content":[{"type":"tool_use","data":"S"}]}]}"#, #"{"signature":"S","type":"thinking"}"#,
    ]
    for body in likely { #expect(!told(String(body.replacing("S\"", with: Self.signature + "\""))).isEmpty, "\(body)") }
    let loot = Self.token + String(repeating: "/Qk", count: 30)
    let body = #"{"messages":[{"content":[{"type":"thinking","signature":"\#(loot.replacing("_", with: "_"))"}]}]}"#
    #expect(!told(body).isEmpty)
  }

  @Test("An object with many signatures has some that are none")
  func crowds() {
    let one = #""signature":"\#(Self.signature)","#
    let body = #"{"messages":[{"content":[{C"type":"thinking"}]}]}"#
    #expect(told(String(body.replacing("C", with: String(repeating: one, count: 8)))).isEmpty)
    #expect(told(String(body.replacing("C", with: String(repeating: one, count: 9)))).count == 1)
  }

  @Test("Whatever a request is made of, what is found in it as a whole is found value by value as well")
  func mutated() {
    var mutator = Mutator(seed: 608)
    let seeds = [
      #"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"a\nb \u00e9"},{"type":"x","n":1.5e3}]}]}"#,
      #"[{"signature":"\#(Self.signature)","type":"thinking"},{"data":{"a":[true,null,"x"]}}]"#,
    ].map { Array($0.utf8) }
    var found = 0
    for _ in 0..<150 {
      var bytes = mutator.mutate(seeds)
      bytes.insert(contentsOf: Array(" \(Self.token) ".utf8), at: mutator.next(bytes.count + 1))
      let (plain, whole) = (Inspecting.reader(), reader())
      for one in [plain, whole] {
        _ = one.take(ByteBuffer(bytes: bytes))
        _ = one.end()
      }
      if plain.findings.facts.secrets > 0 {
        found += 1
        #expect(whole.findings.facts.secrets > 0, "\(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(found > 100)
  }

  @Test("A value of any length is read, and no more than it and 64 KiB are held")
  func long() {
    for size in [200 << 10, 1 << 20] {
      let reader = reader()
      var (given, most) = ([ByteBuffer](), 0)
      _ = reader.take(#"{"messages":[{"content":""#)
      for _ in 0..<(size / 4096) {
        given += reader.take(ByteBuffer(repeating: 0x61, count: 4096))
        most = max(most, reader.heldBytes)
      }
      given += reader.take(" \(Self.token) \"}]}")
      given += reader.end()
      #expect(reader.isStopped && reader.findings.facts.secrets > 0)
      #expect(!given.text.contains(Self.token.prefix(8)))
      #expect(most <= ModelBody.longestLeaf + BodyHold.most + 8192, "\(most)")
    }
  }

  @Test("A secret in the midst of many values does not go on, nor what follows it")
  func midst() {
    let reader = reader()
    let filler = (0..<2000).map { #"{"content":"message \#($0) \#(String(repeating: "lorem ", count: 20))"}"# }
    let body =
      #"{"messages":["# + filler.joined(separator: ",") + #",{"k\#(Self.token)":1},"#
      + filler.joined(separator: ",") + "]}"
    var (given, rest) = ([ByteBuffer](), Array(body.utf8)[...])
    while !rest.isEmpty, !reader.isStopped {
      given += reader.take(ByteBuffer(bytes: rest.prefix(4096)))
      rest = rest.dropFirst(4096)
    }
    #expect(reader.isStopped && !rest.isEmpty && !given.joined.isEmpty)
    #expect(!given.text.contains(Self.token.prefix(8)))
  }

  @Test("At the gate a request to a model is known by host and path, and a refusal says which value")
  func gate() async throws {
    let server = try TestServer.http()
    var settings = EgressSettings()
    let endpoint = try #require(ModelSettings.Endpoint("good.example", .messages, ["/v1/messages"]))
    settings.models.endpoints = [endpoint]
    let gate = try await TestGate(
      mediator: TestMediator { action in
        [Reason(.allow, "test-allows", "allowed")] + FindingsJudge().judge(action)
      }, names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]), settings: settings,
      inspector: Inspecting.store)
    let body = #"{"messages":[{"content":"x"},{"content":"\#(Self.token)"}]}"#
    func send(_ path: String) async throws -> String {
      try await blocking {
        let peer = try gate.proxied()
        let host = "good.example:\(server.port)"
        try peer.send(
          "POST http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        return try peer.receiveText()
      }
    }
    let (known, other) = (try await send("/v1/messages"), try await send("/v1/other"))
    await gate.close()
    #expect(known.hasPrefix("HTTP/1.1 403 ") && known.contains(#""where":"body:/messages/1/content""#), "\(known)")
    #expect(other.hasPrefix("HTTP/1.1 403 ") && other.contains(#""where":"body""#))
  }

  @Test("The hosts that everybody knows are known, by their paths alone")
  func table() {
    let settings = ModelSettings()
    func form(_ host: String, _ path: String) -> ModelSettings.Form? { settings.form(name(host), path: path) }
    #expect(form("api.anthropic.com", "/v1/messages") == .messages)
    #expect(
      form("api.openai.com", "/v1/chat/completions") == .chat && form("api.openai.com", "/v1/responses") == .responses)
    let gemini = "generativelanguage.googleapis.com"
    #expect(form(gemini, "/v1beta/models/gemini-2.5-pro:streamGenerateContent") == .gemini)
    #expect(form(gemini, "/v1beta/models/a:generateContent") == .gemini && form(gemini, "/v1beta/files") == nil)
    #expect(form("api.anthropic.com", "/v1/files") == nil && form("anthropic.com", "/v1/messages") == nil)
  }
}
