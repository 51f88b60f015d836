extension Machine {
  /// Two rules, or one in two ways, gave a document two values: in OPA's words, and then the values and the rules.
  func conflict(_ procedure: Int, _ known: Value, _ value: Value, _ location: Location) -> RegoError {
    let what = "must not produce multiple outputs"
    guard program.tree.groups.indices.contains(procedure) else {
      return RegoError(.evalConflict, "complete rules \(what)", location)
    }
    let group = program.tree.groups[procedure]
    let rules = group.rules.filter { !$0.isDefault }.map(\.location).prefix(5).map(shown).joined(separator: ", ")
    let values = "\(program.tree.path(group.node)) is \(shown(known)) and \(shown(value)), by \(rules)"
    let words = group.kind == .function ? "functions \(what) for same inputs" : "complete rules \(what)"
    return RegoError(.evalConflict, "\(words): \(values)", location)
  }

  private func shown(_ location: Location) -> String { "\(program.files[Int(location.file)]):\(location.line)" }

  private func shown(_ value: Value) -> String {
    let text = String(decoding: RegoWriter.write(value, limit: 100), as: UTF8.self)
    return text.count > 100 ? text.prefix(100) + "…" : text
  }
}
