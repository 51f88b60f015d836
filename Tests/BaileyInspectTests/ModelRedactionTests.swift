import Testing

@testable import BaileyInspect

@Suite("Redaction of what goes to a model")
struct ModelRedactionTests {
  private static let secret = "AKIAPYCDYBK377OXTZQ6"
  private static let label = "[redacted:aws-access-key]"
  /// Letters of base 64 in which a secret would be found.
  private static let opaque = base64(Array("sign \(secret) ".utf8) + [UInt8](repeating: 0x41, count: 180))

  private func prepare(
    _ text: String, _ interface: ModelInterface, blobs: ModelPreprocessor.BlobAction = .leave
  ) throws -> PreparedRequest {
    try ModelPreprocessor(try Redact.redactor(), interface: interface, blobs: blobs).prepare(Array(text.utf8))
  }

  private static let requests: [(ModelInterface, String, [String], [String])] = [
    (
      .messages,
      """
      {"model":"m","system":"use S","messages":[{"role":"user","content":"S"},{"role":"assistant","content":[
      {"type":"thinking","thinking":"S","signature":"O"},{"data":"O","type":"redacted_thinking"},
      {"type":"tool_use","id":"t1","name":"Bash","input":{"command":"echo S","type":"thinking","signature":"O"}}]},
      {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"S"},
      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"O"}}]},
      {"type":"image","source":{"type":"base64","media_type":"image/png","data":"O"}}]}]}
      """,
      [
        "/messages/1/content/0/signature", "/messages/1/content/1/data", "/messages/2/content/0/content/1/source/data",
        "/messages/2/content/1/source/data",
      ],
      [
        "/system", "/messages/0/content", "/messages/1/content/0/thinking", "/messages/1/content/2/input/command",
        "/messages/1/content/2/input/signature", "/messages/2/content/0/content/0/text",
      ]
    ),
    (
      .responses,
      """
      {"model":"m","instructions":"S","input":[{"type":"reasoning","summary":[],"encrypted_content":"O"},
      {"type":"function_call","call_id":"c","name":"x","arguments":"{\\"cmd\\":\\"echo S\\"}"},
      {"type":"function_call_output","call_id":"c","output":"S"},
      {"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:image/png;base64,O"},{"type":"input_text","text":"S"}]}]}
      """,
      ["/input/0/encrypted_content", "/input/3/content/0/image_url"],
      ["/instructions", "/input/1/arguments", "/input/2/output", "/input/3/content/1/text"]
    ),
    (
      .chat,
      """
      {"messages":[{"role":"user","content":[{"type":"text","text":"S"},{"type":"image_url","image_url":{"url":"data:image/png;base64,O"}}]},
      {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"x","arguments":"{\\"a\\": \\"S\\"}"}}]},
      {"role":"tool","tool_call_id":"c","content":"S"}]}
      """,
      ["/messages/0/content/1/image_url/url"],
      ["/messages/0/content/0/text", "/messages/1/tool_calls/0/function/arguments", "/messages/2/content"]
    ),
    (
      .gemini,
      """
      {"systemInstruction":{"parts":[{"text":"S"}]},"contents":[{"role":"model","parts":[{"functionCall":{"name":"x","args":{"a":"S"}},"thoughtSignature":"O"}]},
      {"role":"user","parts":[{"inlineData":{"mimeType":"image/png","data":"O"}},{"functionResponse":{"name":"x","response":{"out":"S"}}}]}]}
      """,
      ["/contents/0/parts/0/thoughtSignature", "/contents/1/parts/0/inlineData/data"],
      [
        "/systemInstruction/parts/0/text", "/contents/0/parts/0/functionCall/args/a",
        "/contents/1/parts/1/functionResponse/response/out",
      ]
    ),
  ]

  /// What comes behind `github_pat_`.
  private static let github = "11BKWDQ7A0rSzY4w7ztjB7_f3RtDLHZg9RakGnRAyPcTM93aL25EJrreJJA9AP3PL9LUWNkvsPMwNaVBZc"

