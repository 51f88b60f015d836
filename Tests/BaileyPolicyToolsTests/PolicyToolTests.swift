import BaileyTestSupport
import Testing

@Suite("The tools for policies")
struct PolicyToolTests {
  private static let policy = """
    package a

    default allow := false

    allow if input.action == "read"

    names contains n if some n in input.names

    """

  private func tool() throws -> Tool {
    let tool = try Tool()
    try tool.scratch.write(Self.policy, to: "a.rego")
    try tool.scratch.write("{\"k\": {\"z\": 1}}", to: "data.json")
    return tool
  }

  @Test("eval prints OPA's form, a value, or nothing that is not there")
  func eval() throws {
    let tool = try tool()
    try tool.scratch.write("{\"action\": \"read\"}", to: "input.json")
    let full = try tool.run(["eval", "--data", "a.rego", "--input", "input.json", "data.a.allow"])
    #expect(full.code == 0)
    #expect(full.output.contains("\"value\": true,\n          \"text\": \"data.a.allow\",\n"))
    #expect(try tool.run(["eval", "--format", "raw", "a.rego", "data.a.allow"]).output == "false\n")
    #expect(try tool.run(["eval", "data.json", "--format", "pretty", "data.k[x]"]).output == "x = \"z\"\n")
    #expect(try tool.run(["eval", "--data", "a.rego", "data.a.none"]).output == "{}\n")
    #expect(try tool.run(["eval", "--fail", "--data", "a.rego", "data.a.none"]).code == 1)
    #expect(try tool.run(["eval", "--format", "raw", "1 == 2"]).output == "false\n")
    #expect(try tool.run(["eval", "1 == 2; true"]).output == "{}\n")
  }

