import BaileyCore

/// Typed access to nodes: each returns the value, or notes an issue and returns nothing.
extension ManifestReader {
  func place(_ mark: Mark) -> SourceLocation { SourceLocation(file: file, line: mark.line, column: mark.column) }

  mutating func fail(_ code: String, _ why: String, _ mark: Mark, hint: String? = nil) {
    issues.append(ManifestIssue(code, why, hint: hint, at: place(mark)))
  }

  /// The members of a map whose keys are known; the others are issues. Nothing at all is an empty map.
  mutating func members(_ node: YAMLNode, of what: String, keys: [String]) -> [YAMLMember] {
    if node.isNull { return [] }
    guard case .mapping(let members, _) = node else {
      fail("manifest-type", "\(what) must be a map, not \(node.typeName)", node.mark)
      return []
    }
    return members.filter { member in
      if keys.contains(member.key) { return true }
      let near = Spelling.nearest(to: member.key, among: keys).map { "did you mean `\($0)`?" }
      fail(
        "manifest-unknown-key", "\(what) has no key `\(printable(member.key))`", member.mark,
        hint: near ?? "the keys are \(keys.joined(separator: ", "))")
      return false
    }
  }

  /// Judges walk through the rules at every connection.
  static let maximumEntries = 1000

  /// The elements of a list; nothing at all is an empty list.
  mutating func list(_ node: YAMLNode, _ what: String) -> [YAMLNode] {
    if node.isNull { return [] }
    if case .sequence(let nodes, _) = node {
      if nodes.count <= Self.maximumEntries { return nodes }
      fail("manifest-too-large", "\(what) has more than \(Self.maximumEntries) entries", node.mark)
      return []
    }
    fail(
      "manifest-type", "\(what) must be a list, not \(node.typeName)", node.mark,
      hint: "begin each entry on a line of its own with `- `")
    return []
  }

  /// A text without control characters. A plain number or truth value is not one: it needs quotes.
  mutating func text(_ node: YAMLNode, _ what: String) -> String? {
    guard case .scalar(let text, _, let mark) = node, node.typeName == "a text" else {
      fail("manifest-type", "\(what) must be a text, not \(node.typeName)", node.mark, hint: Self.quotesHint(node))
      return nil
    }
    if text.isEmpty {
      fail("manifest-value", "\(what) is empty", mark)
      return nil
    }
    return text
  }

  private static func quotesHint(_ node: YAMLNode) -> String? {
    guard case .scalar = node else { return nil }
    return node.isNull ? "`~` alone means nothing in YAML; write \"~\"" : "put it in quotes"
  }

  mutating func truth(_ node: YAMLNode, _ what: String) -> Bool? {
    if case .scalar("true", isPlain: true, _) = node { return true }
    if case .scalar("false", isPlain: true, _) = node { return false }
    fail("manifest-type", "\(what) must be `true` or `false`, not \(node.typeName)", node.mark)
    return nil
  }

  mutating func integer(_ node: YAMLNode, _ what: String) -> Int64? {
    if case .scalar(let text, isPlain: true, _) = node, YAMLNode.isInteger(text), let value = Int64(text) {
      return value
    }
    fail("manifest-type", "\(what) must be a number, not \(node.typeName)", node.mark)
    return nil
  }

  /// One of the spellings of an enumeration.
  mutating func choice<Choice>(_ node: YAMLNode, _ what: String) -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    guard let text = text(node, what) else { return nil }
    if let choice = Choice(rawValue: text) { return choice }
    let spellings = Choice.allCases.map(\.rawValue)
    let near = Spelling.nearest(to: text, among: spellings).map { "did you mean `\($0)`?" }
    fail(
      "manifest-value", "\(what) cannot be `\(printable(text))`", node.mark,
      hint: near ?? "it is one of \(spellings.joined(separator: ", "))")
    return nil
  }

  mutating func port(_ node: YAMLNode) -> UInt16? {
    guard let range = ports(node), range.count == 1 else {
      if case .scalar(let text, _, let mark) = node, text.contains("-"), !text.hasPrefix("-") {
        fail("manifest-port", "a single port is needed here, not a range", mark)
      }
      return nil
    }
    return range.lowerBound
  }

  /// A port or a range: `443`, `"443"`, `8000-8010`.
  mutating func ports(_ node: YAMLNode) -> ClosedRange<UInt16>? {
    guard case .scalar(let text, _, let mark) = node, !node.isNull else {
      fail("manifest-type", "a port must be a number, not \(node.typeName)", node.mark)
      return nil
    }
    return ports(text, mark)
  }

  mutating func ports(_ text: some StringProtocol, _ mark: Mark) -> ClosedRange<UInt16>? {
    guard let range = PortSpelling.range(text) else {
      fail(
        "manifest-port", "`\(printable(String(text)))` is not a port", mark,
        hint: "a port is a number from 1 to 65535, a range is written 8000-8010")
      return nil
    }
    return range
  }
}

/// Ports as manifest and command line write them: decimal, from 1 to 65535, without sign or leading zero.
enum PortSpelling {
  static func range(_ text: some StringProtocol) -> ClosedRange<UInt16>? {
    let parts = text.split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let low = port(parts[0]), let high = port(parts[parts.count - 1]), low <= high
    else { return nil }
    return low...high
  }

  static func port(_ text: some StringProtocol) -> UInt16? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text.utf8.first != 0x30
    else { return nil }
    return UInt16(text)
  }
}