  private static func filled(_ text: String, _ secret: String) -> String {
    text.split(separator: "S\"", omittingEmptySubsequences: false).joined(separator: secret + "\"")
      .split(separator: "S\\\"", omittingEmptySubsequences: false).joined(separator: secret + "\\\"")
      .split(separator: "use S", omittingEmptySubsequences: false).joined(separator: "use " + secret)
      .split(separator: "\"O\"", omittingEmptySubsequences: false).joined(separator: "\"\(opaque)\"")
      .split(separator: ",O\"", omittingEmptySubsequences: false).joined(separator: ",\(opaque)\"")
  }

  @Test("Text is redacted in its place, and what a provider signed stays as it is, byte for byte", arguments: 0..<4)
  func fields(index: Int) throws {
    let (interface, template, opaque, redacted) = Self.requests[index]
    let request = try prepare(Self.filled(template, Self.secret), interface)
    #expect(request.isStructured)
    #expect(request.opaque.map(\.pointer) == opaque)
    #expect(request.opaque.allSatisfy { $0.findings.map(\.rule) == ["aws-access-key"] })
    #expect(Set(request.redacted.compactMap(\.pointer)) == Set(redacted))
    let out = String(decoding: request.bytes, as: UTF8.self)
    #expect(!out.contains(Self.secret))
    #expect(out.ranges(of: Self.opaque).count == opaque.count)
    if interface != .messages { #expect(out == Self.filled(template, Self.label)) }
  }

  @Test("Pictures are looked into where that is wanted, and signatures never")
  func blobs() throws {
    let (interface, template, _, _) = Self.requests[0]
    let request = try prepare(Self.filled(template, "nothing"), interface, blobs: .inspect)
    #expect(request.opaque.map(\.kind) == [.signature, .signature])
    #expect(request.redacted.count == 3)
  }

  @Test(
    "What only bears the name of a signature is redacted",
    arguments: [
      #"{"messages":[{"content":[{"type":"text","signature":"O"}]}]}"#,
      #"{"messages":[{"content":[{"type":"thinking","signature":"see S"}]}]}"#,
      #"{"messages":[{"content":[{"type":"thinking","signature":"S"}]}]}"#,
      #"{"metadata":{"type":"thinking","signature":"O"}}"#, #"{"signature":"O","type":"thinking"}"#,
      #"{"messages":[{"content":[{"type":"thinking","signature":"AS"}]}]}"#,
      #"{"messages":[{"content":[{"type":"redacted_thinking","data":"A/S"}]}]}"#,
      #"{"messages":[{"content":[{"source":{"type":"base64","data":"S"}}]}]}"#,
      #"{"messages":[{"content":[{"source":{"type":"base64","data":"A/S"}}]}]}"#,
    ])
  func disguised(text: String) throws {
    let filled = Self.filled(text, Self.secret).replacingFirst("see S", with: "see \(Self.secret)")
      .replacingFirst("A/", with: String(repeating: "A", count: 300) + "/")
      .replacingFirst("\"A\(Self.secret)\"", with: "\"github_pat_\(Self.github)\"")
    let request = try prepare(filled, .messages)
    #expect(request.opaque.isEmpty && request.redacted.count == 1)
    #expect(try Redact.left(request.bytes).isEmpty)
  }

  @Test("A body that is no JSON is redacted as plain bytes")
  func plain() throws {
    let request = try prepare("{\"messages\": [\"\(Self.secret)\"", .messages)
    #expect(!request.isStructured)
    #expect(String(decoding: request.bytes, as: UTF8.self) == "{\"messages\": [\"\(Self.label)\"")
  }

  private func conversation(_ turns: Int) -> [UInt8] {
    let messages = (0..<turns).map { turn in
      #"{"role":"user","content":"turn \#(turn): \#(String(repeating: "some words of turn \(turn) ", count: 40))\#(Self.secret)"}"#
    }
    return Array("{\"messages\":[\(messages.joined(separator: ","))]}".utf8)
  }

  @Test("Of a conversation that grows only what is new is inspected")
  func memory() throws {
    let redactor = try Redact.redactor()
    let preprocessor = ModelPreprocessor(redactor, interface: .messages)
    let first = try preprocessor.prepare(conversation(30))
    let before = redactor.inspectedBytes
    #expect(before > 2 * 30 * 900)
    let second = try preprocessor.prepare(conversation(31))
    #expect(redactor.inspectedBytes - before < 3000)
    #expect(first.redacted.count == 30 && second.redacted.count == 31)
    #expect(try Redact.left(second.bytes).isEmpty)
  }

  @Test("What is remembered has a bound, and what was forgotten is inspected again")
  func forgetting() throws {
    let redactor = try Redact.redactor()
    let preprocessor = ModelPreprocessor(redactor, interface: .messages, remembered: 10)
    _ = try preprocessor.prepare(conversation(30))
    let before = redactor.inspectedBytes
    let again = try preprocessor.prepare(conversation(30))
    #expect(redactor.inspectedBytes - before > 20 * 900)
    #expect(again.redacted.count == 30)
    var memory = LeafMemory<[Edit]>(maximumCount: 4)
    for number in 0..<100 { _ = memory.edits(LeafKey.of([[UInt8(number)]])) { [] } }
    #expect(memory.count <= 4)
  }

  @Test("Two findings in one number, and two that meet in one escape, are one edit")
  func overlapping() throws {
    let number = try prepare(#"{"card":4242424242424242.4242424242424242}"#, .chat)
    #expect(number.isStructured && number.redacted.count == 1)
    #expect(try LeafDocument.json(number.bytes).leaves.count == 2)
    #expect(try Redact.left(number.bytes).isEmpty)
    // Two values that meet within what one escape of JSON stands for.
    var options = InspectionOptions()
    options.known = KnownValues([
      KnownValue(name: "A", value: Array("k7Jm2Xq9Lp".utf8) + [0xC3]),
      KnownValue(name: "B", value: [0xA9] + Array("R4tY8uI2oW".utf8)),
    ])
    let redactor = Redactor(try Shared.rules.get(), policy: Redaction(.label), options: options)
    let body = Array(#"{"a": "see k7Jm2Xq9Lp\u00e9R4tY8uI2oW end"}"#.utf8)
    let request = try ModelPreprocessor(redactor, interface: .chat).prepare(body)
    #expect(
      String(decoding: request.bytes, as: UTF8.self) == "{\"a\": \"see \(String(repeating: "*", count: 26)) end\"}")
  }

  @Test("No pointer holds a key that was replaced, or more than 1 KiB of keys")
  func pointers() throws {
    let text = #"{"a":{"x \#(Self.secret)":["\#(Self.secret)",{"b":"\#(Self.secret)"}]}}"#
    let request = try prepare(text, .chat)
    #expect(request.redacted.map(\.pointer) == ["/a/*", "/a/*/0", "/a/*/1/b"])
    let document = try Redact.redactor().redact(Array(text.utf8), as: .json)
    #expect(document.redacted.map(\.pointer) == request.redacted.map(\.pointer))
    let long = String(repeating: "k", count: 1 << 20)
    let deep = try prepare(#"{"\#(long)":{"\#(long)":"\#(Self.secret)"}}"#, .chat).redacted
    let cut = "/" + String(repeating: "k", count: 128) + "…"
    #expect(deep.map(\.pointer) == [cut + cut])
    let levels = String(repeating: "{\"\(long.prefix(120))\":", count: 100)
    let deeper = try prepare(levels + "\"\(Self.secret)\"" + String(repeating: "}", count: 100), .chat).redacted
    #expect(deeper.allSatisfy { ($0.pointer?.utf8.count ?? 0) <= 1028 && $0.pointer?.hasSuffix("/…") == true })
    #expect(deeper.count == 1)
  }

  @Test("The same text under another name is another leaf")
  func names() throws {
    let preprocessor = ModelPreprocessor(try Redact.redactor(), interface: .messages)
    let text = #"{"title": "hV7kq2mZp9", "password": "hV7kq2mZp9"}"#
    #expect(try preprocessor.prepare(Array(text.utf8)).redacted.map(\.pointer) == ["/password"])
  }
}

@Suite("Placeholders in what a model answers")
struct ModelAnswerTests {
  /// As it comes from a secret with a quote and a line end in it.
  private static let value = "p\"w\nd"
  private static let inJSON = #"p\"w\nd"#
  private static let twice = #"p\\\"w\\nd"#

  private struct Fixture {
    let vault = PlaceholderVault()
    let placeholder: String

    init() throws {
      let made = try #require(vault.placeholder(for: Array(ModelAnswerTests.value.utf8), rule: "password"))
      placeholder = String(decoding: made, as: UTF8.self)
    }

    func restorer(_ interface: ModelInterface, _ policy: RestorePolicy) -> ModelAnswerRestorer {
      ModelAnswerRestorer(vault, interface: interface, policy: policy)
    }

    func whole(_ text: String, _ interface: ModelInterface, _ policy: RestorePolicy) -> String {
      let filled = text.split(separator: "P!", omittingEmptySubsequences: false).joined(separator: placeholder)
      return String(decoding: restorer(interface, policy).restore(Array(filled.utf8)), as: UTF8.self)
    }

    /// With the place of the placeholder cut in two where `|` stands.
    func stream(_ text: String, _ interface: ModelInterface, _ policy: RestorePolicy, cut: Int = 13) -> String {
      let filled = text.replacingFirst("P1", with: String(placeholder.prefix(cut)))
        .replacingFirst("P2", with: String(placeholder.dropFirst(cut)))
      let restorer = restorer(interface, policy)
      var out: [UInt8] = []
      for byte in Array(filled.utf8) { out += restorer.feed([byte]) }
      return String(decoding: out + restorer.finish(), as: UTF8.self)
    }
  }

  @Test("Values come back in the inputs of tools that the policy names, and nowhere else")
  func tools() throws {
    let fixture = try Fixture()
    let text =
      #"{"content":[{"type":"text","text":"P!"},{"type":"tool_use","id":"a","name":"Bash","input":{"c":["x P!"]}},{"type":"tool_use","id":"b","name":"Web","input":{"c":"P!"}}]}"#
    let kept = fixture.whole(text, .messages, RestorePolicy())
    #expect(kept == fixture.whole(text, .gemini, RestorePolicy(tools: .all, text: true)))
    #expect(kept.ranges(of: fixture.placeholder).count == 3)
    let named = fixture.whole(text, .messages, RestorePolicy(tools: .named(["Bash"])))
    #expect(named == kept.replacingFirst("x \(fixture.placeholder)", with: "x \(Self.inJSON)"))
    let all = fixture.whole(text, .messages, RestorePolicy(tools: .all, text: true))
    #expect(!all.contains("BAILEY") && all.ranges(of: Self.inJSON).count == 3)
  }

  @Test(
    "In arguments that are JSON in a string a value is escaped twice",
    arguments: [
      (
        ModelInterface.chat,
        #"{"choices":[{"index":0,"message":{"tool_calls":[{"id":"c","function":{"name":"x","arguments":"{\"a\":\"P!\"}"}}]}}]}"#
      ),
      (.responses, #"{"output":[{"type":"function_call","id":"f","name":"x","arguments":"{\"a\":\"P!\"}"}]}"#),
      (
        .responses,
        #"{"type":"response.completed","response":{"output":[{"type":"function_call","id":"f","name":"x","arguments":"{\"a\":\"P!\"}"}]}}"#
      ),
    ])
  func arguments(interface: ModelInterface, text: String) throws {
    let out = try Fixture().whole(text, interface, RestorePolicy(tools: .named(["x"])))
    #expect(out == text.replacingFirst("P!", with: Self.twice))
  }

  @Test("In Gemini's arguments a value is escaped once")
  func gemini() throws {
    let text = #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"x","args":{"a":"P!"}}}]}}]}"#
    #expect(
      try Fixture().whole(text, .gemini, RestorePolicy(tools: .named(["x"])))
        == text.replacingFirst("P!", with: Self.inJSON))
    #expect(try Fixture().whole(text, .gemini, RestorePolicy(tools: .named(["y"]))).contains("BAILEY"))
  }

  private static func event(_ data: String) -> String { "event: e\ndata: \(data)\n\n" }

  @Test("A placeholder that is cut over events comes back", arguments: [1, 13, 19, 33, 50])
  func pieces(cut: Int) throws {
    let fixture = try Fixture()
    let start = Self.event(
      #"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"Bash","input":{}}}"#
    )
    let delta = { (text: String) in
      Self.event(
        #"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\#(text)"}}"#)
    }
    let (ping, stop) = (Self.event(#"{"type":"ping"}"#), Self.event(#"{"type":"content_block_stop","index":1}"#))
    let text = start + delta(#"{\"c\":\"P1"#) + ping + delta(#"P2\"}"#) + stop
    let out = fixture.stream(text, .messages, RestorePolicy(tools: .named(["Bash"])), cut: cut)
    #expect(out == start + delta(#"{\"c\":\""#) + ping + delta("\(Self.twice)\\\"}") + stop)
    #expect(
      fixture.stream(text, .messages, RestorePolicy(tools: .named(["Web"])), cut: cut).contains("BAILEY".prefix(cut)))
  }

  @Test("Pieces of calls that are told together are kept apart")
  func together() throws {
    let chunk = { (first: String, second: String) in
      Self.event(
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"x","arguments":"\#(first)"}},{"index":1,"function":{"name":"x","arguments":"\#(second)"}}]}}]}"#
      )
    }
    let text = chunk("P1", "a") + chunk("P2", "b") + "data: [DONE]\n\n"
    let out = try Fixture().stream(text, .chat, RestorePolicy(tools: .all))
    #expect(out == chunk("", "a") + chunk(Self.twice, "b") + "data: [DONE]\n\n")
  }

  @Test("What was held back and does not go on is told in an event of its own")
  func rest() throws {
    let delta = { (text: String) in
      Self.event(#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#(text)"}}"#)
    }
    let stop = Self.event(#"{"type":"content_block_stop","index":0}"#)
    let policy = RestorePolicy(text: true)
    #expect(try Fixture().stream(delta("Option B") + stop, .messages, policy) == delta("Option ") + delta("B") + stop)
    #expect(try Fixture().stream(delta("Option B"), .messages, policy) == delta("Option ") + delta("B"))
    let chunk = { (text: String, call: String) in
      Self.event(
        #"{"choices":[{"index":0,"delta":{"content":"\#(text)","tool_calls":[{"index":0,"function":{"arguments":"\#(call)"}}]}}]}"#
      )
    }
    let out = try Fixture().stream(chunk("B", "x") + "data: [DONE]\n\n", .chat, policy)
    #expect(out == chunk("", "x") + chunk("B", "") + "data: [DONE]\n\n")
  }

  @Test(
    "What is no event of the kind goes on as it is",
    arguments: [
      ": comment\n\n", "data: {broken\n\n", "data: {\"a\":1}\ndata: {\"b\":2}\n\n", "data:\n\n", "event: x\n", "{",
      "\r\n\r\n", "data: 5\r\n\r\n",
    ])
  func others(text: String) throws {
    #expect(try Fixture().stream(text, .messages, RestorePolicy(tools: .all, text: true)) == text)
  }

  @Test("An answer of long keys and names is read in its length, and what names too much names nothing")
  func hostile() throws {
    let fixture = try Fixture()
    let long = String(repeating: "k", count: 1 << 20)
    let many = Array(repeating: #""P!""#, count: 20_000).joined(separator: ",")
    let call = { (id: String, name: String) in
      #"{"\#(long)":[1,2],"content":[{"type":"tool_use","id":"\#(id)","name":"\#(name)","input":{"\#(long)":[\#(many)]}}]}"#
    }
    let policy = RestorePolicy(tools: .named(["Bash"]))
    #expect(!fixture.whole(call("a", "Bash"), .messages, policy).contains("BAILEY"))
    #expect(fixture.whole(call("a", "Bash" + long), .messages, policy).ranges(of: "BAILEY").count == 20_000)
    #expect(!fixture.whole(call(long, "Bash"), .messages, policy).contains("BAILEY"))
  }

  @Test("An answer larger than 32 MiB goes on as it is")
  func largest() throws {
    let space = String(repeating: " ", count: 32 << 20)
    let text = #"{"content":[{"type":"text","text":"P!"}]}"#
    let policy = RestorePolicy(text: true)
    #expect(try Fixture().whole(text + space.dropFirst(200), .messages, policy).contains(Self.inJSON))
    #expect(try Fixture().whole(text + space, .messages, policy).contains("BAILEY"))
  }

  private static func gemini(_ texts: [String]) -> String {
    let parts = texts.map { #"{"text":"\#($0)"}"# }.joined(separator: ",")
    return event(#"{"candidates":[{"index":0,"content":{"parts":[\#(parts)]}}]}"#)
  }

  @Test("Pieces of one part in one event are one text, and of too many nothing is held back")
  func manyPieces() throws {
    let (fixture, policy) = (try Fixture(), RestorePolicy(text: true))
    let out = fixture.stream(Self.gemini(["a", "P1"]) + Self.gemini(["P2", "b"]), .gemini, policy)
    #expect(out == Self.gemini(["a", ""]) + Self.gemini([Self.inJSON, "b"]))
    #expect(
      fixture.stream(Self.gemini(["P1", "P2", "B"]), .gemini, policy)
        == Self.gemini(["", Self.inJSON, ""]) + Self.gemini(["", "", "B"]))
    let many = Self.gemini([String](repeating: "B", count: 100_000))
    let held = Self.gemini(["B"])
    #expect(
      fixture.stream(held + many + held, .gemini, policy)
        == Self.gemini([""]) + held + many + Self.gemini([""]) + held)
  }

  @Test("What is held back of many parts has a bound, and all of it is told")
  func manyParts() throws {
    let filler = String(repeating: "f", count: 1 << 20)
    let delta = { (index: Int, text: String) in
      Self.event(#"{"type":"content_block_delta","x":"\#(filler)","index":\#(index),"delta":{"text":"\#(text)"}}"#)
    }
    let text = (0..<40).map { delta($0, "B") }.joined()
    let restorer = try Fixture().restorer(.messages, RestorePolicy(text: true))
    var (out, first) = (0, restorer.feed(Array(text.utf8)))
    out += first.count
    #expect(out > 40 << 20)
    first = restorer.finish()
    out += first.count
    #expect(out > 80 << 20 && first.count < 17 << 20)
  }

  @Test("An event that is too large goes on as it is, and the next is read")
  func large() throws {
    let fixture = try Fixture()
    let policy = RestorePolicy(text: true)
    let delta = { (text: String) in Self.event(#"{"type":"content_block_delta","index":0,"delta":{"text":"\#(text)"}}"#)
    }
    let long = delta(String(repeating: "x", count: 4 << 20) + fixture.placeholder)
    let restorer = fixture.restorer(.messages, policy)
    let out = restorer.feed(Array((long + delta(fixture.placeholder)).utf8)) + restorer.finish()
    #expect(out == Array((long + delta(Self.inJSON)).utf8))
  }
}
