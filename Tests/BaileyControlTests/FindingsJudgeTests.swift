import BaileyCore
import Testing

@testable import BaileyControl

@Suite("What Bailey says to findings in requests")
struct FindingsJudgeTests {
  private static let subject = Subject(session: .random(), agent: "a", user: "u")
  private static let request = Action.request(
    subject, scheme: "https", host: "h.example", port: 443, method: "POST", path: "/")

  private func reason(_ found: [(ContentFinding.Kind, ContentFinding.Tier, String)]) -> Reason? {
    var findings = PassageFindings()
    for (kind, tier, place) in found {
      var finding = ContentFinding(rule: "r-\(tier.rawValue)", title: "A thing", kind: kind, tier: tier)
      finding.sample = "ab**"
      findings.add(finding, in: place)
    }
    return FindingsJudge().judge(Self.request.with(findings)).first
  }

  @Test(
    "A certain secret is denied, a likely one asks, and what cannot be read counts as one",
    arguments: [
      ([(.secret, .certain, "url")], .deny, "secret-in-request"),
      ([(.secret, .likely, "url")], .ask, "secret-in-request"),
      ([(.evasion, .certain, "body")], .deny, "request-unreadable"),
      ([(.evasion, .likely, "body")], .ask, "request-unreadable"),
      ([(.evasion, .likely, "body"), (.secret, .certain, "body")], .deny, "secret-in-request"),
    ] as [([(ContentFinding.Kind, ContentFinding.Tier, String)], Effect, String)])
  func secrets(found: [(ContentFinding.Kind, ContentFinding.Tier, String)], effect: Effect, code: String) {
    #expect(reason(found)?.effect == effect && reason(found)?.code == code)
  }

  @Test("It says rule, tier and place, and nothing of the value")
  func sentence() {
    let said = reason([(.secret, .hint, "body"), (.secret, .likely, "body"), (.secret, .certain, "header:x")])?.sentence
    #expect(said == "header:x holds what looks like this: A thing (r-certain, certain)")
  }

  @Test("Hints and personal data are left to policies, and so is a request without findings")
  func harmless() {
    #expect(reason([(.secret, .hint, "url"), (.personal, .certain, "body"), (.financial, .likely, "body")]) == nil)
    #expect(reason([]) == nil)
  }

  @Test("However many hints there are, what weighs is told")
  func crowded() {
    let hints = (0..<200).map { _ in (ContentFinding.Kind.secret, ContentFinding.Tier.hint, "body") }
    #expect(reason(hints + [(.secret, .certain, "body")])?.sentence.contains("r-certain") == true)
  }

  @Test("A request carries its findings and labels as an apply does")
  func facts() {
    var findings = PassageFindings()
    findings.add(ContentFinding(rule: "b", title: "B", kind: .personal, tier: .likely), in: "header:x")
    findings.add(ContentFinding(rule: "a", title: "A", kind: .evasion, tier: .likely), in: "body")
    let action = Self.request.with(findings)
    let told = action.resource["findings"]
    #expect(told?["rules"] == ["a", "b"] && told?["places"] == ["header:x", "body"] && told?["paths"] == nil)
    #expect(told?["likely"] == 2 && told?["suspects"] == 1 && told?["unreadable"] == 1 && told?["secrets"] == 0)
    #expect(action.context["labels"] == ["pii", "secret"])
    #expect(Self.request.with(PassageFindings()) == Self.request)
  }

  @Test("What the gate let a session see labels it for good, beside what policies say")
  func seen() {
    var facts = SessionFacts()
    facts.expose(to: ["executable"])
    facts.expose(to: ["hidden-text", "executable"])
    #expect(facts.added(to: .object([:]))["labels"] == ["seen:executable", "seen:hidden-text"])
    facts.expose(to: Set((0..<100).map { "l\($0)" }))
    #expect(facts.added(to: .object([:]))["labels"]?.array?.count == SessionFacts.maximumLabels)
  }
}