  @Test("eval answers every line of a stream with a line")
  func lines() throws {
    let input = "{\"a\":1,\"b\":2}\n{\"a\":\"x\",\"b\":2}\n\n{bad\n{\"a\":2,\"b\":2}"
    let lax = try tool().run(["eval", "--jsonl", "x := input.a + input.b"], input: input)
    #expect(
      lax.output == """
        {"result":3}
        {"undefined":true}
        {"error":"invalid_json: expected a key at byte 1"}
        {"result":4}

        """)
    let strict = try tool().run(["eval", "--jsonl", "--strict-builtin-errors", "x := input.a + input.b"], input: input)
    #expect(strict.output.contains("{\"error\":\"query:1:6: eval_type_error: plus: operand 1 must be number"))
  }

  @Test("An error comes with its place, its line, carets and a hint")
  func problems() throws {
    let tool = try tool()
    try tool.scratch.write("package b\n\np if {\n\tstartswth(input.x, \"a\")\n}\n", to: "b.rego")
    let found = try tool.run(["check", "b.rego"])
    #expect(found.code == 1)
    #expect(found.errors.hasPrefix("b.rego:4:2: rego_type_error: undefined function startswth"))
    #expect(found.errors.contains("  4 |   startswth(input.x, \"a\")\n    |   ^^^^^^^^^"))
    #expect(found.errors.contains("did you mean startswith?"))
    let query = try tool.run(["eval", "1; lent(\"a\")"])
    #expect(query.code == 1 && query.output.contains("\"location\":{\"col\":4,\"file\":\"query\",\"row\":1}"))
    #expect(try tool.run(["check", "a.rego", "--strict"]).code == 0)
  }

  @Test("One mistake is one error, and every file that does not parse is named")
  func rootCauses() throws {
    let tool = try tool()
    try tool.scratch.write("package b\np if x == y\n", to: "b.rego")
    let unsafe = try tool.run(["check", "--json", "b.rego"])
    #expect(unsafe.output.split(separator: "rego_unsafe_var_error").count == 2)
    try tool.scratch.write("package c\np if {", to: "c.rego")
    try tool.scratch.write("package d\np {", to: "d.rego")
    let parse = try tool.run(["check", "c.rego", "d.rego"]).errors
    #expect(parse.contains("c.rego:2:") && parse.contains("d.rego:2:"))
  }

  @Test("test runs the tests that are asked for and fails with them")
  func tests() throws {
    let tool = try tool()
    try tool.scratch.write(
      "package t\nimport data.a\ntest_ok if a.allow with input as {\"action\": \"read\"}\ntest_bad if {\n\tx := 3\n\tx == 4\n}\n",
      to: "t_test.rego")
    let all = try tool.run(["test", "."])
    #expect(all.code == 1 && all.output.hasSuffix("PASS: 1/2\nFAIL: 1/2\n"))
    #expect(try tool.run(["test", ".", "--var-values"]).output.contains("    x == 4\n      x: 3\n"))
    let some = try tool.run(["test", ".", "--run", "t\\.test_o[k]$", "--format", "json"])
    #expect(some.code == 0 && some.output.contains("\"name\": \"test_ok\"") && !some.output.contains("test_bad"))
    #expect(try tool.run(["test", ".", "--format", "junit"]).output.contains("<testsuite name=\"data.t\" tests=\"2\""))
    let covered = try tool.run(["test", ".", "--run", "test_ok", "--coverage", "--threshold", "90"])
    #expect(covered.code == 1 && covered.output.contains("\"not_covered\""))
    #expect(try tool.run(["test", ".", "--run", "("]).errors.contains("[policy-pattern-malformed]"))
  }

  @Test("fmt prints, lists, compares and replaces, and keeps the mode")
  func fmt() throws {
    let tool = try tool()
    try tool.scratch.write("package b\np   if true\n", to: "b.rego", mode: 0o640)
    #expect(try tool.run(["fmt", "b.rego"]).output == "package b\n\np := true\n")
    #expect(try tool.run(["fmt"], input: "package b\np   if true\n").output == "package b\n\np := true\n")
    #expect(try tool.run(["fmt", "--list", "."]).output == "./b.rego\n")
    #expect(try tool.run(["fmt", "--check", "."]).code == 1)
    let diff = try tool.run(["fmt", "--diff", "b.rego"]).output
    #expect(diff == "--- b.rego\n+++ b.rego\n@@ -1,2 +1,3 @@\n package b\n-p   if true\n+\n+p := true\n")
    #expect(try tool.run(["fmt", "--write", "."]).code == 0)
    #expect(try tool.scratch.read("b.rego") == "package b\n\np := true\n")
    #expect(try tool.run(["fmt", "--check", "."]).code == 0)
  }

  @Test("conform counts the cases of both forms")
  func conform() throws {
    let tool = try tool()
    try tool.scratch.write(
      #"{"cases":[{"note":"n","query":"data.t.p = x","modules":["package t\np := 1"],"want_result":[{"x":1.0}]},{"note":"e","query":"data.t.p = x","modules":["package t\np := 1/0"],"strict_error":true,"want_error_code":"eval_builtin_error"}]}"#,
      to: "suite.json")
    try tool.scratch.write(
      #"{"engine":"e","query":"x := input.a + 1","cases":[{"input":{"a":1},"result":2},{"input":{},"result":9}]}"#,
      to: "calls.json")
    let result = try tool.run(["conform", "--verbose", "."])
    #expect(result.code == 1)
    #expect(result.output.hasPrefix("FAIL ./calls.json#1: {}: undefined\n"))
    #expect(result.output.hasSuffix("\n3 passed, 1 failed\n"))
  }

  @Test("Calls that do not compile fail, also where an error is wanted")
  func uncompiledCalls() throws {
    let tool = try tool()
    try tool.scratch.write(
      #"{"query":"x := no_such(input)","cases":[{"input":1,"error":"eval_type_error: x"},{"input":1}]}"#,
      to: "calls.json")
    #expect(try tool.run(["conform", "calls.json"]).output == "0 passed, 2 failed\n")
  }

  @Test("bench measures and says how memory grew")
  func bench() throws {
    let result = try tool().run(["bench", "--json", "--count", "50", "--data", "a.rego", "data.a.allow"])
    #expect(result.code == 0 && result.output.contains("\"median_ns\":"))
    #expect(try tool().run(["bench", "--count", "1", "1"]).code == 2)
  }

  @Test("`bailey policy` becomes the tool: its streams, its exit code, its help")
  func door() throws {
    let tool = try tool()
    let result = try tool.run(["policy", "eval", "--format", "raw", "1 + 1"], program: "bailey")
    #expect(result.code == 0 && result.output == "2\n")
    #expect(try tool.run(["policy", "check", "none.rego"], program: "bailey").code == 1)
    #expect(try tool.run(["policy", "fmt", "--help"], program: "bailey").output.contains("USAGE: bailey policy fmt"))
    #expect(try tool.run(["policy", "chek"], program: "bailey").errors.contains("did you mean `bailey policy check`?"))
  }

  @Test(
    "Hostile files are refused, not fallen over",
    arguments: [
      ("x.json", String(repeating: "[", count: 100_000)), ("x.yaml", String(repeating: "[", count: 20_000)),
      ("x.json", "[1]"), ("x.json", "{\"a\": }"),
      ("x.rego", "package a\np := " + String(repeating: "[", count: 20_000)),
      ("x.rego", "package a\np := \"\u{1b}[2J"), ("x.rego", ""),
    ])
  func hostile(name: String, text: String) throws {
    let tool = try Tool()
    try tool.scratch.write(text, to: name)
    for arguments in [
      ["check", "."], ["eval", "--data", name, "data"], ["test", "."], ["fmt", "x.rego"], ["conform", "."],
    ] {
      let result = try tool.run(arguments)
      #expect(result.code == 1, "\(arguments)")
      #expect(!result.errors.contains("\u{1b}"))
    }
  }

  @Test(
    "--timeout ends an evaluation with an error, in every tool that evaluates",
    arguments: [
      ["eval", "data.slow.n"], ["eval", "--jsonl", "data.slow.n"], ["test"], ["bench", "--count", "25", "data.slow.n"],
      ["why", "--tries", "0", "data.slow.n"], ["why", "--tries", "0"], ["trace", "data.slow.n"],
    ])
  func timeout(words: [String]) throws {
    let tool = try Tool()
    try tool.scratch.write(
      "package slow\nn := count([1 | numbers.range(1, 5000)[_]])\nallow if n > 0\ntest_n if n == 5000\n",
      to: "slow.rego")
    func run(_ timeout: String) throws -> Tool.Result {
      try tool.run(words + ["--timeout", timeout, "--data", "slow.rego"], input: "{}\n")
    }
    // Whatever looks at the time at all finds a nanosecond gone by.
    let ended = try run("0.000000001")
    #expect((ended.output + ended.errors).contains("time limit exceeded"), "\(ended)")
    let whole = try run("600")
    #expect(whole.code == 0 && !(whole.output + whole.errors).contains("limit exceeded"), "\(whole)")
  }

  @Test("A timeout is a number of seconds above 0", arguments: ["0", "-1", "nan", "inf", "1e6", "x"])
  func refusedTimeout(text: String) throws {
    let refused = try Tool().run(["eval", "--timeout=" + text, "1"])
    #expect(refused.code == 2 && refused.errors.contains("timeout"), "\(refused)")
  }

  @Test("Data that two files give differently is refused")
  func conflicts() throws {
    let tool = try tool()
    try tool.scratch.write("k:\n  z: 2\n", to: "other.yaml")
    let found = try tool.run(["eval", "--data", "data.json", "--data", "other.yaml", "data.k"])
    #expect(found.code == 1 && found.output.contains("policy-data-conflict"))
  }
}
