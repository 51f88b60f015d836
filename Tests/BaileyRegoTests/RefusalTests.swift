import BaileyRego
import Testing

@Suite("What is wrong is refused with OPA's code and its place")
struct RefusalTests {
  @Test(
    "A wrong module does not compile",
    arguments: [
      ("p { true }", "m.rego:2: rego_parse_error: `if` keyword is required before rule body"),
      ("p if { x > y }", "var x is unsafe"),
      ("p if { not x }", "m.rego:2: rego_unsafe_var_error: var x is unsafe"),
      ("p if not input.a[_]", "var _ is unsafe"),
      ("p if q\nq if p", "rego_recursion_error: rule data.t.p is recursive: data.t.p -> data.t.q -> data.t.p"),
      ("p := 1\np contains 2", "rego_type_error: conflicting rules data.t.p found"),
      ("p[x] contains 1 if x := input.a\np[x] := 1 if x := input.b", "rego_type_error: conflicting rules"),
      ("default p := 1\ndefault p := 2", "rego_type_error: multiple default rules data.t.p found"),
      ("p.q := 1\np := 2", "rule data.t.p conflicts with [data.t.p.q]"),
      ("p := startwith(\"a\", \"b\")", "undefined function startwith (did you mean startswith?)"),
      ("p := count([1], 2, 3)", "count: arity mismatch"),
      ("p := 1 + \"a\"", "rego_type_error: plus: invalid argument(s): have (number, string), want (number, number)"),
      (
        "p if { x := [1]; startswith(x, \"a\") }",
        "startswith: invalid argument(s): have (array<number>, string), want (string, string)"
      ),
      ("p := count(5)", "have (number), want (any<array[any], object[any: any], set[any], string>)"),
      ("p if { x := 1; x = \"a\" }", "rego_type_error: match error: left: number, right: string"),
      ("p if count([1]) == \"a\"", "rego_type_error: match error: left: number, right: string"),
      ("p if some x in 5", "rego_type_error: undefined ref: cannot iterate over number"),
      (
        "q := {\"a\": 1}\np := q.b",
        "m.rego:3: rego_type_error: undefined ref: data.t.q.b: have \"b\", want one of [\"a\"]"
      ),
      ("q := 1\np if data.t.q.foo", "rego_type_error: undefined ref: data.t.q.foo: have number"),
      ("q contains 1\np := q.a", "undefined ref: data.t.q.a: have \"a\", want number"),
      ("q[x] := 1 if { x := \"a\" }\np := q[1]", "undefined ref: data.t.q[1]: have 1, want string"),
      ("p if { x := [1]; x[5] }", "undefined ref: x[5]: have 5, want number"),
      ("p if { x := \"abc\"; x[y] }", "undefined ref: x[y]: have string"),
      ("f(x) := \"s\"\np := f(\"a\") + 1", "plus: invalid argument(s): have (string, number)"),
      ("f([x, y]) := x\np := f(5)", "data.t.f: invalid argument(s): have (number), want (array<any, any>)"),
      ("p := x if { x := f }\nf(x) := x", "rego_type_error: undefined ref: data.t.f is a function"),
      ("p := [y | x := 1; y := x.z]", "rego_type_error: undefined ref: x.z: have number"),
      ("p if { some k, v in [1]; k == \"a\" }", "match error: left: number, right: string"),
      ("p if { [x, 1] := [2, 1] }", "cannot assign to number"),
      ("p if { x := 1; x := 2 }", "var x assigned above"),
      ("p if { y := x; x := 1 }", "var x referenced above"),
      ("f(x) if { x := 1 }", "arg x redeclared"),
      ("f(count([1])) := 1", "m.rego:2: rego_compile_error: rule arguments cannot contain calls"),
      ("f(a) := v[2] if v := [a, 1]", "undefined ref: v[2]: have 2, want number"),
      ("f(a, b) if [a] = [b, 1]", "rego_type_error: match error"),
      ("p if every x in [1] { $\"{[x][1]}\" == \"\" }", "rego_type_error: undefined ref"),
      ("p if { input := 1 }", "variables must not shadow input"),
      ("p := [1, 2", "rego_parse_error: unexpected eof token"),
      ("p := \"a", "rego_parse_error: non-terminated string"),
      ("p := 01", "expected number without leading zero"),
      ("p := \"\\q\"", "illegal string escape sequence"),
      ("p if { x := not true }", "rego_parse_error"),
      ("import data.a\nimport data.b.a\np := 1", "import must not shadow import data.a"),
    ])
  func refused(module: String, wanted: String) {
    let answer = evaluate(module)
    #expect(answer.contains(wanted), "\(answer)")
  }

