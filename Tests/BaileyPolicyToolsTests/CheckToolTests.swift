import BaileyTestSupport
import Testing

@Suite("policy check finds what is surely not meant")
struct CheckToolTests {
  private static let policy = """
    package a

    allow if {
    	input.action == "read"
    	input.action == "write"
    }

    deny contains "z" if input.z

    deny contains "w" if input.w

    """

  private func tool() throws -> Tool {
    let tool = try Tool()
    try tool.scratch.write(Self.policy, to: "a.rego")
    return tool
  }

  @Test("A `.manifest` gives the version of its directory, and of none beside it")
  func versions() throws {
    let tool = try Tool()
    let old = "package g\ndefault allow = false\nallow { input.operation == \"read\" }\n"
    for folder in ["p", "p/guides"] { try tool.scratch.directory(folder) }
    try tool.scratch.write(old, to: "p/guides/g.rego")
    try tool.scratch.write(Self.policy, to: "p/a.rego")
    let refused = try tool.run(["check", "p"])
    #expect(refused.code == 1 && refused.errors.contains("{\"rego_version\": 0} in a `.manifest`"))
    try tool.scratch.write("{\"rego_version\": 0}", to: "p/guides/.manifest")
    #expect(try tool.run(["check", "p"]).code == 0)
    #expect(try tool.run(["check", "-b", "p/guides"]).code == 0)
    try tool.scratch.write(old + "allow_upload { input.dest in {1} }\n", to: "p/guides/g.rego")
    #expect(try tool.run(["check", "p"]).errors.contains("import future.keywords.in"))
    try tool.scratch.write("{\"rego_version\": 7}", to: "p/guides/.manifest")
    #expect(try tool.run(["check", "p"]).errors.contains("bundle-manifest"))
  }

  @Test("A rule that can never fire is a warning with carets and a hint, and with --strict an error")
  func never() throws {
    let tool = try tool()
    let found = try tool.run(["check", "a.rego"])
    #expect(found.code == 0 && found.output.isEmpty)
    #expect(
      found.errors == """
        a.rego:5:2: warning: policy-rule-never-fires: this rule can never fire: \
        `input.action == "write"` excludes `input.action == "read"` of line 4
          5 |   input.action == "write"
            |   ^^^^^^^^^^^^^^^^^^^^^^^
        hint: a rule holds only if all its expressions do: make them two rules, or use `in`

        """)
    let strict = try tool.run(["check", "--strict", "a.rego"])
    #expect(strict.code == 1 && strict.errors.hasPrefix("a.rego:5:2: policy-rule-never-fires: "))
    let json = try tool.run(["check", "--json", "a.rego"])
    #expect(json.code == 0 && json.output.contains("\"ok\":true"))
    #expect(json.output.contains("\"code\":\"policy-rule-never-fires\",\"hint\":"))
    let refused = try tool.run(["check", "--json", "--strict", "a.rego"])
    #expect(refused.code == 1 && refused.output.contains("\"ok\":false"))
  }

  @Test("A rule that denies and that no passing test makes true is named; without tests none is")
  func untested() throws {
    let tool = try tool()
    #expect(try !tool.run(["check", "a.rego"]).errors.contains("policy-deny-untested"))
    try tool.scratch.write(
      "package a_test\nimport data.a\ntest_z if \"z\" in a.deny with input as {\"z\": 1}\n"
        + "test_w if { \"w\" in a.deny with input as {\"w\": 1}; false }\n",
      to: "a_test.rego")
    let found = try tool.run(["check", "a.rego", "--tests", "a_test.rego"]).errors
    #expect(found.contains("1 of the tests do not pass"))
    #expect(found.contains("a.rego:10:1: warning: policy-deny-untested") && !found.contains("a.rego:8:1"))
    #expect(try tool.run(["check", "."]).errors.contains("a.rego:10:1: warning: policy-deny-untested"))
    let twice = try tool.run(["check", ".", "--tests", "a_test.rego"])
    #expect(twice.code == 0 && twice.errors.contains("1 of the tests do not pass"))
    let none = try tool.run(["check", "a.rego", "--tests", "a.rego"])
    #expect(none.code == 1 && none.errors.contains("[policy-files-missing]"))
  }

  @Test("With a schema, fields and values that the input does not have are named")
  func schema() throws {
    let tool = try tool()
    try tool.scratch.write(
      "{\"additionalProperties\": false, \"properties\": {\"action\": {\"enum\": [\"file.read\"]}}}", to: "s.schema")
    let found = try tool.run(["check", "a.rego", "--schema", "s.schema"]).errors
    #expect(found.contains("`input.action` is one of \"file.read\"") && found.contains("did you mean `\"file.read\"`?"))
    #expect(found.contains("a.rego:8:22: warning: policy-input-unknown: `input.z` is never there"))
    try tool.scratch.write("{", to: "s.schema")
    #expect(try tool.run(["check", "a.rego", "--schema", "s.schema"]).errors.contains("[policy-data-malformed]"))
  }

  @Test("What no entry point leads to is unused, and an entry point must exist")
  func unused() throws {
    let tool = try tool()
    let found = try tool.run(["check", "a.rego", "--entrypoint", "data.a.allow"]).errors
    #expect(found.contains("policy-rule-unused: data.a.deny is unused"))
    let missing = try tool.run(["check", "a.rego", "--entrypoint", "data.a.alow"])
    #expect(missing.code == 1 && missing.errors.contains("[policy-rule-missing]"))
  }
}
