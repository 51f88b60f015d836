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
}
