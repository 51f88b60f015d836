import BaileyRegoLibraries
import Testing

@testable import BaileyRego

@Suite("Rules that can never fire, that nothing asks for, that no test makes true", .serialized)
struct PolicyAnalysisTests {
  private func analysis(_ module: String, shape: String? = nil) throws -> PolicyAnalysis {
    let source = Source(name: "m.rego", text: Array("package t\n\(module)".utf8))
    return try PolicyAnalysis(
      [source], registry: Libraries.registry, shape: try shape.map { try InputShape(Array($0.utf8)) })
  }

  private static let schema = """
    {"type": "object", "additionalProperties": false, "properties": {
      "action": {"enum": ["file.read", "exec"]}, "n": {"type": "integer"}, "s": {"type": "string"},
      "version": {"const": 1}, "open": {}, "names": {"type": "array", "items": {"type": "string"}}}}
    """

  @Test(
    "A body that cannot hold is found",
    arguments: [
      "false", "1 == 2", "not true", "\"a\" in {\"b\"}", "some x in []; x", "input.a == 1; input.a == 2",
      "x := input.a; x == 1; input.a == 2", "input.a == 1; input.a != 1", "input.a in {1, 2}; input.a == 3",
      "input.a > 5; input.a < 5", "input.a >= 5; input.a < 5", "startswith(input.a, \"x\"); input.a == \"y\"",
      "startswith(input.a, \"/a\"); startswith(input.a, \"/b\")",
      "endswith(input.a, \".a\"); endswith(input.a, \".b\")",
      "input.a; input.a == false", "not input.a; input.a == 1", "input.a == 1; not input.a == 1",
      "some x in input.xs; x == 1; x == 2", "input.a != input.a", "contains(input.a, \"q\"); input.a == \"z\"",
    ])
  func never(body: String) throws {
    let found = try analysis("p if { \(body) }").neverFiring()
    #expect(found.count == 1 && found.first?.code == "policy-rule-never-fires" && found.first?.location.line == 2)
  }

  @Test(
    "A body that can hold is left alone",
    arguments: [
      "true", "1 == 1", "not false", "input.a == 1; input.b == 2", "input.a == 1; input.a == 1.0",
      "input.a >= 5; input.a <= 5", "input.xs[_] == 1; input.xs[_] == 2",
      "some x in input.xs; some y in input.xs; x == 1; y == 2",
      "startswith(input.a, \"/a\"); startswith(input.a, \"/a/b\")",
      "endswith(input.a, \"b\"); endswith(input.a, \"ab\")",
      "not input.a; not input.a == false", "not input.a == 1; not input.a",
      "input.a == 1 with input as {}; input.a == 2",
      "input.a == false", "input.a in {1, 2}; input.a in {2, 3}", "not input.a; input.a == false",
      "input.a > \"a\"; input.a > 5", "data.k == 1; input.k == 2", "x := 1; x == 1", "[x | x := 1; x == 2] == []",
      "startswith(input.a, \"\"); startswith(input.a, \"q\")", "not input.a != 1; input.a == 1",
    ])
  func alive(body: String) throws {
    #expect(try analysis("p if { \(body) }").neverFiring().map(\.message) == [])
  }

  @Test("else behind what always holds, and defaults that are never used or change nothing")
  func branches() throws {
    #expect(try analysis("p := 1 if true\nelse := 2").neverFiring().count == 1)
    #expect(try analysis("p := 1 if input.a\nelse := 2").neverFiring().isEmpty)
    #expect(try analysis("default p := false\np := true").neverFiring().first?.location.line == 2)
    #expect(try analysis("default p := true\np if input.a").neverFiring().first?.location.line == 3)
    #expect(try analysis("default p := false\np if input.a").neverFiring().isEmpty)
    #expect(try analysis("default f(x) := false\nf(1) := true").neverFiring().isEmpty)
    #expect(try analysis("default p := false\np := input.a").neverFiring().isEmpty)
  }

