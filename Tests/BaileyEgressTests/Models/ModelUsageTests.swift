import BaileyCore
import NIOCore
import Synchronization
import Testing

@testable import BaileyEgress

@Suite("Budgets for models")
struct ModelUsageTests {
  private static let stream = """
    event: message_start
    data: {"type":"message_start","message":{"model":"claude-x","usage":{"input_tokens":20,"cache_creation_input_tokens":3,"cache_read_input_tokens":400,"output_tokens":1}}}

    event: content_block_delta
    data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"\\"usage\\": {\\"output_tokens\\": 9999}"}}

    event: message_delta
    data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":50}}


    """
  private static let anthropic = ModelUsage(input: 20, output: 50, cacheRead: 400, cacheWrite: 3)

  @Test(
    "Usage is read where each provider puts it, whole or from events, however the answer is cut",
    arguments: [
      (ModelSettings.Form.messages, true, stream, anthropic, "claude-x"),
      (
        .messages, false,
        #"{"model":"claude-x","content":[{"type":"tool_use","input":{"usage":{"input_tokens":7777}}}],"usage":{"input_tokens":20,"output_tokens":50,"cache_read_input_tokens":400,"cache_creation_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":3}}}"#,
        anthropic, "claude-x"
      ),
      (
        .chat, false,
        #"{"model":"gpt-x","usage":{"prompt_tokens":100,"completion_tokens":7,"total_tokens":107,"prompt_tokens_details":{"cached_tokens":60}}}"#,
        ModelUsage(input: 40, output: 7, cacheRead: 60), "gpt-x"
      ),
      (
        .chat, true,
        "data: {\"model\":\"gpt-x\",\"choices\":[],\"usage\":null}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":6}}\n\ndata: [DONE]\n\n",
        ModelUsage(input: 5, output: 6), "gpt-x"
      ),
      (
        .responses, true,
        "event: response.completed\ndata: {\"response\":{\"model\":\"gpt-y\",\"usage\":{\"input_tokens\":75,\"input_tokens_details\":{\"cached_tokens\":70},\"output_tokens\":9}}}\n\n",
        ModelUsage(input: 5, output: 9, cacheRead: 70), "gpt-y"
      ),
      (
        .gemini, true,
        "data: {\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":1}}\n\ndata: {\"usageMetadata\":{\"promptTokenCount\":10,\"candidatesTokenCount\":8,\"thoughtsTokenCount\":4},\"modelVersion\":\"g-1\"}\n\n",
        ModelUsage(input: 10, output: 12), "g-1"
      ),
      (
        .gemini, false,
        #"[{"usageMetadata":{"promptTokenCount":10}},{"usageMetadata":{"candidatesTokenCount":8},"modelVersion":"g-1"}]"#,
        ModelUsage(input: 10, output: 8), "g-1"
      ),
    ])
  func read(form: ModelSettings.Form, isEvents: Bool, text: String, usage: ModelUsage, model: String) {
    for step in [1, 13, 100_000] {
      var (reader, rest) = (UsageReader(form, isEvents: isEvents), Array(text.utf8)[...])
      while !rest.isEmpty {
        let part = Array(rest.prefix(step))
        reader.feed(part.span)
        rest = rest.dropFirst(step)
      }
      #expect(reader.usage == usage && reader.model == model)
    }
  }

  @Test("Numbers that no answer has are taken for the most, and what is no number for nothing")
  func strange() {
    for (text, input) in [
      ("99999999999999999999999999999", nil), ("9000000000000000", Int64(1) << 40), ("-5", nil), ("1e9", nil),
      ("\"5\"", nil),
    ] {
      var reader = UsageReader(.messages, isEvents: false)
      let bytes = Array(#"{"usage":{"input_tokens":\#(text)}}"#.utf8)
      reader.feed(bytes.span)
      #expect(reader.usage?.input == input, "\(text)")
    }
    #expect(ModelUsage(input: .max, output: .max).tokens == .max)
    #expect(ModelUsage(input: .max).cost(ModelSettings.assumed) == .max)
  }

  @Test("Prices are per million tokens, and a model without one costs as much as the dearest")
  func prices() {
    var settings = ModelSettings()
    settings.prices = [
      .init(model: "claude-x*", input: 3_000_000, output: 15_000_000, cacheRead: 300_000, cacheWrite: 3_750_000),
      .init(model: "small", input: 100_000, output: 20_000_000),
    ]
    // 20 × 3 + 50 × 15 + 400 × 0.3 + 3 × 3.75 millionths of a dollar.
    #expect(Self.anthropic.cost(settings.price(of: "claude-x-1")) == 941_250_000)
    #expect(settings.price(of: "small").output == 20_000_000)
    let unknown = settings.price(of: "other")
    #expect(unknown.input == 3_000_000 && unknown.output == 20_000_000)
    #expect(ModelSettings().price(of: "x") == ModelSettings.assumed)
    #expect(Money.millionths("2.50") == 2_500_000 && Money.millionths("0.000001") == 1)
    for text in ["", ".5", "1.", "1.0000001", "-1", "1,5", "1e3", "1234567890"] {
      #expect(Money.millionths(text) == nil)
    }
  }

  /// A gate with a budget, and a model behind it that answers each question with the same.
  private func gate(_ server: TestServer, _ budget: ModelBudget, _ mediator: TestMediator) async throws -> TestGate {
    var settings = EgressSettings()
    settings.models.endpoints = [try #require(ModelSettings.Endpoint("good.example", .messages, ["/v1/**"]))]
    return try await TestGate(
      mediator: mediator, names: ["good.example": ["127.0.0.1"]],
      rules: opened(server.port, also: [rule("good.example", server.port)]), settings: settings, models: budget)
  }

  private static func model(_ answer: String, type: String = "application/json", status: Int = 200) throws -> TestServer
  {
    try TestServer { peer in
      let head = try peer.receiveHead()
      let length = head.lowercased().components(after: "content-length: ").flatMap { Int($0) } ?? 0
      _ = try peer.receive(exactly: length)
      try peer.send(
        "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(answer.utf8.count)\r\nConnection: close\r\n\r\n\(answer)"
      )
    }
  }

  private static func ask(_ gate: TestGate, _ port: UInt16, _ path: String = "/v1/messages", _ body: String = "{}")
    async throws -> String
  {
    try await blocking {
      let peer = try gate.proxied()
      let host = "good.example:\(port)"
      try peer.send(
        "POST http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
      )
      return try peer.receiveText()
    }
  }

  private static let tenth = #"{"model":"m","usage":{"input_tokens":60,"output_tokens":40}}"#

  @Test("From four fifths on the session is told once, and at the end of the budget requests are refused in words")
  func budget() async throws {
    let (server, mediator) = (try Self.model(Self.tenth), TestMediator())
    let gate = try await gate(server, ModelBudget(tokens: 1000), mediator)
    var answers: [String] = []
    for number in 1...11 {
      answers.append(try await Self.ask(gate, server.port))
      // What came of a request is counted before its end has reached the agent.
      let codes = mediator.observations.compactMap { $0.1.detail["code"]?.string }
      if number == 7 { #expect(codes.isEmpty && mediator.memory.withLock { $0.labels }.isEmpty) }
    }
    await gate.close()
    #expect(answers.prefix(10).allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
    #expect(answers[10].hasPrefix("HTTP/1.1 403 ") && answers[10].contains(#""code":"token-budget""#))
    #expect(answers[10].contains("limits.tokens") && server.connections == 10)
    #expect(mediator.refusalCodes.count { $0 == "token-budget-near" } == 1)
    #expect(mediator.memory.withLock { $0.labels } == ["token-budget-near"])
    let refused = mediator.observations.first { $0.1.detail["code"] == "token-budget" }?.0
    #expect(refused?.resource["host"] == "good.example" && refused?.resource["path"] == "/v1/messages")
    let outcome = try #require(mediator.completions.first { $0.0.verb == .httpRequest }?.1)
    #expect(outcome.detail["usage"]?["input"] == 60 && outcome.detail["usage"]?["model"] == "m")
  }

  @Test("What models cost is counted by the prices that are stated, and ends at its limit")
  func cost() async throws {
    let server = try Self.model(Self.tenth)
    // By what is assumed 60 tokens at 100 and 40 at 500 dollars a million: 26 thousandths of a dollar.
    let gate = try await gate(server, ModelBudget(cost: 50_000), TestMediator())
    let answers = [
      try await Self.ask(gate, server.port), try await Self.ask(gate, server.port),
      try await Self.ask(gate, server.port),
    ]
    await gate.close()
    #expect(answers[1].hasPrefix("HTTP/1.1 200 ") && answers[2].contains(#""code":"cost-budget""#))
  }

  @Test("An answer that does not say counts by its length; an error, and a count of tokens, by nothing")
  func estimates() async throws {
    let text = #"{"text":"\#(String(repeating: "word ", count: 100))"}"#
    for (server, path, isCounted) in [
      (try Self.model(text), "/v1/messages", true), (try Self.model(text), "/v1/messages/count_tokens", false),
      (try Self.model(text, status: 529), "/v1/messages", false),
      (try Self.model("data: {}\n\n" + text, type: "text/event-stream"), "/v1/messages", true),
    ] {
      let (mediator, body) = (TestMediator(), #"{"q":"\#(String(repeating: "ask ", count: 100))"}"#)
      let gate = try await gate(server, ModelBudget(tokens: 450), mediator)
      let answers = [
        try await Self.ask(gate, server.port, path, body), try await Self.ask(gate, server.port, path, body),
      ]
      await gate.close()
      #expect(answers[1].contains("token-budget") == isCounted, "\(path) \(answers)")
      let usage = mediator.completions.first { $0.0.verb == .httpRequest }?.1.detail["usage"]
      #expect(usage?["estimated"] == (isCounted ? true : nil))
    }
  }

  @Test("Requests under way count by what they send, so that many at once do not pass the budget")
  func underWay() async throws {
    let server = try TestServer { peer in
      _ = try peer.receiveHead()
      _ = try peer.receiveAll()
    }
    let gate = try await gate(server, ModelBudget(tokens: 400), TestMediator())
    let host = "good.example:\(server.port)"
    let body = #"{"q":"\#(String(repeating: "ask ", count: 250))"}"#
    let first = try gate.proxied()
    try first.send(
      "POST http://\(host)/v1/messages HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    )
    var second = ""
    for _ in 0..<200 where !second.contains("token-budget") {
      try await Task.sleep(for: .milliseconds(10))
      if server.connections > 0 { second = try await Self.ask(gate, server.port, "/v1/messages/count_tokens") }
      if !second.hasPrefix("HTTP/1.1 403") { second = "" }
    }
    first.close()
    await gate.close()
    #expect(second.contains("token-budget"))
  }

  @Test("Under a budget no model is asked over WebSocket, where nobody counts")
  func webSocket() async throws {
    let server = try Self.model(Self.tenth)
    let gate = try await gate(server, ModelBudget(tokens: 10), TestMediator())
    let host = "good.example:\(server.port)"
    let answer = try await blocking {
      let peer = try gate.proxied()
      try peer.send(Handshake.request("http://\(host)/v1/responses", host: host))
      return try peer.receiveText()
    }
    await gate.close()
    #expect(answer.contains("model-uncounted") && server.connections == 0)
  }
}
