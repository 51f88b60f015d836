/// The members of one rule, each known and there once.
struct RuleFields {
  let mark: RuleMark
  private let file: String
  private var values: [String: (mark: RuleMark, value: RuleText)] = [:]

  init(_ text: RuleText, file: String) throws(RuleIssue) {
    (self.file, mark) = (file, text.mark)
    guard case .map(let members, _) = text else { throw issue("rule-syntax", "a rule is a map", mark) }
    for member in members {
      guard RuleReader.keys.contains(member.key) else {
        let known = RuleReader.keys.joined(separator: ", ")
        throw issue("rule-key-unknown", "`\(member.key)` is no key of a rule", member.mark, "there are: \(known)")
      }
      guard values.updateValue((member.mark, member.value), forKey: member.key) == nil else {
        throw issue("rule-syntax", "`\(member.key)` comes twice", member.mark)
      }
    }
  }

  func mark(of keys: String...) -> RuleMark { keys.compactMap { values[$0]?.mark }.first ?? mark }

  func text(_ key: String) throws(RuleIssue) -> String? {
    guard let found = values[key] else { return nil }
    guard case .scalar(let text, _) = found.value else {
      throw issue("rule-syntax", "`\(key)` is one text", found.mark)
    }
    return text
  }

  func required(_ key: String) throws(RuleIssue) -> String {
    guard let text = try text(key), !text.isEmpty else { throw issue("rule-key-missing", "`\(key)` is missing", mark) }
    return text
  }

  func list(_ key: String) throws(RuleIssue) -> [String] {
    guard let found = values[key] else { return [] }
    guard case .list(let items, _) = found.value else { throw issue("rule-syntax", "`\(key)` is a list", found.mark) }
    var texts: [String] = []
    for item in items {
      guard case .scalar(let text, _) = item, !text.isEmpty else {
        throw issue("rule-syntax", "`\(key)` is a list of texts", item.mark)
      }
      texts.append(text)
    }
    return texts
  }

  func flag(_ key: String) throws(RuleIssue) -> Bool {
    try choice(key, { ["true": true, "false": false][$0] }, of: ["true", "false"]) ?? false
  }

  func choice<Value>(_ key: String, _ read: (String) -> Value?, of names: [String]) throws(RuleIssue) -> Value? {
    guard let text = try text(key) else { return nil }
    guard let value = read(text) else {
      throw issue("rule-value", "`\(text)` is no \(key)", mark(of: key), "there are: \(names.joined(separator: ", "))")
    }
    return value
  }

  func number(_ key: String, upTo limit: Int) throws(RuleIssue) -> Int? {
    guard let text = try text(key) else { return nil }
    guard let number = Int(text), (0...limit).contains(number) else {
      throw issue("rule-value", "`\(key)` is a number from 0 to \(limit)", mark(of: key))
    }
    return number
  }

  func decimal(_ key: String) throws(RuleIssue) -> Double? {
    guard let text = try text(key) else { return nil }
    guard let number = Double(text), (0...8).contains(number) else {
      throw issue("rule-value", "`\(key)` is a number of bits from 0 to 8", mark(of: key))
    }
    return number
  }

  /// `9` or `13-19`.
  func range(_ key: String) throws(RuleIssue) -> ClosedRange<Int>? {
    guard let text = try text(key) else { return nil }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first > 0, first <= last else {
      throw issue("rule-value", "`\(key)` is a count, or two with a dash between", mark(of: key))
    }
    return first...last
  }

  private func issue(_ code: String, _ why: String, _ mark: RuleMark, _ hint: String? = nil) -> RuleIssue {
    RuleIssue(code: code, place: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
