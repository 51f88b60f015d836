import Testing

@testable import BaileyInspect

@Suite("What matches begin with")
struct LeadTests {
  @Test(
    "What a pattern begins with is read as far as it is plain",
    arguments: [
      (#"sk_[a-f0-9]{48}"#, 51), (#"ab?c"#, 1), (#"(?i)ab"#, 0), (#"ab|cd"#, 0), (#"[^\s]{3,9}x"#, 3),
      (#"\d{2}\.x{0,2}y"#, 3),
      (#"a{200}"#, 64), (#"[[:alpha:]]x"#, 0), (#"\x41b"#, 0), (#"(?:a|b)c"#, 0), (#"\bab"#, 0), (#"a.c"#, 1),
      (#"[]a]b"#, 2),
    ])
  func plain(pattern: String, count: Int) {
    #expect(Lead(pattern).sets.count == count)
  }

  @Test("A sign that every match holds is known")
  func needed() {
    #expect(Lead(#"://([^@]*:[^@]*)@x"#).needed == UInt8(ascii: "@"))
    #expect(Lead(#"://x(?:@y)?"#).needed == nil)
    #expect(Lead(#"\d{1,3}\.\d{1,3}"#).needed == UInt8(ascii: "."))
  }

  /// Whether the whole pattern, with nothing to look at first, agrees that there is no match.
  private func agrees(_ rule: Rule, _ lead: Lead, _ matcher: Matcher, _ text: [UInt8]) -> Bool {
    let bytes = text.span
    for place in 0..<text.count where !lead.admits(bytes, at: place, before: text.count) {
      if matcher.match(bytes, at: place, before: text.count) != nil { return false }
    }
    return true
  }

  @Test("No match of any rule is refused by what it begins with")
  func sound() throws {
    var numbers = Numbers(state: 3)
    var plain = 0
    for rule in try Shared.rules.get().rules {
      // Alternatives are not read, so that this matcher admits all.
      let matcher = try Matcher("(?:" + rule.expression + ")|(?:" + rule.expression + ")")
      let lead = rule.lead
      plain += lead.sets.isEmpty ? 0 : 1
      for example in rule.examples {
        let text = Array(example.utf8)
        #expect(agrees(rule, lead, matcher, text), "\(rule.id)")
        var changed = text
        for _ in 0..<3 {
          changed[Int.random(in: 0..<text.count, using: &numbers)] = text.randomElement(using: &numbers) ?? 0
          #expect(agrees(rule, lead, matcher, changed), "\(rule.id)")
        }
      }
    }
    #expect(plain > 200)
  }
}
