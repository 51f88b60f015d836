extension Registry {
  /// Refuses what the features of a capabilities file do not name; a file without features refuses nothing.
  func check(_ module: Module) throws(RegoError) {
    guard let features else { return }
    if module.isVersion1, !features.contains("rego_v1") {
      throw RegoError(
        .parse, "illegal capabilities: rego_v1 feature required for parsing v1 Rego", module.packageLocation)
    }
    guard !features.contains("template_strings"), let place = module.firstTemplate else { return }
    throw RegoError(.parse, "template strings are not supported: the capabilities do not name template_strings", place)
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
