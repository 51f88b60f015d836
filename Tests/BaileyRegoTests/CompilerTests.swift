import BaileyRego
import BaileyRegoLibraries
import Testing

@Suite("The compiler refuses what strict checks, capabilities and base data forbid")
struct CompilerTests {
  @Test(
    "Strict checks name what nothing uses",
    arguments: [
      ("p if { x := 1 }", "m.rego:2: rego_compile_error: assigned var x unused"),
      ("f(x, y) := x", "rego_compile_error: unused argument y. (hint: use _ (wildcard variable) instead)"),
      ("import data.a.b\np := 1", "m.rego:2: rego_compile_error: import data.a.b unused"),
      ("import input.user as u\np := 1", "import input.user as u unused"),
      ("import data.lib\np if { x := 1; x == 1; lib.q }", ""),
      ("f(x, _) := [x | y := 2; y == 2]", ""),
    ])
  func strict(module: String, wanted: String) {
    #expect(
      problem(module, isStrict: true) == wanted || (!wanted.isEmpty && problem(module, isStrict: true).contains(wanted))
    )
    #expect(problem(module, isStrict: false) == "")
  }

  @Test(
    "What version 1 no longer has, and declarations without a use, are always refused",
    arguments: [
      ("p if any([true])", "rego_type_error: deprecated built-in function calls in expression: any"),
      ("p if cast_array([1])", "deprecated built-in function calls in expression: cast_array"),
      ("p if { some x; true }", "rego_compile_error: declared var x unused"),
      ("import rego.v1\nimport rego.v1\np := 1", "import must not shadow import rego.v1"),
      ("import data.q.count\np := count([1])", "undefined function data.q.count"),
      ("f(x, y) := x\np if f(1, 2) with f as count", "data.t.f: arity mismatch"),
      ("p if { [1, 2] = [x] }", "rego_unsafe_var_error: var x is unsafe"),
    ])
  func always(module: String, wanted: String) {
    #expect(problem(module).contains(wanted), "\(problem(module))")
  }

  @Test("Version 0 still has them")
  func version0() {
    #expect(evaluate("p = cast_array({1}) { any([true]) }", version1: false) == #"{"p":[1]}"#)
  }

  @Test(
    "A builtin that is refused here says why",
    arguments: [
      "http.send({})", "net.lookup_ip_addr(\"a\")", "graphql.parse(\"\", \"\")", "providers.aws.sign_req({}, {}, 1)",
    ])
  func refused(call: String) {
    #expect(problem("p := \(call)").contains(": refused here: "), "\(problem("p := \(call)"))")
    #expect(problem("p := htp.send({})").contains("undefined function htp.send"))
  }

  @Test("A capabilities file in OPA's form says which builtins there are")
  func capabilities() throws {
    let all = Libraries.registry.capabilities()
    #expect(try Capabilities(all).builtins.contains("startswith"))
    let file = #"{"builtins": [{"name": "count", "decl": {}}], "features": ["rego_v1"], "future_keywords": []}"#
    let registry = Libraries.registry.restricted(to: try Capabilities(Array(file.utf8)))
    #expect(problem("p if count([1]) > 0", registry: registry) == "")
    #expect(problem("p if { startswith(\"a\", \"b\") }", registry: registry).contains("undefined function startswith"))
    #expect(problem("p if 1 in [1]", registry: registry) == "")
  }

  @Test(
    "A file that is no capabilities file is refused",
    arguments: ["", "[]", "{}", #"{"builtins": [1]}"#, #"{"builtins": [{}]}"#])
  func wrongCapabilities(text: String) {
    #expect(throws: RegoError.self) { try Capabilities(Array(#"{"builtins":[],"features":1}"#.utf8)) }
    #expect(throws: RegoError.self) { try Capabilities(Array(text.utf8)) }
  }

  @Test("Base data with one more member shares what it was made of, and the member has the last word")
  func added() throws {
    let text = "package t\nq := [data.a.k, data.m, data.z]"
    let program = try Program.compile([Source(name: "m.rego", text: Array(text.utf8))], queries: ["x = data.t.q"])
    let large = (0..<50_000).map { "\"k\($0)\":\"value \($0)\"" }.joined(separator: ",")
    let shared = try BaseDocument(Array("{\"a\":{\"k\":1,\(large)},\"m\":2,\"z\":3}".utf8), for: program)
    func answer(_ added: String) throws -> String {
      let base = try BaseDocument(shared, adding: "m", Array(added.utf8))
      #expect(base.memory <= 1 << 15 && shared.memory > 1 << 20)
      let machine = Machine(base)
      machine.prepare()
      return try machine.evaluate().text
    }
    #expect(try answer(#"{"s":"value 7"}"#) == #"[{"x":[1,{"s":"value 7"},3]}]"#)
    #expect(try answer("4") == #"[{"x":[1,4,3]}]"#)
    #expect(throws: RegoError.self) { try BaseDocument(shared, adding: "t", Array(#"{"q":1}"#.utf8)) }
    #expect(throws: RegoError.self) { try BaseDocument(shared, adding: "m", Array("[\"a\"]".utf8), limit: 64) }
  }

  @Test("Base data must not lie where a rule stands")
  func conflicts() throws {
    let sources = ["q := 1", "q[x] := 1 if x := \"a\""].map {
      Source(name: "m.rego", text: Array("package t\n\($0)".utf8))
    }
    let programs = try sources.map { try Program.compile([$0], queries: ["x = data.t"]) }
    let error = #expect(throws: RegoError.self) { try BaseDocument(Array(#"{"t":{"q":2}}"#.utf8), for: programs[0]) }
    #expect(error?.text(files: ["m.rego"]) == "m.rego:2: rego_compile_error: conflicting rule for data path t/q found")
    let machine = Machine(try BaseDocument(Array(#"{"t":{"q":{"b":2}}}"#.utf8), for: programs[1]))
    machine.prepare()
    #expect(
      try machine.evaluate().text == #"[{"x":{"q":{"a":1,"b":2}}}]"#)
  }

  @Test("A policy sees of the runtime at most a version")
  func runtime() throws {
    let source = Source(name: "m.rego", text: Array("package t\np := opa.runtime()".utf8))
    let machine = Machine(try Program.compile([source], queries: ["x = data.t.p"]))
    for (version, wanted) in [(nil, "[{\"x\":{}}]"), (Registry.opaVersion, #"[{"x":{"version":"1.20.2"}}]"#)] {
      machine.prepare()
      machine.builtins.version = version
      #expect(try machine.evaluate().text == wanted)
    }
  }

  @Test("Base data is read once and shared")
  func base() throws {
    let source = Source(name: "m.rego", text: Array("package t\np := [x | some x in data.list; x != input.x]".utf8))
    let program = try Program.compile([source], queries: ["x = data.t.p"])
    let base = try BaseDocument(Array(#"{"list":["a","b","a\nc"]}"#.utf8), for: program)
    let machines = [Machine(base), Machine(base)]
    for (machine, wanted) in [(machines[0], #"[{"x":["a","a\nc"]}]"#), (machines[1], #"[{"x":["a","a\nc"]}]"#)] {
      machine.prepare()
      let input = try JSONReader.read(Array(#"{"x":"b"}"#.utf8), into: machine.heap)
      #expect(try machine.evaluate(input: input).text == wanted)
    }
    #expect(throws: RegoError.self) { try BaseDocument(Array(#"{"t":{"p":1}}"#.utf8), for: program) }
    #expect(throws: RegoError.self) { try BaseDocument(Array("[]".utf8), for: program) }
  }

  @Test(
    "A module may use no more of the language than the features of a capabilities file name",
    arguments: [
      (#"["rego_v1"]"#, "p := 1\nq.r[x].s := 1 if x := 2", ""), ("[]", "p := 1", "rego_v1 feature required"),
      (#"["rego_v1"]"#, #"p := [x | x := $"{input}"]"#, "template strings are not supported"),
      (#"["rego_v1","template_strings"]"#, #"p := $"{input}""#, ""),
      (#"["rego_v1"]"#, "p := input.if", "keywords in references are not supported"),
      (#"["rego_v1"]"#, "p.not := 1", "keywords in references are not supported"),
      (#"["rego_v1"]"#, #"p := contains(input["if"], "a")"#, ""),
      (#"["rego_v1","keywords_in_refs"]"#, "p := input.if", ""),
    ])
  func features(features: String, module: String, wanted: String) throws {
    try check("{\"builtins\":[{\"name\":\"contains\"}],\"features\":\(features)}", module, wanted)
  }

  @Test(
    "Of version 0 too: imports, and heads that first versions did not have",
    arguments: [
      (#""features":[]"#, "p { true }\nq[x] { x := 1 }\nr[x] = y { x := 1; y := 2 }\nf(x) { x }\ndefault s = 1", ""),
      (#""features":[]"#, "import rego.v1\np if true", "`rego.v1` is not supported"),
      (#""features":["rego_v1_import"]"#, "import rego.v1\np if true", ""),
      (#""features":[]"#, "import future.keywords.in\np { 1 in [1] }", "do not name in"),
      (#""features":[],"future_keywords":["in"]"#, "import future.keywords.in\np { 1 in [1] }", ""),
      (#""features":[],"future_keywords":["in"]"#, "import future.keywords\np { 1 in [1] }", "do not name contains"),
      (#""features":[]"#, "p.q.r { true }", "rule heads with refs are not supported"),
      (#""features":["rule_head_ref_string_prefixes"]"#, "p.q.r { true }", ""),
      (#""features":["rule_head_ref_string_prefixes"]"#, "p[x].r { x := 1 }", "general refs"),
      (#""features":["rule_head_refs"]"#, "p[x].r { x := 1 }", ""),
      (#""features":["rego_v1"]"#, "import future.keywords.if\np[x].r if { x := 1 }", ""),
    ])
  func oldFeatures(lists: String, module: String, wanted: String) throws {
    try check("{\"builtins\":[],\(lists)}", module, wanted, isVersion1: false)
  }

  @Test(
    "The engine's own capabilities allow all; a list that is missing is empty, and a keyword nobody knows is refused")
  func ownFeatures() throws {
    let own = String(decoding: Libraries.registry.capabilities(), as: UTF8.self)
    try check(own, #"p.if[x].q contains $"{x}" if x := 1"#, "")
    try check(own, "import rego.v1\np.if[x].q contains x if x := 1", "", isVersion1: false)
    try check(own, "import future.keywords\np.q[x].r contains x if x := 1", "", isVersion1: false)
    try check(#"{"builtins":[]}"#, "p := 1", "rego_v1 feature required")
    #expect(throws: RegoError.self) { try Capabilities(Array(#"{"builtins":[],"future_keywords":["deadbeef"]}"#.utf8)) }
  }

  private func check(_ capabilities: String, _ module: String, _ wanted: String, isVersion1: Bool = true) throws {
    let registry = Libraries.registry.restricted(to: try Capabilities(Array(capabilities.utf8)))
    let answer = problem(module, isVersion1: isVersion1, registry: registry)
    #expect(wanted.isEmpty ? answer.isEmpty : answer.contains(wanted), "\(module): \(answer)")
  }

  private func problem(
    _ module: String, isStrict: Bool = false, isVersion1: Bool = true, registry: Registry = Libraries.registry
  ) -> String {
    let source = Source(name: "m.rego", text: Array(("package t\n" + module).utf8), isVersion1: isVersion1)
    do throws(CompileFailure) {
      _ = try Program.compile([source], queries: ["x = data.t"], registry: registry, isStrict: isStrict)
      return ""
    } catch {
      return error.errors.map { $0.text(files: ["m.rego"]) }.joined(separator: "; ")
    }
  }
}
