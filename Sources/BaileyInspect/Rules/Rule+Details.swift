extension Rule {
  /// What a person may want to know of a rule, name by name, in the words of a file of rules.
  public var details: [(name: String, value: String)] {
    var found = [("id", id), ("title", title), ("kind", kind.rawValue), ("tier", tier.name)]
    let lists = [("prefixes", prefixes), ("keywords", keywords), ("context", context)]
    for (name, texts) in lists where !texts.isEmpty { found.append((name, texts.joined(separator: ", "))) }
    if let shape { found.append(("shape", shape.rawValue)) }
    if let digits { found.append(("digits", "\(digits.lowerBound)-\(digits.upperBound)")) }
    found.append(("pattern", pattern))
    if let validator { found.append(("validator", validator.rawValue)) }
    if needsContext { found.append(("needs-context", "true")) }
    if let entropy { found.append(("entropy", "\(entropy)")) }
    return found
  }
}
