import BaileyTestSupport
import Testing

@Suite("policy why and policy trace")
struct ExplanationToolTests {
  private static let policy = """
    package agent

    allow if {
    	input.action == "read"
    	startswith(input.path, "/ok/")
    	print("path", input.path)
    }

    deny contains "key" if endswith(input.path, ".pem")

    """

  private func tool(_ input: String = #"{"action": "read", "path": "/no/a"}"#) throws -> Tool {
    let tool = try Tool()
    try tool.scratch.write(Self.policy, to: "p.rego")
    try tool.scratch.write(input, to: "input.json")
    return tool
  }

  @Test("why names the expression that failed, with carets and values, and the change that was evaluated")
  func why() throws {
    let found = try tool().run(["why", "--data", "p.rego", "--input", "input.json"])
    #expect(found.code == 0)
    #expect(
      found.output == """
        deny: nothing allows

        data.agent.allow does not hold
          p.rego:3:1 data.agent.allow fails at
            p.rego:5:2
              5 |   startswith(input.path, "/ok/")
                |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              input.path is "/no/a"

        smallest change that makes it allow (2 changed inputs evaluated)
          input.path: "/no/a" → "/ok/a"
        or, that makes it allow
          input.path: "/no/a" → "/ok/"

        """)
  }

  @Test("why says which rule denied; a query is explained by itself; JSON has all of it")
  func forms() throws {
    let tool = try tool(#"{"action": "write", "path": "/ok/a.pem"}"#)
    let denied = try tool.run(["why", "-d", "p.rego", "-i", "input.json"]).output
    #expect(
      denied.hasPrefix(
        "deny: said by data.agent.deny\n\ndata.agent.deny holds\n  p.rego:9:1 data.agent.deny holds because of\n"))
    #expect(denied.contains("data.agent.allow fails at") && denied.contains("input.action: \"write\" → \"read\""))
    let query = try tool.run(["why", "-d", "p.rego", "-i", "input.json", "--tries", "0", "data.agent.allow"]).output
    #expect(query.hasPrefix("data.agent.allow is undefined\n") && !query.contains("change"))
    let json = try tool.run(["why", "--json", "p.rego", "-i", "input.json"])
    #expect(
      json.code == 0 && json.output.contains(#""decision":"deny""#) && json.output.contains(#""outcome":"holds""#))
    #expect(json.output.contains(#""old":"write","place":"input.action""#))
  }

  @Test("An entry of the log is decided again with its own time and chance")
  func logged() throws {
    let tool = try tool(
      #"{"v": 1, "record": {"kind": "intent", "body": {"action": {"version": 1, "action": "exec", "context": {"now_ns": 7, "seed": -3}}, "decision": {"effect": "ask"}}}}"#
    )
    try tool.scratch.write("package l\nallow if { input.action == \"exec\"; time.now_ns() == 7 }\n", to: "l.rego")
    let found = try tool.run(["why", "l.rego", "-i", "input.json"])
    #expect(found.code == 0 && found.output.hasPrefix("allow: said by data.l.allow\nthe log says: ask\n"))
    #expect(try tool.run(["why", "l.rego", "-i", "input.json", "--json"]).output.contains(#""recorded":"ask""#))
    #expect(try tool.run(["trace", "l.rego", "-i", "input.json"]).output.contains("Exit data.l.allow"))
  }

  @Test("why refuses what it cannot explain")
  func refusals() throws {
    let tool = try tool()
    let missing = try tool.run(["why", "p.rego", "-i", "input.json", "data.agent.alow"])
    #expect(missing.code == 1 && missing.errors.contains("[policy-rule-missing]"))
    #expect(missing.errors.contains("did you mean `data.agent.allow`?"))
    try tool.scratch.write("{\"a\": ", to: "bad.json")
    let bad = try tool.run(["why", "p.rego", "-i", "bad.json", "--json"])
    #expect(bad.code == 1 && bad.output.contains("policy-data-malformed"))
    try tool.scratch.write("package lib.a\nallow := true", to: "lib.rego")
    #expect(try tool.run(["why", "lib.rego"]).errors.contains("[policy-decision-missing]"))
    #expect(try tool.run(["why"]).errors.contains("[policy-files-missing]"))
    #expect(try tool.run(["why", "p.rego", "--tries", "-1"]).code == 2)
    let query = try tool.run(["why", "p.rego", "data.agent.allow[", "--json"])
    #expect(query.code == 1 && query.output.contains("\"file\":\"query\""))
    try tool.scratch.write("package b\ndeny contains 1 if input.x\n", to: "b.rego")
    let none = try tool.run(["why", "b.rego", "-i", "input.json"])
    #expect(none.code == 0 && none.output.hasPrefix("deny: nothing allows: no package has a rule `allow`\n"))
    #expect(none.output.contains("no change was found"))
  }

  @Test("What an input says is shown with its control characters written out")
  func hostile() throws {
    let found = try tool("{\"action\": \"\\u001b[2J\", \"path\": \"\u{202e}x\"}").run([
      "why", "p.rego", "-i", "input.json",
    ])
    #expect(found.code == 0 && !found.output.contains("\u{1b}") && !found.output.contains("\u{202e}"))
  }

  @Test("trace shows all events, only failures or only notes")
  func trace() throws {
    let tool = try tool(#"{"action": "read", "path": "/ok/a"}"#)
    let words = ["--data", "p.rego", "--input", "input.json", "data.agent.allow"]
    let all = try tool.run(["trace"] + words)
    #expect(all.code == 0)
    #expect(
      all.output == """
        query:1  Enter query
        query:1  | Eval data.agent.allow
        p.rego:3 | Enter data.agent.allow
        p.rego:4 | | Eval input.action == "read"
        p.rego:5 | | Eval startswith(input.path, "/ok/")
        p.rego:6 | | Eval print("path", input.path)
        p.rego:6 | | Note "path /ok/a"
        p.rego:3 | Exit data.agent.allow
        query:1  Exit query
        query:1  | Redo data.agent.allow

        """)
    let notes = try tool.run(["trace", "--notes"] + words).output
    #expect(notes == "query:1  Enter query\np.rego:3 | Enter data.agent.allow\np.rego:6 | | Note \"path /ok/a\"\n")
    try tool.scratch.write(#"{"action": "x"}"#, to: "input.json")
    let fails = try tool.run(["trace", "--fails"] + words).output
    #expect(
      fails.contains("p.rego:4 | | Fail input.action == \"read\"  {input.action: \"x\"}\n") && !fails.contains("Eval"))
    let json = try tool.run(["trace", "--json"] + words)
    #expect(
      json.output.contains(#""op":"Fail""#) && json.output.contains(#""location":{"col":2,"file":"p.rego","row":4}"#))
  }

  @Test("trace says when it is cut, and ends with 1 on an error")
  func ends() throws {
    let tool = try tool()
    let cut = try tool.run(["trace", "p.rego", "-i", "input.json", "--limit", "2"])
    #expect(cut.output.split(separator: "\n").count == 2 && cut.errors.contains("--limit"))
    try tool.scratch.write("package e\nallow if to_number(\"x\") == 1\n", to: "e.rego")
    let error = try tool.run(["trace", "e.rego"])
    #expect(error.code == 1 && error.errors.hasPrefix("e.rego:2: eval_builtin_error: to_number"))
    #expect(error.output.contains("Enter data.e.allow"))
  }
}
