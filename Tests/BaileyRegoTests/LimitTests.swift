import BaileyRego
import Synchronization
import Testing

@Suite("An evaluation stays within its limits")
struct LimitTests {
  @Test("Instructions")
  func steps() {
    var limits = Limits()
    limits.steps = 100_000
    let module = "p if { some x in numbers.range(1, 1000); some y in numbers.range(1, 1000); x + y < 0 }"
    #expect(evaluate(module, limits: limits) == "eval_cancel_error: instruction limit exceeded")
  }

  @Test(
    "Memory",
    arguments: [
      "p := [[x, y] | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000)]",
      "a := concat(\"\", [\"0123456789\" | some x in numbers.range(1, 1000)])\nb := replace(a, \"0\", a)\np := replace(b, \"1\", b)",
      "p := {x: {y | some y in numbers.range(1, 1000)} | some x in numbers.range(1, 1000)}",
    ])
  func memory(module: String) {
    var limits = Limits()
    limits.memory = 4 << 20
    let answer = evaluate(module, limits: limits)
    #expect(answer.contains("memory limit exceeded") || answer.contains("result is too large"), "\(answer.prefix(200))")
  }

  @Test("Time")
  func time() {
    var limits = Limits()
    limits.time = 5
    limits.clock = Ticks().clock
    let module = "p := count([1 | some x in numbers.range(1, 1000); some y in numbers.range(1, 1000)])"
    #expect(evaluate(module, limits: limits) == "eval_cancel_error: time limit exceeded")
    limits.clock = Ticks(step: 0).clock
    #expect(evaluate(module, limits: limits) == #"{"p":1000000}"#)
  }

  @Test("Each decision has its time anew")
  func timeEach() throws {
    var limits = Limits()
    limits.time = 1000
    limits.clock = Ticks().clock
    let machine = Machine(try Program.compile([], queries: ["x := count(numbers.range(1, 20000))"]), limits: limits)
    for _ in 0..<50 {
      machine.prepare()
      #expect(try machine.evaluate().text == #"[{"x":20000}]"#)
    }
  }

  @Test(
    "Builtins that work for long look at the clock",
    arguments: [
      ("regex.match(\"(a|aa)*(a|b)*c$\", input)", long), ("regex.find_n(\"a\", input, -1)", long),
      ("regex.split(\"a\", input)", long), ("regex.replace(input, \"a\", \"b\")", long),
      ("glob.match(concat(\"\", [\"*a\" | some x in numbers.range(1, 50)]), [], input)", long),
      ("strings.replace_n({\"b\": \"c\", \"d\": \"e\"}, input)", long),
      ("units.parse(replace(input, \"a\", \"9\"))", long),
      ("json.patch(input, [{\"op\": \"replace\", \"path\": \"/0\", \"value\": 1}])", items),
      ("walk(input)", items), ("json.unmarshal(json.marshal(input))", items),
      ("json.filter(input, object.keys(input))", fields),
      ("object.union_n([input | some x in numbers.range(1, 20)])", fields),
      ("graph.reachable_paths(input, [\"0\"])", graph), ("json.match_schema({}, input)", schema),
      (
        "strings.render_template(\"{{range .l}}{{range $.l}}{{range $.l}}x{{end}}{{end}}{{end}}\", {\"l\": numbers.range(1, 90)})",
        "0"
      ),
      ("net.cidr_expand(\"10.0.0.0/12\")", "0"), ("numbers.range(1, 200000)", "0"),
      ("sprintf(\"%1000000d%1000000d\", [1, 2])", "0"),
    ])
  func timeInside(call: String, input: String) {
    var limits = Limits()
    limits.time = 5
    limits.clock = Ticks().clock
    let answer = evaluate("p := \(call)", input: input, limits: limits)
    #expect(answer == "eval_cancel_error: time limit exceeded", "\(answer.prefix(200))")
  }

  private static let long = "\"" + String(repeating: "a", count: 1 << 18) + "\""
  private static let items = list(70_000) { "\($0 % 10)" }
  private static let fields = object(3000) { "\($0)" }
  private static let graph = object(150) { _ in list(150) { "\"\($0)\"" } }
  /// Each definition names the next one twice.
  private static let schema: String = {
    let levels = (0..<30).map { level in
      let next = "{\"$ref\":\"#/definitions/s\(level + 1)\"}"
      return "\"s\(level)\":{\"allOf\":[\(next),\(next)]}"
    }
    return "{\"definitions\":{" + levels.joined(separator: ",") + ",\"s30\":{}},\"$ref\":\"#/definitions/s0\"}"
  }()

  private static func list(_ count: Int, _ item: (Int) -> String) -> String {
    "[" + (0..<count).map(item).joined(separator: ",") + "]"
  }

  private static func object(_ count: Int, _ value: (Int) -> String) -> String {
    "{" + (0..<count).map { "\"\($0)\":\(value($0))" }.joined(separator: ",") + "}"
  }

  @Test("Depth of calls")
  func depth() {
    let chain = (1...300).map { "f\($0)(x) := f\($0 + 1)(x)" }.joined(separator: "\n")
    #expect(evaluate(chain + "\nf301(x) := x\np := f1(1)") == "eval_cancel_error: depth limit exceeded")
  }

