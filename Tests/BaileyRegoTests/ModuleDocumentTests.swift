import BaileyRego
import Testing

@Suite("Modules are read as OPA reads them")
struct ModuleDocumentTests {
  /// What OPA 1.20.2 answers.
  private static let trees: [(module: String, json: String)] = [
    (
      #"""
      package a.b["c d"]

      import data.x["y z"] as w
      import input

      # é # c
      default p := 7 # d
      """#,
      #"""
      {"comments":[{"Location":{"col":1,"file":"m.rego","row":6},"Text":"IMOpICMgYw=="},{"Location":{"col":16,"file"\#
      :"m.rego","row":7},"Text":"IGQ="}],"imports":[{"alias":"w","path":{"type":"ref","value":[{"type":"var","value"\#
      :"data"},{"type":"string","value":"x"},{"type":"string","value":"y z"}]}},{"path":{"type":"ref","value":[{"typ\#
      e":"var","value":"input"}]}}],"package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"},{\#
      "type":"string","value":"b"},{"type":"string","value":"c d"}]},"rules":[{"body":[{"index":0,"terms":{"type":"b\#
      oolean","value":true}}],"default":true,"head":{"assign":true,"name":"p","ref":[{"type":"var","value":"p"}],"va\#
      lue":{"type":"number","value":7}}}]}
      """#
    ),
    (
      #"""
      package a
      p contains x if some x in input.y
      q[x] := 1 if { not y with input.a as 3 }
      u := 1 if { false } else := 2
      r[1].s := 3
      t["u"] = 4
      f(_, [_]) := _ if { _ } { _ }
      f(_) if g(_).h else = _ if true
      """#,
      #"""
      {"package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"}]},"rules":[{"body":[{"index":0\#
      ,"terms":{"symbols":[{"type":"call","value":[{"type":"ref","value":[{"type":"var","value":"internal"},{"type":\#
      "string","value":"member_2"}]},{"type":"var","value":"x"},{"type":"ref","value":[{"type":"var","value":"input"\#
      },{"type":"string","value":"y"}]}]}]}}],"head":{"key":{"type":"var","value":"x"},"name":"p","ref":[{"type":"va\#
      r","value":"p"}]}},{"body":[{"index":0,"negated":true,"terms":{"type":"var","value":"y"},"with":[{"target":{"t\#
      ype":"ref","value":[{"type":"var","value":"input"},{"type":"string","value":"a"}]},"value":{"type":"number","v\#
      alue":3}}]}],"head":{"assign":true,"key":{"type":"var","value":"x"},"name":"q","ref":[{"type":"var","value":"q\#
      "},{"type":"var","value":"x"}],"value":{"type":"number","value":1}}},{"body":[{"index":0,"terms":{"type":"bool\#
      ean","value":false}}],"else":{"body":[{"index":0,"terms":{"type":"boolean","value":true}}],"head":{"assign":tr\#
      ue,"name":"u","ref":[{"type":"var","value":"u"}],"value":{"type":"number","value":2}}},"head":{"assign":true,"\#
      name":"u","ref":[{"type":"var","value":"u"}],"value":{"type":"number","value":1}}},{"body":[{"index":0,"terms"\#
      :{"type":"boolean","value":true}}],"head":{"assign":true,"ref":[{"type":"var","value":"r"},{"type":"number","v\#
      alue":1},{"type":"string","value":"s"}],"value":{"type":"number","value":3}}},{"body":[{"index":0,"terms":{"ty\#
      pe":"boolean","value":true}}],"head":{"key":{"type":"string","value":"u"},"name":"t","ref":[{"type":"var","val\#
      ue":"t"},{"type":"string","value":"u"}],"value":{"type":"number","value":4}}},{"body":[{"index":0,"terms":{"ty\#
      pe":"var","value":"$3"}}],"head":{"args":[{"type":"var","value":"$0"},{"type":"array","value":[{"type":"var","\#
      value":"$1"}]}],"assign":true,"name":"f","ref":[{"type":"var","value":"f"}],"value":{"type":"var","value":"$2"\#
      }}},{"body":[{"index":0,"terms":{"type":"var","value":"$4"}}],"head":{"args":[{"type":"var","value":"$5"},{"ty\#
      pe":"array","value":[{"type":"var","value":"$1"}]}],"assign":true,"name":"f","ref":[{"type":"var","value":"f"}\#
      ],"value":{"type":"var","value":"$2"}}},{"body":[{"index":0,"terms":{"type":"ref","value":[{"type":"call","val\#
      ue":[{"type":"ref","value":[{"type":"var","value":"g"}]},{"type":"var","value":"$7"}]},{"type":"string","value\#
      ":"h"}]}}],"else":{"body":[{"index":0,"terms":{"type":"boolean","value":true}}],"head":{"args":[{"type":"var",\#
      "value":"$8"}],"name":"f","ref":[{"type":"var","value":"f"}],"value":{"type":"var","value":"$9"}}},"head":{"ar\#
      gs":[{"type":"var","value":"$6"}],"name":"f","ref":[{"type":"var","value":"f"}],"value":{"type":"boolean","val\#
      ue":true}}}]}
      """#
    ),
    (
      #"""
      package a
      p if { x := 1; every k, v in [-1.50, 1e400] { k == v + 2 }; some a, b; some i, j in data; count(-x, set()); x.y[_] = null; (1 in z); ["é", true] }
      """#,
      #"""
      {"package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"}]},"rules":[{"body":[{"index":0\#
      ,"terms":[{"type":"ref","value":[{"type":"var","value":"assign"}]},{"type":"var","value":"x"},{"type":"number"\#
      ,"value":1}]},{"index":1,"terms":{"body":[{"index":0,"terms":[{"type":"ref","value":[{"type":"var","value":"eq\#
      ual"}]},{"type":"var","value":"k"},{"type":"call","value":[{"type":"ref","value":[{"type":"var","value":"plus"\#
      }]},{"type":"var","value":"v"},{"type":"number","value":2}]}]}],"domain":{"type":"array","value":[{"type":"num\#
      ber","value":-1.50},{"type":"number","value":1e400}]},"key":{"type":"var","value":"k"},"value":{"type":"var","\#
      value":"v"}}},{"index":2,"terms":{"symbols":[{"type":"var","value":"a"},{"type":"var","value":"b"}]}},{"index"\#
      :3,"terms":{"symbols":[{"type":"call","value":[{"type":"ref","value":[{"type":"var","value":"internal"},{"type\#
      ":"string","value":"member_3"}]},{"type":"var","value":"i"},{"type":"var","value":"j"},{"type":"ref","value":[\#
      {"type":"var","value":"data"}]}]}]}},{"index":4,"terms":[{"type":"ref","value":[{"type":"var","value":"count"}\#
      ]},{"type":"call","value":[{"type":"ref","value":[{"type":"var","value":"minus"}]},{"type":"number","value":0}\#
      ,{"type":"var","value":"x"}]},{"type":"set","value":[]}]},{"index":5,"terms":[{"type":"ref","value":[{"type":"\#
      var","value":"eq"}]},{"type":"ref","value":[{"type":"var","value":"x"},{"type":"string","value":"y"},{"type":"\#
      var","value":"$0"}]},{"type":"null","value":{}}]},{"index":6,"terms":[{"type":"ref","value":[{"type":"var","va\#
      lue":"internal"},{"type":"string","value":"member_2"}]},{"type":"number","value":1},{"type":"var","value":"z"}\#
      ]},{"index":7,"terms":{"type":"array","value":[{"type":"string","value":"é"},{"type":"boolean","value":true}]}\#
      }],"head":{"name":"p","ref":[{"type":"var","value":"p"}],"value":{"type":"boolean","value":true}}}]}
      """#
    ),
    (
      #"""
      package a
      p := {$"a{x}{1}{y + 1}", $`{z}`, $"", {[x | not y], [x | y], [x | y; z], [x | some y]}, {x: 1 | x}, {x | x}, f(1), {"b": 1, "a": 2, "a": 3}, x, x, x.y, 1, 1.0, "a", null}
      """#,
      #"""
      {"package":{"path":[{"type":"var","value":"data"},{"type":"string","value":"a"}]},"rules":[{"body":[{"index":0\#
      ,"terms":{"type":"boolean","value":true}}],"head":{"assign":true,"name":"p","ref":[{"type":"var","value":"p"}]\#
      ,"value":{"type":"set","value":[{"type":"null","value":{}},{"type":"number","value":1},{"type":"string","value\#
      ":"a"},{"type":"templatestring","value":{"multi_line":false,"parts":null}},{"type":"templatestring","value":{"\#
      multi_line":false,"parts":[{"type":"string","value":"a"},{"index":0,"terms":{"type":"var","value":"x"}},{"type\#
      ":"number","value":1},{"index":0,"terms":[{"type":"ref","value":[{"type":"var","value":"plus"}]},{"type":"var"\#
      ,"value":"y"},{"type":"number","value":1}]}]}},{"type":"templatestring","value":{"multi_line":true,"parts":[{"\#
      index":0,"terms":{"type":"var","value":"z"}}]}},{"type":"var","value":"x"},{"type":"ref","value":[{"type":"var\#
      ","value":"x"},{"type":"string","value":"y"}]},{"type":"object","value":[[{"type":"string","value":"a"},{"type\#
      ":"number","value":2}],[{"type":"string","value":"a"},{"type":"number","value":3}],[{"type":"string","value":"\#
      b"},{"type":"number","value":1}]]},{"type":"set","value":[{"type":"arraycomprehension","value":{"body":[{"inde\#
      x":0,"terms":{"symbols":[{"type":"var","value":"y"}]}}],"term":{"type":"var","value":"x"}}},{"type":"arraycomp\#
      rehension","value":{"body":[{"index":0,"terms":{"type":"var","value":"y"}}],"term":{"type":"var","value":"x"}}\#
      },{"type":"arraycomprehension","value":{"body":[{"index":0,"terms":{"type":"var","value":"y"}},{"index":1,"ter\#
      ms":{"type":"var","value":"z"}}],"term":{"type":"var","value":"x"}}},{"type":"arraycomprehension","value":{"bo\#
      dy":[{"index":0,"negated":true,"terms":{"type":"var","value":"y"}}],"term":{"type":"var","value":"x"}}}]},{"ty\#
      pe":"objectcomprehension","value":{"body":[{"index":0,"terms":{"type":"var","value":"x"}}],"key":{"type":"var"\#
      ,"value":"x"},"value":{"type":"number","value":1}}},{"type":"setcomprehension","value":{"body":[{"index":0,"te\#
      rms":{"type":"var","value":"x"}}],"term":{"type":"var","value":"x"}}},{"type":"call","value":[{"type":"ref","v\#
      alue":[{"type":"var","value":"f"}]},{"type":"number","value":1}]}]}}}]}
      """#
    ),
  ]

  private func tree(_ module: String, limits: Limits = Limits()) -> String {
    let source = Source(
      name: "q.rego", text: Array("package q\nr := json.marshal(rego.parse_module(\"m.rego\", input.m))".utf8))
    let input = Heap.lending { heap in
      JSONWriter.write(heap.object([(heap.string("m"), heap.string(module))]))
    }
    return evaluate([source], query: "x = data.q.r", input: String(decoding: input, as: UTF8.self), limits: limits)
  }

  @Test("The tree has OPA's form, to the letter", arguments: trees.indices)
  func form(index: Int) throws {
    let wanted = Heap.lending { heap in
      JSONWriter.write(heap.string(Self.trees[index].json))
    }
    #expect(tree(Self.trees[index].module) == String(decoding: wanted, as: UTF8.self))
  }

  @Test(
    "What is no module is refused with its place",
    arguments: [
      ("package foo.", "m.rego:1: rego_parse_error: unexpected eof token: expected identifier"),
      ("package a\np { true }", "m.rego:2: rego_parse_error: `if` keyword is required before rule body"),
      ("package a\np := \(String(repeating: "[", count: 10_000))", "max nesting depth exceeded"),
      ("package a\np := 1\(String(repeating: " + 1", count: 10_000))", "expression has too many operators"),
    ])
  func refusals(module: String, wanted: String) {
    let answer = tree(module)
    #expect(answer.contains("eval_builtin_error") && answer.contains(wanted), "\(answer.prefix(200))")
  }

  @Test("A module may not be larger than what a decision has for its tree")
  func limits() {
    var limits = Limits()
    limits.memory = 1 << 20
    let module = "package a\np := [\(String(repeating: "1, ", count: 10_000))1]"
    #expect(tree(module, limits: limits).contains("the module is too large"))
  }
}
