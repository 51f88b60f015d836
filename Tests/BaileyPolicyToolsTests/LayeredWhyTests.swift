import BaileyTestSupport
import Testing

@Suite("policy why, by all layers")
struct LayeredWhyTests {
  private struct Place {
    let tool: Tool
    var path: String { tool.scratch.path }

    init() throws {
      tool = try Tool()
      for name in ["c", "c/policy.d", "s", "p", "p/.bailey", "p/.bailey/policy"] { try tool.scratch.directory(name) }
    }

    func put(_ text: String, _ name: String) throws { try tool.scratch.write(text, to: name) }

    /// - Parameter more: members beside those that `bailey` always gives.
    func why(
      _ words: [String] = [], host: String = "a.com", basis: String = "", more: String = "", live: Bool = true
    ) throws -> Tool.Result {
      try tool.run(
        ["why", "--all-layers"] + words,
        input: """
          {"action": {"action": "net.connect", "resource": {"host": "\(host)", "port": 443}, "context": {"now_ns": 7, "seed": 1}},
           "basis": {"session": "s", "project": "\(path)/p", "live": \(live), "manifest_sha256": "aa", "manifest": {"sha256": "aa", "limit": 443},
                     "reasons": [\(basis)]},
           "configuration": "\(path)/c", "state": "\(path)/s"\(more)}
          """)
    }
  }

  private static let allow =
    "package u\n\nallow if {\n\tinput.resource.host == \"a.com\"\n\tinput.resource.port == data.manifest.limit\n}\n"

  @Test(
    "A rule of the person allows, a bundle asks, the project denies: the project's deny holds, and each is explained")
  func combined() throws {
    let place = try Place()
    try place.put(Self.allow, "c/policy.d/u.rego")
    let alone = try place.why(host: "b.com")
    #expect(alone.code == 0 && alone.output.hasPrefix("deny: nothing-allows: no rule allows this\n"), "\(alone)")
    #expect(alone.output.contains("user: \(place.path)/c/policy.d: nothing said\n"), "\(alone)")
    #expect(
      alone.output.contains(
        """
          \(place.path)/c/policy.d/u.rego:3:1 data.u.allow fails at
            \(place.path)/c/policy.d/u.rego:4:2
              4 |   input.resource.host == "a.com"
                |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
              input.resource.host is "b.com"
        """), "\(alone)")
    #expect(
      alone.output.contains("smallest change with which all together say allow")
        && alone.output.contains("  input.resource.host: \"b.com\" → \"a.com\"\n"), "\(alone)")
    #expect(try place.why().output.hasPrefix("allow: policy-allows: "))

    try place.tool.scratch.directory("c/policy.d/b")
    try place.put(#"{"revision": "9"}"#, "c/policy.d/b/.manifest")
    try place.put("package b\nask contains \"sure?\" if input.resource.port == 443\n", "c/policy.d/b/b.rego")
    let asks = try place.why()
    #expect(asks.output.hasPrefix("deny: nobody-to-ask: "), "\(asks)")
    #expect(asks.output.contains("user: \(place.path)/c/policy.d/b revision 9: ask\n"), "\(asks)")

    try place.put(
      "package o\nallow := true\ndeny contains \"no\" if input.resource.host == \"a.com\"\n", "p/.bailey/policy/o.rego")
    let denies = try place.why()
    #expect(denies.output.hasPrefix("deny: policy-denies: no (\(place.path)/p/.bailey/policy/o.rego:3)\n"), "\(denies)")
    #expect(!denies.output.contains("data.o.allow"), "what a project allows is not heard: \(denies)")
  }

  @Test("A change that only one policy would follow is not shown: all of them are asked about it")
  func changes() throws {
    let place = try Place()
    try place.put(Self.allow, "c/policy.d/u.rego")
    try place.put("package o\ndeny if input.resource.host == \"a.com\"\n", "p/.bailey/policy/o.rego")
    let stuck = try place.why(host: "b.com")
    #expect(stuck.output.contains("no change of the input was found"), "\(stuck)")
    #expect(try place.why(["--tries", "0"], host: "b.com").output.contains("change") == false)
    let floor = #"{"effect": "deny", "code": "never", "sentence": "the floor"}"#
    let denied = try place.why(basis: floor)
    #expect(
      denied.output.contains("the floor, the manifest and the order: deny\n  deny: never: the floor\n"), "\(denied)")
    #expect(denied.output.contains("no change of the input was found"), "\(denied)")
    let fallback = #"{"effect": "deny", "code": "nothing-allows", "sentence": "no rule", "fallback": true}"#
    try place.put("package o\n", "p/.bailey/policy/o.rego")
    #expect(try place.why(basis: fallback).output.hasPrefix("allow: "))
  }

  @Test("What is not as it was, or not as the controller has it, is said")
  func differences() throws {
    let place = try Place()
    try place.put(Self.allow, "c/policy.d/u.rego")
    let deny =
      #", "decision": {"effect": "deny", "reasons": [{"effect": "deny", "code": "c", "sentence": "s", "source": "f:1"}]}"#
    let unknown = try place.why(more: deny, live: false)
    #expect(unknown.output.contains("the log says: deny: c: s (f:1)\nnot as it was then\n"), "\(unknown)")
    #expect(
      unknown.output.contains("the log does not say which were in force")
        && unknown.output.contains("deny then, allow now"))
    let old = #", "policies": {"user": {"sha256": "00", "bundles": {"/b": "1"}}, "project": {"sha256": "11"}}"#
    let changed = try place.why(more: deny + old)
    for words in [
      "policies of the user: sha256 00 then, ", "bundle /b: revision 1 then, not there now\n",
      "policies of the project: sha256 11 then, none now\n",
    ] {
      #expect(changed.output.contains(words), "\(words): \(changed)")
    }
    let status = #", "status": [{"name": "user", "loaded": true, "sha256": "00"}]"#
    #expect(try place.why(more: status).output.contains("the controller has another form in force"))
    try place.put("package u\nallow if {", "c/policy.d/u.rego")
    let kept = try place.why(more: status)
    #expect(kept.output.contains("what was loaded before is in force and not shown here"), "\(kept)")
    let broken = try place.why()
    #expect(broken.output.hasPrefix("deny: policy-invalid: the policies of the user cannot be loaded"), "\(broken)")
  }

  @Test("JSON has the decision, each layer with its explanations, and the changes")
  func json() throws {
    let place = try Place()
    try place.put(Self.allow, "c/policy.d/u.rego")
    let found = try place.why(["--json"], host: "b.com")
    for words in [
      #""v":1,"ok":true"#, #""decision":"deny""#, #""name":"project""#, #""explanation":{"#, #""outcome":"fails""#,
      #""changes":[{"decision":"allow","input":[{"place":"input.resource.host","old":"b.com","new":"a.com"}]}"#,
    ] { #expect(found.output.contains(words), "\(words): \(found.output)") }
    try place.put(found.output, "out.json")
    #expect(
      try place.tool.run(["eval", "--input", "out.json", "--format", "raw", "count(input.layers)"]).output == "3\n")
  }

  @Test("What is no decision is refused", arguments: ["", "[]", "{}", #"{"action": {"action": "juggle"}}"#])
  func refusals(input: String) throws {
    let refused = try Tool().run(["why", "--all-layers"], input: input)
    #expect(refused.code == 1 && refused.errors.contains("[policy-data-malformed]"), "\(refused)")
  }
}
