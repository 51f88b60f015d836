/// What a capabilities file allows of the language.
struct Features: Sendable {
  /// OPA's names of those that this engine has.
  static let known = [
    "keywords_in_refs", "rego_v1", "rego_v1_import", "rule_head_ref_string_prefixes", "rule_head_refs",
    "template_strings",
  ]
  static let knownKeywords = ["contains", "every", "if", "in"]

  /// Those that are missing are refused; what is not known here means nothing.
  let names: Set<String>
  /// What modules of version 0 may import.
  let keywords: Set<String>

  /// Refuses a module that uses more, as OPA does.
  func check(_ module: Module) throws(RegoError) {
    try checkVersion(module)
    if !names.contains("keywords_in_refs"), let place = module.uses.keywordInReference {
      throw missing("keywords_in_refs", "keywords in references", place)
    }
    if !names.contains("template_strings"), let place = module.firstTemplate {
      throw missing("template_strings", "template strings", place)
    }
    // All else is part of version 1.
    if names.contains("rego_v1") { return }
    if !module.isVersion1 { try checkKeywords(module) }
    for rule in module.rules { try checkHead(rule) }
  }

  private func missing(_ name: String, _ what: String, _ place: Location) -> RegoError {
    RegoError(.parse, "\(what) are not supported: the capabilities do not name \(name)", place)
  }

  private func checkVersion(_ module: Module) throws(RegoError) {
    guard module.isVersion1, !names.contains("rego_v1") else { return }
    guard let place = module.uses.importOfVersion1 else {
      throw RegoError(
        .parse, "illegal capabilities: rego_v1 feature required for parsing v1 Rego", module.packageLocation)
    }
    if names.contains("rego_v1_import") { return }
    throw RegoError(.parse, "invalid import, `rego.v1` is not supported by current capabilities", place)
  }

  private func checkKeywords(_ module: Module) throws(RegoError) {
    for statement in module.imports where statement.path.starts(with: ["future", "keywords"], by: { String($0) == $1 })
    {
      let wanted = statement.path.count > 2 ? [String(statement.path[2])] : Self.knownKeywords
      guard let keyword = wanted.first(where: { !keywords.contains($0) }) else { continue }
      throw RegoError(
        .parse, "unexpected keyword: the future_keywords of the capabilities do not name \(keyword)", statement.location
      )
    }
  }

  private func checkHead(_ rule: Rule) throws(RegoError) {
    let isGeneral = names.contains("rule_head_refs")
    if !isGeneral, !names.contains("rule_head_ref_string_prefixes"), !rule.hasSimpleHead {
      throw RegoError(.compile, "rule heads with refs are not supported", rule.headLocation)
    }
    // The last part of a rule with one value may be anything, as it always could.
    let prefix = rule.kind == .set ? rule.path.dropFirst() : rule.path.dropFirst().dropLast()
    if isGeneral || prefix.allSatisfy(\.isString) { return }
    throw RegoError(.type, "rule heads with general refs (containing variables) are not supported", rule.headLocation)
  }
}

extension Term {
  fileprivate var isString: Bool {
    if case .scalar(let value) = node { value.tag == .string } else { false }
  }
}

extension Module {
  fileprivate var firstTemplate: Location? {
    var found: Location?
    let visitor = TermVisitor(entersClosures: true) { term in
      if case .template = term.node, found == nil { found = term.location }
    }
    for rule in rules {
      (rule.path + (rule.arguments ?? []) + [rule.value] + rule.alternatives.map(\.value)).forEach(visitor.term)
      (rule.body + rule.alternatives.flatMap(\.body)).forEach(visitor.statement)
    }
    return found
  }
}
