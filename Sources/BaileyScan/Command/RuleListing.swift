internal import BaileyCore
internal import BaileyInspect

/// Tells what is looked for.
enum RuleListing {
  static func list(_ set: RuleSet, json: Bool) throws(Fault) -> Int32 {
    let rules = (set.rules.map(Entry.init) + EngineRule.all.map(Entry.init)).sorted { $0.id < $1.id }
    let width = rules.map(\.id.utf8.count).max() ?? 0
    for rule in rules {
      if json {
        try Output.write(object(rule).shownText + "\n")
      } else {
        let columns = [(rule.id, width), (rule.tier, 7), (rule.kind.rawValue, 10)].map { text, width in
          text + String(repeating: " ", count: max(0, width - text.utf8.count))
        }
        try Output.write(columns.joined(separator: "  ") + "  " + rule.title + "\n")
      }
    }
    return ScanExit.clean
  }

  static func explain(_ id: String, _ set: RuleSet, json: Bool) throws(Fault) -> Int32 {
    let rules = set.rules.map(Entry.init) + EngineRule.all.map(Entry.init)
    guard let rule = rules.first(where: { $0.id == id }) else { throw unknown(id, rules.map(\.id)) }
    if json {
      try Output.write(object(rule).shownText + "\n")
    } else {
      let lines = rule.details.map { "\($0.name): \(printable($0.value))" }
      try Output.write((lines + ["", RuleHelp.text(rule.kind)]).joined(separator: "\n") + "\n")
    }
    return ScanExit.clean
  }

  /// With what was perhaps meant: a name that is spelt alike, or those that begin so.
  private static func unknown(_ id: String, _ names: [String]) -> Fault {
    let longer = names.filter { !id.isEmpty && $0.hasPrefix(id) }.sorted().prefix(5)
    let near = longer.isEmpty ? Spelling.nearest(to: id, among: names).map { [$0] } ?? [] : Array(longer)
    return Fault(
      "scan-rule-unknown", subject: id, why: "there is no such rule",
      hint: near.isEmpty
        ? "`bailey scan --list-rules` names them" : "did you mean \(near.joined(separator: " or "))?")
  }

  /// A rule of a file or of the engine.
  private struct Entry {
    var id: String
    var title: String
    var kind: Rule.Kind
    var tier: String
    var details: [(name: String, value: String)]

    init(_ rule: Rule) {
      (id, title, kind, tier, details) = (rule.id, rule.title, rule.kind, rule.tier.name, rule.details)
    }

    init(_ rule: EngineRule) {
      (id, title, kind, tier, details) = (rule.id, rule.title, rule.kind, rule.tier.name, rule.details)
    }
  }

  private static func object(_ rule: Entry) -> JSON {
    var members: [String: JSON] = ["v": 1, "help": .string(RuleHelp.text(rule.kind))]
    for (name, value) in rule.details { members[name] = .string(value) }
    return .object(members)
  }
}