  @Test(
    "A small value with a long text", arguments: ["json.marshal(a30)", "sprintf(\"%v\", [a30])", "$\"{a30}\""])
  func sharedParts(text: String) {
    let rules = (1...30).map { "a\($0) := [a\($0 - 1), a\($0 - 1)]" }.joined(separator: "\n")
    var limits = Limits()
    limits.memory = 4 << 20
    let source = Source(name: "m.rego", text: Array("package t\na0 := [input.x]\n\(rules)\np := \(text)".utf8))
    let answer = evaluate([source], query: "x = data.t.p", input: #"{"x":1}"#, limits: limits)
    #expect(answer == "eval_cancel_error: memory limit exceeded" || answer.hasSuffix("result is too large"))
  }

  @Test("Values that share their parts are compared in a moment", arguments: ["a40 == b40", "a40 < b40", "{a40, b40}"])
  func sharedComparison(text: String) {
    let rules = (1...40).map { "a\($0) := [a\($0 - 1), a\($0 - 1)]\nb\($0) := [b\($0 - 1), b\($0 - 1)]" }
    let module =
      "package t\na0 := [input.x]\nb0 := [input.y]\n" + rules.joined(separator: "\n")
      + "\np := count([x | x := \(text)])"
    let answer = evaluate(
      [Source(name: "m.rego", text: Array(module.utf8))], query: "x = data.t.p", input: #"{"x":1,"y":1}"#)
    #expect(answer == "1")
  }

  @Test(
    "Work inside builtins counts",
    arguments: [
      "object.subset(a40, b40)", "net.cidr_contains_matches(nets, nets)", "indexof_n(long, half)",
      "object.subset(range, array.slice(range, 1, 50000))", "strings.any_prefix_match(nets, nets)",
      "[x | some x in range; not range == [x]]",
      "[x | some x in range; not -1 in range]",
    ])
  func builtins(call: String) {
    let rules = (1...40).map {
      "a\($0) := {\"l\": a\($0 - 1), \"r\": a\($0 - 1)}\nb\($0) := {\"l\": b\($0 - 1), \"r\": b\($0 - 1)}"
    }
    var limits = Limits()
    limits.steps = 200_000
    let module = """
      a0 := {"x": input.x}
      b0 := {"x": input.x}
      \(rules.joined(separator: "\n"))
      range := numbers.range(1, 100000)
      nets := [sprintf("10.%d.%d.0/24", [x, y]) | some x in numbers.range(0, 60); some y in numbers.range(0, 30)]
      long := concat("", ["a" | some x in numbers.range(1, 20000)])
      half := substring(long, 0, 10000)
      p := \(call)
      """
    let source = Source(name: "m.rego", text: Array(("package t\n" + module).utf8))
    let answer = evaluate([source], query: "x = data.t.p", input: #"{"x":1}"#, limits: limits)
    #expect(answer.contains("eval_cancel_error: instruction limit exceeded"), "\(answer.prefix(200))")
  }

  @Test("A long pattern in a long text is found, or not, without going back")
  func search() {
    let module = """
      long := concat("", ["a" | some x in numbers.range(1, 60000)])
      half := concat("", [substring(long, 0, 30000), "b"])
      p := [contains(long, half), indexof(concat("", [long, half]), half), contains(half, half)]
      """
    let source = Source(name: "m.rego", text: Array(("package t\n" + module).utf8))
    #expect(evaluate([source], query: "x = data.t.p") == "[false,60000,true]")
  }

  @Test("Numbers that grow with each rule, and long ones in text and JSON")
  func largeNumbers() {
    let rules = (1...40).map { "a\($0) := a\($0 - 1) * a\($0 - 1)" }.joined(separator: "\n")
    #expect(evaluate("a0 := 7\n" + rules).contains("number too large"))
    let long = String(repeating: "9", count: 100_000)
    #expect(evaluate("p := " + long).contains("rego_parse_error"))
    #expect(evaluate("p := 1", input: long).contains("invalid_json: number too long"))
    #expect(evaluate("p := to_number(input)", input: "\"\(long)\"").contains("eval_builtin_error"))
  }

  @Test("Numbers with absurd exponents cost nothing")
  func exponents() {
    #expect(evaluate("p := 1e999999999 > 1e-999999999\nq := 1e999999999 == 1e999999998") == #"{"p":true,"q":false}"#)
    #expect(evaluate("p := 1e999999999 * 2 > 5") == #"{"p":true}"#)
  }

  @Test("A machine is ready again after a limit, and gives the same answer each time")
  func reuse() throws {
    let source = Source(name: "m.rego", text: Array("package t\np := {x | some x in input.a}".utf8))
    let machine = Machine(try Program.compile([source], queries: ["x = data.t.p"]))
    var answers: Set<String> = []
    for _ in 0..<1000 {
      machine.prepare()
      let input = try JSONReader.read(Array(#"{"a":["x","y","x"]}"#.utf8), into: machine.heap)
      answers.insert(try machine.evaluate(input: input).text)
    }
    #expect(answers == [#"[{"x":["x","y"]}]"#])
  }
}

/// A clock that is ten later each time it is looked at.
private final class Ticks: Sendable {
  private let now = Mutex(0)
  private let step: Int

  init(step: Int = 10) { self.step = step }

  var clock: @Sendable () -> Int {
    { [self] in
      now.withLock { now in
        defer { now += step }
        return now
      }
    }
  }
}