  @Test(
    "Two values for one place are a conflict",
    arguments: [
      ("p := x if some x in [1, 2]", "m.rego:2: eval_conflict_error: complete rules must not produce multiple outputs"),
      ("f(x) := y if some y in [1, 2]\np := f(1)", "functions must not produce multiple outputs for same inputs"),
      (
        "p := 1\np := \"a\" if input\np := 1 if false",
        "outputs: data.t.p is 1 and \"a\", by m.rego:2, m.rego:3, m.rego:4"
      ),
      ("f(x) := 1\nf(x) := 2 if x > 1\np := f(2)", "for same inputs: data.t.f is 1 and 2, by m.rego:2, m.rego:3"),
      ("p[k] := v if { some v in [1, 2]; k := 1 }", "object keys must be unique"),
      ("p := {1: x | some x in [1, 2]}", "object keys must be unique"),
      ("f(x) := [1, 2][_]\nq if false\np if q > f(1)", "functions must not produce multiple outputs"),
      ("p[q].r := 1 if q := \"a\"\np.a.r := 2", "object keys must be unique"),
    ])
  func conflicts(module: String, wanted: String) {
    let answer = evaluate(module)
    #expect(answer.contains(wanted), "\(answer)")
  }

  @Test("Text that is no UTF-8 is refused")
  func encoding() {
    let source = Source(name: "m.rego", text: Array("package t\np := \"".utf8) + [0xFF, 0x22])
    #expect(evaluate([source], query: "x = data.t").contains("m.rego:2: rego_parse_error: invalid UTF-8"))
  }

  @Test("A module of ten megabytes is read or refused, and ends either way")
  func large() {
    let comment = "# " + String(repeating: "x", count: 10 << 20)
    #expect(evaluate(comment + "\np := 1") == #"{"p":1}"#)
    let text = "p := \"" + String(repeating: "x", count: 10 << 20) + "\""
    #expect(evaluate(text + "\nq := count(p)").hasSuffix(#""q":10485760}"#))
  }

  @Test("Nesting of any kind is limited", arguments: ["[", "{", "(", "{1: ", "[1 | ", "f(", "$\"{", "a[", "not ", "-"])
  func nesting(open: String) {
    let answer = evaluate("p := " + String(repeating: open, count: 10_000))
    #expect(answer.contains("rego_parse_error"), "\(answer.prefix(200))")
  }

  @Test("A chain of operators is limited, and long enough", arguments: [" + ", " in ", " == ", " | "])
  func chains(link: String) {
    let text = { (count: Int) in "p := " + [String](repeating: "1", count: count).joined(separator: link) }
    #expect(evaluate(text(100_000)).contains("expression has too many operators"))
    #expect(!evaluate(text(300)).contains("rego_parse_error"))
    #expect(evaluate("p := [(\(text(300).dropFirst(5))), (\(text(300).dropFirst(5)))]").contains("too many operators"))
  }

  @Test("A head with variables has no else")
  func elseOfComputedKey() {
    #expect(evaluate("q[x] := 1 if { x := 2 } else := 2").contains("cannot be used on rules with variables in head"))
  }

  @Test("The builtin that is a keyword cannot be replaced")
  func withContains() {
    #expect(evaluate("p if 1 == 1 with contains as 2").contains("unexpected contains token: expected ident"))
  }

  @Test("Calls in calls take no longer with each level")
  func nestedCalls() {
    let open = String(repeating: "abs(", count: 100)
    #expect(evaluate("p := \(open)-1\(String(repeating: ")", count: 100))") == #"{"p":1}"#)
  }

  @Test("Text with many readings ends with an error, not with time", arguments: [20, 60, 200])
  func ambiguity(depth: Int) {
    let answer = evaluate("p := " + String(repeating: "{a | {1} | ", count: depth))
    #expect(answer.contains("rego_parse_error"), "\(answer.prefix(200))")
  }

  @Test(
    "Wrong JSON is refused",
    arguments: ["", "{", "[1,]", "01", "1.", "\"\\x\"", "{\"a\" 1}", "1 2", "nul", "\"a\nb\"", "-"])
  func json(text: String) {
    #expect(throws: RegoError.self) { try Document(json: Array(text.utf8)) }
  }

  @Test("JSON nested too deep is refused")
  func deepJSON() {
    let text = String(repeating: "[", count: 100_000)
    #expect(throws: RegoError.self) { try Document(json: Array(text.utf8)) }
  }
}
