extension Allowlist {
  /// Reads what is accepted: a map of `rules`, `paths` and `fingerprints`, each a list of texts.
  ///
  /// - Parameter rules: those that there are. What is unknown is refused with its place, for it would excuse nothing.
  public static func read(_ text: [UInt8], file: String, rules: RuleSet) throws(RuleIssue) -> Allowlist {
    var list = Allowlist()
    guard let source = try RuleTextParser.read(text, file: file) else { return list }
    let reader = AllowlistReader(file: file)
    guard case .map(let members, _) = source else {
      throw reader.issue("rule-syntax", "an allowlist is a map", source.mark)
    }
    var seen: Set<String> = []
    for member in members {
      guard seen.insert(member.key).inserted else {
        throw reader.issue("rule-syntax", "`\(member.key)` comes twice", member.mark)
      }
      let texts = try reader.texts(member.key, member.value)
      switch member.key {
      case "rules": list.rules = try reader.names(texts, Set(rules.rules.map(\.id)))
      case "paths": list.paths = texts.map(\.text)
      case "fingerprints": list.fingerprints = try reader.fingerprints(texts)
      default:
        throw reader.issue(
          "rule-key-unknown", "`\(member.key)` is no key of an allowlist", member.mark,
          "there are: rules, paths, fingerprints")
      }
    }
    return list
  }
}

/// The lists of an allowlist.
private struct AllowlistReader {
  let file: String

  func texts(_ key: String, _ value: RuleText) throws(RuleIssue) -> [(text: String, mark: RuleMark)] {
    guard case .list(let items, _) = value else { throw issue("rule-syntax", "`\(key)` is a list", value.mark) }
    var texts: [(text: String, mark: RuleMark)] = []
    for item in items {
      guard case .scalar(let text, let mark) = item, !text.isEmpty else {
        throw issue("rule-syntax", "`\(key)` is a list of texts", item.mark)
      }
      texts.append((text, mark))
    }
    return texts
  }

  func names(_ texts: [(text: String, mark: RuleMark)], _ known: Set<String>) throws(RuleIssue) -> Set<String> {
    for (text, mark) in texts where !known.contains(text) {
      throw issue("rule-value", "there is no rule `\(text)`", mark, "`bailey scan --list-rules` names them")
    }
    return Set(texts.map(\.text))
  }

  func fingerprints(_ texts: [(text: String, mark: RuleMark)]) throws(RuleIssue) -> Set<String> {
    for (text, mark) in texts {
      let isHash =
        text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      guard isHash else {
        throw issue("rule-value", "a fingerprint has 64 hexadecimal digits in lower case", mark)
      }
    }
    return Set(texts.map(\.text))
  }

  func issue(_ code: String, _ why: String, _ mark: RuleMark, _ hint: String? = nil) -> RuleIssue {
    RuleIssue(code: code, place: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
