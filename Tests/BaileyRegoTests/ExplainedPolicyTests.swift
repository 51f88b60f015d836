import BaileyRegoLibraries
import Testing

@testable import BaileyRego

@Suite("A program that explains itself", .serialized)
struct ExplainedPolicyTests {
  private func policy(_ module: String, query: String? = nil) throws -> ExplainedPolicy {
    let source = Source(name: "m.rego", text: Array("package t\n\(module)".utf8))
    return try ExplainedPolicy([source], data: Array("{}".utf8), query: query, registry: Libraries.registry)
  }

  private func explain(_ module: String, _ input: String, query: String? = nil) throws -> Explanation {
    try policy(module, query: query).explain(Array(input.utf8))
  }

  private func first(_ explanation: Explanation, _ rule: Int = 0) throws -> Explanation.Expression {
    try #require(explanation.documents.first?.rules[rule].expressions.first)
  }

  private func changes(_ explanation: Explanation) -> [String] {
    explanation.flips.first?.changes.map { change in
      let new = change.new.map { String(decoding: $0, as: UTF8.self) } ?? "-"
      return "\(change.place)=\(new)"
    } ?? []
  }

  @Test("OPA's cases have the same answers when they are explained", .enabled(if: Vectors.root != nil))
  func conformance() throws {
    var (same, different) = (0, [String]())
    try Vectors.eachCase { item, heap, place in
      guard let isSame = try compare(item, heap) else { return }
      if isSame { same += 1 } else { different.append(place) }
    }
    #expect(different == [])
    #expect(same > 1400)
  }

  /// Nil for a case that asks something else than for one document.
  private func compare(_ item: Value, _ heap: Heap) throws -> Bool? {
    let query = String(item["query", heap])
    guard query.hasSuffix(" = x"), query.hasPrefix("data."), item["input_term", heap].isMissing else { return nil }
    let modules = item["modules", heap]
    let sources = (0..<(modules.isMissing ? 0 : modules.count)).map {
      Source(name: "\($0).rego", text: Array(modules.item($0).text))
    }
    let (input, data) = (item["input", heap], item["data", heap])
    let policy: ExplainedPolicy
    do {
      policy = try ExplainedPolicy(
        sources, data: data.isMissing ? Array("{}".utf8) : JSONWriter.write(data), query: String(query.dropLast(4)),
        registry: Libraries.registry)
    } catch { return nil }
    policy.isStrict = item["strict_error", heap].isTrue
    policy.nowNanoseconds = 1_790_000_000_000_000_000
    policy.seed = 7
    let json = input.isMissing ? nil : JSONWriter.write(input)
    _ = policy.explain(json, tries: 3)
    let trace = policy.trace(json)
    let code = String(item["want_error_code", heap])
    if trace.error != nil || !code.isEmpty {
      return trace.error?.code.rawValue == code || item["want_result", heap].isMissing
    }
    guard let result = trace.result else { return item["want_result", heap].count == 0 }
    guard item["want_result", heap].count == 1 else { return nil }
    let value = try JSONReader.read(result, into: heap)
    return Normal.text(value, sorted: true) == Normal.text(item["want_result", heap].item(0)["x", heap], sorted: true)
  }

