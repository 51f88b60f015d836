import BaileyCore
import Testing

@Suite struct DecisionTests {
  private static let effects = Effect.allCases

  @Test("A denial is never overturned, in whatever order the reasons come", arguments: effects, effects)
  func denial(first: Effect, second: Effect) {
    for order in [[.deny, first, second], [first, .deny, second], [first, second, .deny]] {
      #expect(Decision(combining: order.map { Reason($0, "x", "x") }).effect == .deny)
    }
  }

  @Test("An ask is stronger than any number of allows")
  func ask() {
    let decision = Decision(combining: [Reason(.allow, "a", "a"), Reason(.ask, "b", "b"), Reason(.allow, "c", "c")])
    #expect(decision.effect == .ask)
    #expect(decision.reasons.map(\.code) == ["b"])
  }

  @Test("Nothing said is a denial with a reason")
  func nothing() {
    let decision = Decision(combining: [])
    #expect(decision.effect == .deny)
    #expect(decision.reasons.map(\.code) == ["nothing-allows"])
  }

  @Test("A denial carries no obligations, an allow keeps its own")
  func obligations() {
    #expect(Decision(combining: [Reason(.deny, "x", "x")], obligations: ["sync"]).obligations.isEmpty)
    #expect(Decision(combining: [Reason(.allow, "x", "x")], obligations: ["sync"]).obligations == ["sync"])
  }

  @Test("A reason names its line in JSON")
  func json() {
    let reason = Reason(.allow, "c", "s", source: SourceLocation(file: "m.yaml", line: 3, column: 5))
    #expect(reason.json.canonicalText == #"{"code":"c","effect":"allow","sentence":"s","source":"m.yaml:3"}"#)
  }
}

@Suite struct PrintableTests {
  @Test(
    "What a terminal or a reader could misread is written out",
    arguments: [
      ("a\u{1B}[31mb", "a\\u{1b}[31mb"), ("x\u{202E}y", "x\\u{202e}y"), ("a\u{200B}b", "a\\u{200b}b"),
      ("l\nm\r\t", "l\\u{a}m\\u{d}\\u{9}"),
      ("nul\u{0}", "nul\\u{0}"), ("\u{FEFF}", "\\u{feff}"), ("\u{E0041}", "\\u{e0041}"), ("\u{A0}", "\\u{a0}"),
      ("\u{9B}31m", "\\u{9b}31m"), ("é ü 日本", "é ü 日本"),
    ])
  func escapes(raw: String, shown: String) {
    #expect(printable(raw) == shown)
  }

  @Test("A fault survives its JSON form, printable and whole")
  func fault() throws {
    let fault = Fault("some-code", subject: "a\u{7}b", why: "it failed", hint: "do this")
    let back = try #require(Fault(json: fault.json))
    #expect(back == Fault("some-code", subject: "a\\u{7}b", why: "it failed", hint: "do this"))
    #expect(fault.description == "a\\u{7}b: it failed [some-code]\nhint: do this")
  }

  @Test(
    "A session identifier is exactly what random() makes",
    arguments: ["", "abc", "ABCDEFGHJKMNPQRS", "../../../../../..", "0123456789abcdei", "0123456789abcdefg"])
  func sessionID(text: String) {
    #expect(SessionID(text) == nil)
    let made = SessionID.random()
    #expect(SessionID(made.text) == made)
  }
}
