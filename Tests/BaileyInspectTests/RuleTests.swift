import BaileyTestSupport
import Testing

@testable import BaileyInspect

@Suite("Rules of inspection")
struct RuleTests {
  @Test("Every built-in rule finds its examples and none of its counter-examples")
  func examples() throws {
    let rules = try BuiltinRules.read()
    var failures: [String] = []
    for rule in rules {
      do throws(RuleIssue) { try RuleTrial(file: "builtin").check([rule]) } catch { failures.append("\(error)") }
      if (try? Matcher(rule.expression)) == nil { failures.append("\(rule.id): the pattern is none") }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    #expect(rules.count >= 300)
  }
}

@Suite("Files of rules")
struct RuleFileTests {
  private func refusal(_ text: String) -> RuleIssue? {
    do throws(RuleIssue) { _ = try RuleSet.read(Array(text.utf8), file: "site.yaml") } catch { return error }
    return nil
  }

  private let good = """
    rules:
      - id: acme-key
        title: Key of Acme
        tier: certain
        prefixes: [acme_]
        pattern: 'acme_[a-z0-9]{16}'
        examples: ['key acme_0123456789abcdef']
        counterexamples: ['acme_short']
    """

  @Test("A site's rule is read, tried and used")
  func siteRule() throws {
    let rules = try RuleSet.read(Array(good.utf8), file: "site.yaml")
    let set = try RuleSet(adding: rules)
    let found = Inspection.findings(in: Array("x acme_fedcba9876543210 y".utf8), rules: set)
    #expect(found.map(\.rule) == ["acme-key"])
    #expect(found.first?.tier == .certain)
  }

  @Test(
    "A bad rule is refused with its place",
    arguments: [
      ("title: Key of Acme", "colour: red", "rule-key-unknown", "site.yaml:3:5"),
      ("title: Key of Acme", "tier: likely", "rule-syntax", "site.yaml:4:5"),
      ("title: Key of Acme", "title: ''", "rule-key-missing", "site.yaml:2:5"),
      ("tier: certain", "tier: sure", "rule-value", "site.yaml:4:5"),
      ("acme_[a-z0-9]{16}'", "acme_[a-z0-9'", "rule-pattern", "site.yaml:6:5"),
      ("acme_[a-z0-9]{16}'", "(?=acme_)'", "rule-pattern", "site.yaml:6:5"),
      ("prefixes: [acme_]", "digits: 9", "rule-trigger", "site.yaml:2:5"),
      ("prefixes: [acme_]", "prefixes: [a]", "rule-trigger", "site.yaml:5:5"),
      ("['key acme_0123456789abcdef']", "[]", "rule-example-missing", "site.yaml:2:5"),
      ("acme_0123456789abcdef", "acme_0123456789abcde", "rule-example", "site.yaml: acme-key"),
      ("acme_short", "acme_0123456789abcdef", "rule-counterexample", "site.yaml: acme-key"),
      ("tier: certain", "companion: acme-key", "rule-companion", "site.yaml:4:5"),
      ("tier: certain", "needs-companion: true", "rule-companion", "site.yaml:4:5"),
      ("tier: certain", "companion: nobody", "rule-companion", "acme-key"),
      ("tier: certain", "entropy: 9", "rule-value", "site.yaml:4:5"),
      ("tier: certain", "reach: 5000", "rule-value", "site.yaml:4:5"),
      ("tier: certain", "validator: luck", "rule-value", "site.yaml:4:5"),
      ("acme_[a-z0-9]{16}'", "acme_(?:[a-z0-9]{1,900}){900}'", "rule-pattern", "site.yaml:6:5"),
      ("rules:", "things:", "rule-syntax", "site.yaml:1:1"), ("[acme_]", "&a [acme_]", "rule-syntax", ""),
      ("[acme_]", "[acme_", "rule-syntax", ""),
    ])
  func refusals(old: String, new: String, code: String, place: String) {
    let issue = refusal(good.replacingFirst(old, with: new))
    #expect(issue?.code == code)
    if !place.isEmpty { #expect(issue?.place == place) }
  }

  @Test("A pattern that would go back and forth elsewhere takes linear time here")
  func pathological() throws {
    let rules = try RuleSet.read(
      Array(good.replacingFirst("acme_[a-z0-9]{16}'", with: "acme_(?:a+)+b|acme_[a-z0-9]{16}'").utf8), file: "site.yaml"
    )
    let found = Inspection.findings(
      in: Array(("acme_" + String(repeating: "a", count: 100_000)).utf8), rules: try RuleSet(only: rules))
    #expect(found.allSatisfy { $0.rule == "acme-key" })
  }

  @Test("A companion near a match raises it, or is what it needs")
  func companions() throws {
    let secret = """
        - id: acme-secret
          title: Secret of Acme
          tier: likely
          keywords: [secret]
          pattern: '[a-z0-9]{20}'
          companion: acme-key
          examples: ['secret=7k2m4nqpxyz89abc3def']
      """
    let file = good + "\n" + secret
    func tiers(_ file: String, _ text: String) throws -> [Tier] {
      let rules = try RuleSet.read(Array(file.utf8), file: "site.yaml")
      return Inspection.findings(in: Array(text.utf8), rules: try RuleSet(only: rules))
        .filter { $0.rule == "acme-secret" }.map(\.tier)
    }
    let alone = "secret=9q3w7e5r1t8y6u2i4o0p", id = "acme_fedcba9876543210"
    #expect(try tiers(file, alone) == [.likely])
    #expect(try tiers(file, "\(id) \(alone)") == [.certain])
    #expect(try tiers(file, "\(alone) \(id)") == [.certain])
    #expect(try tiers(file, alone + String(repeating: " ", count: 300) + id) == [.likely])
    let needy = file.replacingFirst("companion: acme-key", with: "companion: acme-key\n    needs-companion: true")
      .replacingFirst("['secret=", with: "['\(id) secret=")
    #expect(try tiers(needy, alone).isEmpty)
    #expect(try tiers(needy, "\(id) \(alone)") == [.likely])
    #expect(throws: RuleIssue.self) {
      try RuleSet(only: try RuleSet.read(Array(file.utf8), file: "site.yaml").filter { $0.id == "acme-secret" })
    }
  }

  @Test("Two rules of one name, and a file that is too large, are refused")
  func limits() throws {
    let rules = try RuleSet.read(Array(good.utf8), file: "site.yaml")
    #expect(throws: RuleIssue.self) { try RuleSet(only: rules + rules) }
    #expect(refusal(good + String(repeating: "\n# more", count: 200_000))?.code == "rule-file-too-large")
  }
}

extension String {
  func replacingFirst(_ old: String, with new: String) -> String {
    guard let range = firstRange(of: old) else { return self }
    return self[..<range.lowerBound] + new + self[range.upperBound...]
  }
}

@Suite("The rules that come with Bailey")
struct EmbeddedRuleTests {
  @Test("What is embedded is what lies in Policies/inspection, byte for byte")
  func embedded() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Policies/inspection"
    let names = try entries(root).filter { $0.hasSuffix(".yaml") }.sorted()
    #expect(RuleTexts.all.map(\.name).sorted() == names)
    for (name, text) in RuleTexts.all { #expect(try contents("\(root)/\(name)") == text, "\(name)") }
  }
}