  @Test("The first expression that fails is named with its place and the values of its operands")
  func failure() throws {
    let found = try explain(
      "allow if {\n  input.a == 1\n  startswith(input.path, \"/ok/\")\n}", #"{"a": 1, "path": "/no/x"}"#)
    #expect(found.effect == "deny")
    let expression = try first(found)
    #expect(expression.location.line == 4 && expression.location.column == 3)
    #expect(expression.text == "startswith(input.path, \"/ok/\")")
    #expect(expression.operands.map { "\($0.text) \($0.value)" } == [#"input.path "/no/x""#])
    #expect(changes(found) == [#"input.path="/ok/x""#])
  }

  @Test("Of many ways to bind a variable the one that went furthest is named")
  func furthest() throws {
    let module = "allow if {\n  some r in input.roles\n  startswith(r, \"d\")\n  endswith(r, \"y\")\n}"
    let found = try explain(module, #"{"roles": ["ops", "dev", "data"]}"#)
    let rule = try #require(found.documents.first?.rules.first)
    #expect(rule.failures == 2)
    #expect(try first(found).operands.map(\.value) == [#""dev""#])
    #expect(found.flips.first?.effect == "allow")
  }

  @Test("What is undefined is named, and a needed rule is gone into")
  func undefined() throws {
    let found = try explain("allow if is_admin\nis_admin if input.user.role == \"admin\"", "{}")
    let expression = try first(found)
    #expect(expression.undefined == "is_admin")
    let inner = try #require(expression.needs.first)
    #expect(inner.document == "data.t.is_admin" && inner.outcome == .fails)
    #expect(inner.expressions.first?.undefined == "input.user.role")
    #expect(changes(found) == [#"input.user={"role":"admin"}"#])
  }

  @Test("else branches, functions, every and a rule's own value are explained")
  func forms() throws {
    let branches = try explain("allow if input.a == 1\nelse := true if input.b == 2", "{}")
    #expect(branches.documents.first?.rules.map(\.branch) == [0, 1])
    #expect(branches.documents.first?.rules.allSatisfy { $0.outcome == .fails } == true)
    let function = try explain("allow if f(input.x)\nf(1) if true\nf(y) if y > 10", #"{"x": 3}"#)
    #expect(try first(function).needs.map(\.outcome) == [.unmatched, .fails])
    #expect(changes(function) == ["input.x=11"])
    let every = try explain("allow if {\n  every x in input.xs {\n    x < 3\n  }\n}", #"{"xs": [1, 7, 2]}"#)
    #expect(try first(every).inside.first?.operands.map(\.value) == ["7"])
    #expect(changes(every) == ["input.xs[1]=2"])
    let value = try explain("allow := input.n > 4", #"{"n": 4}"#)
    #expect(try first(value).text == "input.n > 4" && changes(value) == ["input.n=5"])
    let negated = try explain("allow if not input.locked", #"{"locked": true}"#)
    #expect(try first(negated).isNegated)
    #expect(["input.locked=false", "input.locked=-"].contains(changes(negated).first ?? ""))
  }

  @Test(
    "A change is found for what policies often ask",
    arguments: [
      (#"input.x in {"a", "b"}"#, #"{"x": "c"}"#), (#""pii" in input.xs"#, #"{"xs": []}"#),
      (#"endswith(input.x, ".md")"#, #"{"x": "a"}"#), (#"contains(input.x, "ab")"#, #"{"x": ""}"#),
      (#"glob.match("*.{a,b}.com", ["."], input.x)"#, #"{"x": "y.org"}"#),
      (##"regex.match(`^v[0-9]+\.\d{2}$`, input.x)"##, #"{"x": ""}"#), ("count(input.xs) >= 2", #"{"xs": [1]}"#),
      ("count(input.x) == 3", #"{"x": "abcdef"}"#), ("input.n + 2 == 10", #"{"n": 1}"#),
      (#"lower(input.x) == "get""#, #"{"x": "POST"}"#),
      (#"net.cidr_contains("10.0.0.0/8", input.x)"#, #"{"x": "1.1.1.1"}"#),
      (#"object.get(input, "k", "") == "v""#, "{}"), (#"x := input.a.b; x == "z""#, #"{"a": {}}"#),
      (#"input.x != "bad""#, #"{"x": "bad"}"#), ("input.n < 1.5", #"{"n": 2.25}"#),
      (#"{r | some r in input.xs} == {"q"}"#, #"{"xs": ["p"]}"#),
      ("some x in input.xs; x.ok", #"{"xs": [{"ok": false}]}"#),
      (#"hosts := {"h"}; hosts[input.x]"#, #"{"x": "c"}"#), ("levels[input.x] > 4", #"{"x": "c"}"#),
      ("data.base.levels[input.x] > 4", #"{"x": "c"}"#),
      (#"[input.a, input.b] == ["x", "y"]"#, #"{"a": "x", "b": "z"}"#), ("not input.a.b == 1", #"{"a": {"b": 1}}"#),
    ])
  func search(condition: String, input: String) throws {
    let source = Source(
      name: "m.rego", text: Array("package t\nallow if { \(condition) }\nlevels := {\"low\": 1, \"high\": 5}".utf8))
    let data = Array(#"{"base": {"levels": {"low": 1, "high": 5}}}"#.utf8)
    let found = try ExplainedPolicy([source], data: data, query: nil, registry: Libraries.registry)
      .explain(Array(input.utf8))
    #expect(found.effect == "deny")
    let flip = try #require(found.flips.first)
    #expect(flip.effect == "allow" && flip.changes.count == 1)
  }

  @Test("A denial names what held, and its change undoes the denial and meets what allows")
  func denial() throws {
    let module = "allow if input.a == 1\ndeny contains \"pem\" if endswith(input.path, \".pem\")"
    let found = try explain(module, #"{"a": 2, "path": "/x.pem"}"#)
    let deny = try #require(found.documents.first { $0.effect == "deny" })
    #expect(deny.speaks && deny.rules.first?.outcome == .holds && deny.rules.first?.expressions.count == 1)
    #expect(found.flips.first?.effect == "allow" && found.flips.first?.changes.count == 2)
    let below = try explain("deny.paths contains \"p\" if input.x\nallow := true", #"{"x": 1}"#)
    #expect(below.effect == "deny" && below.documents.first?.rules.first?.document == "data.t.deny.paths")
    let allowed = try explain(module, #"{"a": 1, "path": "/x"}"#)
    #expect(allowed.effect == "allow" && allowed.flips.first?.effect == "deny")
  }

  @Test("Deny over ask over allow; an error is a deny; other packages and other names decide nothing")
  func contract() throws {
    func effect(_ module: String) throws -> String { try explain(module, #"{"s": "x"}"#).effect }
    #expect(try effect("allow := true\nask contains \"a\"") == "ask")
    #expect(try effect("allow := true\nask := true\ndeny[\"x\"] := false") == "ask")
    #expect(try effect("allow := true\ndeny contains \"a\"") == "deny")
    #expect(try effect("allow := true\ndeny := set()") == "allow")
    let broken = try explain("allow := true\ndeny if to_number(input.s) > 3", #"{"s": "x"}"#)
    #expect(broken.effect == "deny" && broken.error?.code == .evalBuiltin)
    #expect(broken.flips.first?.effect == "allow" && broken.flips.first?.changes.count == 1)
    #expect(try explain("allow := 3\nask := true", "{}").malformed == ["data.t.allow"])
    #expect(try effect("allow := {\"k\": 1}") == "deny")
    #expect(try explain("allow contains input.s == \"y\"", #"{"s": "x"}"#).malformed == ["data.t.allow"])
    #expect(try effect("ask := {\"code\": \"c\"}") == "ask")
    #expect(try policy("authorized := true").decides == false)
    let library = Source(name: "l.rego", text: Array("package lib.x\nallow := true".utf8))
    #expect(try ExplainedPolicy([library], data: Array("{}".utf8), query: nil).decides == false)
  }

  @Test("Where no change helps, it says how many were tried, and a limit holds")
  func hopeless() throws {
    let found = try explain("allow if { input.x == 1; crypto.sha256(input.y) == \"0\" }", #"{"x": 2, "y": "z"}"#)
    #expect(found.flips.isEmpty && (found.tries ?? 0) > 0 && !found.isCut)
    let limited = try policy("allow if { input.a == 1; input.b == 2; input.c == 3 }").explain(
      Array("{}".utf8), tries: 2)
    #expect(limited.flips.isEmpty && limited.tries == 2 && limited.isCut)
    let never = try explain("deny contains 1 if input.x\nallow if false", "{}")
    #expect(never.effect == "deny" && never.flips.isEmpty)
  }

  @Test(
    "Patterns that are made to be hard are given up",
    arguments: [
      String(repeating: "{", count: 5000) + "}", String(repeating: "(", count: 5000),
      String(repeating: "(a{99}", count: 30),
      "((((a{100}){100}){100}){100})", "[", "[^", "[]", "\\", "a{", "a{9", "(?P<", "(?", "*", "**{a,", "\u{e9}*",
      String(repeating: "*/", count: 5000), "a|", "|", ")", "a{99999999999999999999}",
    ])
  func hostilePatterns(pattern: String) throws {
    let heap = Heap()
    defer { withExtendedLifetime(heap) {} }
    let input = JSONWriter.write(heap.string(pattern))
    let json = Array(#"{"x": "\#(String(repeating: "y", count: 100))", "p": "#.utf8) + input + Array("}".utf8)
    for condition in ["glob.match(input.p, [\"/\"], input.x)", "regex.match(input.p, input.x)"] {
      let found = try policy("allow if { \(condition) }").explain(json, tries: 50)
      #expect((found.tries ?? 0) <= 50)
    }
  }

  @Test("Rules that need one another in many ways do not make an endless account")
  func manyWays() throws {
    let module = (0..<12).map { level in
      (0..<8).map { "r\(level) if { input.x == \($0); r\(level + 1) }" }.joined(separator: "\n")
    }.joined(separator: "\n")
    let found = try explain(module + "\nr12 if false\nallow if not_there(1)\nnot_there(x) if { r0; x }", #"{"x": 1}"#)
    #expect(found.effect == "deny" && found.flips.isEmpty)
  }

  @Test("A trace has OPA's events, with variables, in their order")
  func trace() throws {
    let module = "p if {\n  some x in input.xs\n  print(\"x\", x)\n  x > 1\n}"
    let trace = try policy(module, query: "data.t.p").trace(Array(#"{"xs": [1, 2]}"#.utf8))
    let lines = trace.events.map { "\($0.depth) \($0.kind.rawValue) \($0.text)" }
    #expect(
      lines == [
        "0 Enter query", "1 Eval data.t.p", "1 Enter data.t.p", "2 Eval some x in input.xs",
        "2 Eval print(\"x\", x)", "2 Note x 1", "2 Eval x > 1", "2 Fail x > 1", "2 Redo print(\"x\", x)",
        "2 Redo some x in input.xs", "2 Eval print(\"x\", x)", "2 Note x 2", "2 Eval x > 1", "1 Exit data.t.p",
        "0 Exit query", "1 Redo data.t.p",
      ])
    #expect(trace.events[6].locals.map(\.value) == ["1"])
    #expect(trace.only(.note).events.map(\.kind) == [.enter, .enter, .note, .note])
    #expect(trace.only(.fail).events.map(\.kind) == [.enter, .enter, .fail])
    #expect(trace.result.map { String(decoding: $0, as: UTF8.self) } == "true")
    let cut = try policy(module, query: "data.t.p").trace(Array(#"{"xs": [1, 2]}"#.utf8), most: 3)
    #expect(cut.isCut && cut.events.count == 3)
  }
}