  @Test("What the schema excludes never holds, and a field that it does not have is unknown")
  func schema() throws {
    func found(_ body: String) throws -> [Finding] {
      try analysis("p if { \(body) }", shape: Self.schema).neverFiring()
    }
    #expect(try found("input.action == \"file.reed\"").first?.hint == "did you mean `\"file.read\"`?")
    #expect(try found("input.action == \"read\"").first?.hint == "did you mean `\"file.read\"`?")
    #expect(try found("input.n == \"1\"").count == 1)
    #expect(try found("x := input.n; startswith(x, \"a\")").count == 1)
    #expect(try found("input.version == 2").count == 1)
    #expect(try found("input.names[0] == 3").count == 1)
    for fine in [
      "input.n == 1", "input.s == \"q\"", "input.open == 7", "input.action != \"other\"", "not input.n == \"1\"",
    ] {
      #expect(try found(fine).isEmpty, "\(fine)")
    }
    let unknown = try analysis("p if input.acton == 1\nq if input.acton == 2\nr if input.open.x", shape: Self.schema)
      .unknownFields()
    #expect(unknown.count == 1 && unknown.first?.hint == "did you mean `action`?")
    #expect(throws: RegoError.self) { try InputShape(Array("{".utf8)) }
  }

  @Test("What no entry point leads to is unused; tests and what they need are not")
  func unused() throws {
    let module =
      "allow if helper\nhelper if f(1)\nf(x) if x\nlost if gone\ngone if true\ntest_a if only_tested\nonly_tested if true"
    let found = try analysis(module).unused(entries: ["data.t.allow"])
    #expect(found.map(\.location.line) == [5, 6])
    #expect(try analysis("a if data.t[input.x]\nb if true").unused(entries: ["data.t.a"]).isEmpty)
    #expect(throws: RegoError.self) { try analysis("a if true").unused(entries: ["data.t.b"]) }
  }

  @Test("A rule that denies counts as tested only by a test that passes")
  func denies() throws {
    let module = """
      deny contains "a" if input.a
      deny contains "b" if input.b
      deny_c if input.c
      else := false if input.d
      denial if input.e
      test_a if "a" in deny with input as {"a": 1}
      test_b if { "b" in deny with input as {"b": 1}; false }
      todo_test_c if deny_c with input as {"c": 1}
      """
    let source = Source(name: "m.rego", text: Array("package t\n\(module)".utf8))
    var coverage = DenyCoverage(try TestRunner([source], registry: Libraries.registry))
    #expect(coverage.hasTests && coverage.run(TestRunner.Options()) == 1)
    #expect(coverage.untested().map(\.location.line) == [3, 4])
  }

  @Test(
    "In OPA's cases, an expression that is said never to hold fails whenever it is tried",
    .enabled(if: Vectors.root != nil))
  func soundness() throws {
    var (looked, wrong) = (0, [String]())
    try Vectors.eachCase { item, heap, place in
      guard let isSound = try check(item, heap) else { return }
      looked += 1
      if !isSound { wrong.append(place) }
    }
    #expect(wrong == [])
    #expect(looked > 10)
  }

  /// Nil where nothing is found.
  private func check(_ item: Value, _ heap: Heap) throws -> Bool? {
    let (modules, query) = (item["modules", heap], String(item["query", heap]))
    guard !modules.isMissing, query.hasSuffix(" = x"), query.hasPrefix("data.") else { return nil }
    let sources = (0..<modules.count).map { Source(name: "\($0).rego", text: Array(modules.item($0).text)) }
    let (input, data) = (item["input", heap], item["data", heap])
    do {
      let found = try PolicyAnalysis(sources, registry: Libraries.registry).neverFiring()
        .filter { $0.message.hasPrefix("this rule can never") }
      guard !found.isEmpty else { return nil }
      let policy = try ExplainedPolicy(
        sources, data: data.isMissing ? Array("{}".utf8) : JSONWriter.write(data), query: String(query.dropLast(4)),
        registry: Libraries.registry)
      let events = policy.trace(input.isMissing ? nil : JSONWriter.write(input)).events
      return found.allSatisfy { finding in
        let here = events.filter { $0.location == finding.location }
        return here.count { $0.kind == .eval } == here.count { $0.kind == .fail }
      }
    } catch { return nil }
  }
}
