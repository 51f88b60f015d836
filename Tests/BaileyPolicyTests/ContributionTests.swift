import BaileyCore
import Testing

@testable import BaileyPolicy

@Suite("What a policy's documents say is bounded")
struct ContributionTests {
  private func opinion(_ rules: String, resource: JSON = [:]) throws -> Opinion {
    regoJudge(try regoPolicy("package a\n" + rules)).opinion(policyAction(resource: resource))
  }

  /// Values that share their parts: few blocks, but a text of 2^40 parts.
  private static let shared =
    "x0 := \"0123456789abcdef\"\n" + (1...40).map { "x\($0) := [x\($0 - 1), x\($0 - 1)]\n" }.joined()

  @Test(
    "A member whose text would be endless is written in part",
    arguments: ["deny contains x40", "deny := [x40]", "deny contains {x40: 1}", "deny contains {[x40]: {x40: 2}}"])
  func sharedParts(rule: String) throws {
    let reasons = try opinion(Self.shared + rule).reasons
    #expect(reasons.map(\.effect) == [.deny] && reasons[0].sentence.count <= 1000)
    #expect(reasons[0].source?.text == "m0.rego:43", "\(reasons)")
  }

  @Test(
    "An obligation that would be endless is a deny", arguments: ["{\"a\": x40}", "{x40: 1}", "{\"label\": x40[0]}"])
  func obligations(member: String) throws {
    let opinion = try opinion(Self.shared + "oblige contains \(member)")
    #expect(opinion.obligations.isEmpty && opinion.reasons.map(\.code) == ["policy-result-malformed"])
    #expect(opinion.reasons.map(\.effect) == [.deny])
  }

  @Test("Of thousands of members 64 are told, each with its place, and how many more there are")
  func manyMembers() throws {
    let rules = """
      deny contains "0 first" if true
      deny contains sprintf("part %s", [part]) if some part in split(input.resource.path, "/")
      """
    let path = (0..<11_000).map { String($0) }.joined(separator: "/")
    let reasons = try opinion(rules, resource: ["path": .string(path)]).reasons
    #expect(reasons.count == 65 && reasons.allSatisfy { $0.effect == .deny })
    #expect(reasons[0].sentence == "0 first" && reasons[0].source?.text == "m0.rego:2")
    #expect(reasons[1..<64].allSatisfy { $0.source?.text == "m0.rego:3" })
    #expect(reasons[64].sentence == "and 10937 more of `data.a.deny`")
  }

  @Test(
    "Beyond the bound the effect stays",
    arguments: [
      ("ask", Effect.ask, "policy-asks"), ("allow", .allow, "policy-allows"), ("deny", .deny, "policy-denies"),
    ])
  func rest(document: String, effect: Effect, code: String) throws {
    let reasons = try opinion("\(document) contains sprintf(\"%d\", [n]) if some n in numbers.range(1, 100)").reasons
    #expect(reasons.count == 65 && reasons.allSatisfy { $0.effect == effect && $0.code == code })
    #expect(reasons.last?.sentence.hasPrefix("and 36 more") == true)
  }

  @Test("More obligations than are kept are a deny")
  func manyObligations() throws {
    let opinion = try opinion("oblige contains {\"n\": n} if some n in numbers.range(1, 65)")
    #expect(opinion.obligations.count == 64)
    #expect(opinion.reasons.map(\.code) == ["policy-result-malformed"] && opinion.reasons.map(\.effect) == [.deny])
  }

  @Test("A long text that many members share is not copied whole for each")
  func longTexts() throws {
    let reasons = try opinion(
      """
      long := concat("", ["é" | some n in numbers.range(1, 5000)])
      deny contains {"sentence": long, "n": n} if some n in numbers.range(1, 64)
      """
    ).reasons
    #expect(reasons.count == 64 && reasons.allSatisfy { $0.sentence == String(repeating: "é", count: 1000) })
  }

  @Test(
    "An allow that holds anything but truth, sentences and reasons is a deny",
    arguments: [
      "allow contains endswith(input.resource.host, \".example.com\")", "allow := [false]", "allow := [true, false]",
      "allow := {\"allow\": false, \"sentence\": \"no\"}", "allow := [{\"allow\": false, \"sentence\": \"no\"}]",
      "allow := [null]", "allow := \"\"", "allow contains \"\"", "allow := [[]]", "allow contains {}", "allow := 1",
      "allow := {\"dry_run\": true}", "allow := {\"sentence\": false}", "allow := {\"code\": \"\"}",
      "allow := [[true]]",
    ])
  func carelessAllow(rule: String) throws {
    let reasons = try opinion(rule, resource: ["host": "evil.com"]).reasons
    #expect(reasons.map(\.effect) == [.deny] && reasons.map(\.code) == ["policy-result-malformed"], "\(reasons)")
    #expect(reasons.first?.source?.text == "m0.rego:2")
    let upload = rule.replacing("allow ", with: "allow_upload ", maxReplacements: 1)
    let policy = try regoPolicy("package a\nimport rego.v1\n" + upload, isVersion1: false)
    let sent = regoJudge(policy).opinion(
      on: Array(#"{"resource": {"host": "evil.com"}}"#.utf8), now: 0, seed: 0, without: [])
    #expect(sent.reasons.map(\.code) == ["policy-result-malformed"], "\(sent.reasons)")
  }

  @Test(
    "The forms of allow that are written down allow, and none says nothing",
    arguments: [
      ("allow := true", [Effect.allow]), ("allow := \"why\"", [.allow]), ("allow contains \"why\"", [.allow]),
      ("allow := {\"code\": \"c\", \"sentence\": \"why\"}", [.allow]),
      ("allow := [true, {\"sentence\": \"s\"}]", [.allow, .allow]),
      ("allow := false", []), ("allow := []", []), ("allow := {}", []), ("allow contains 1 if false", []),
    ])
  func plainAllow(rule: String, effects: [Effect]) throws {
    #expect(try opinion(rule).reasons.map(\.effect) == effects)
  }

  @Test(
    "A request without a length is an upload with any method, larger than any limit",
    arguments: ["GET", "DELETE", "HEAD", "POST"])
  func chunked(method: String) throws {
    let request = policyAction(.httpRequest, resource: ["method": .string(method), "host": "a.com", "path": "/"])
    let judged = { (rules: String) in
      Decision(combining: regoJudge(try regoPolicy("package a\n" + rules, isVersion1: false)).judge(request)).effect
    }
    #expect(FlatInput(request).isUpload)
    #expect(try judged("allow { input.operation == \"request\" }") == .deny)
    #expect(try judged("allow = true\nallow_upload { input.size < 1000000000000 }") == .deny)
    #expect(try judged("allow = true\ndeny { input.action == \"upload\"; input.size > 1000000000000 }") == .deny)
    #expect(try judged("allow = true\nallow_upload { input.dest == \"a.com\" }") == .allow)
    let library = "import data.lib.uploads\nallow := true\ndeny if uploads.larger_than(1000000000000)"
    #expect(Decision(combining: regoJudge(try regoPolicy("package a\n" + library)).judge(request)).effect == .deny)
  }
}
