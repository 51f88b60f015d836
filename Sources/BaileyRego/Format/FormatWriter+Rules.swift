extension FormatWriter {
  mutating func writeRules(_ rules: [Rule]) {
    for (index, rule) in rules.enumerated() {
      insertOuterComments(before: rule.location.row)
      write(rule)
      if index + 1 < rules.count, areGrouped(rule, rules[index + 1]) { continue }
      blankLine()
    }
  }

  /// One-line rules that stand together stay together.
  private func areGrouped(_ rule: Rule, _ next: Rule) -> Bool {
    isGroupable(rule) && isGroupable(next) && next.location.row == rule.location.row + 1
  }

  private func isGroupable(_ rule: Rule) -> Bool {
    rule.body.count <= 1 && !rule.isDefault && style.hasIf && usesIf(rule)
  }

  /// All rules but the sets of version 0.
  private func usesIf(_ rule: Rule) -> Bool { style.hasContains || rule.kind == .single }

  private mutating func write(_ rule: Rule) {
    startLine()
    if rule.isDefault { write("default ") }
    let isConstant = isTrue(rule.body) && rule.alternatives.isEmpty
    headOrAsItStands(rule.headLocation) { writer throws(UnexpectedComment) in
      try writer.head(of: rule, isConstant: isConstant)
    }
    if isConstant { return endLine() }
    let place = BodyPlace(location: rule.location, headEnd: source.endRow(rule.headLocation), usesIf: usesIf(rule))
    body(rule.body, place, next: rule.alternatives.first)
    for (index, branch) in rule.alternatives.enumerated() {
      let before = index == 0 ? rule.location : rule.alternatives[index - 1].location
      alternative(branch, after: before, next: rule.alternatives.dropFirst(index + 1).first)
    }
  }

  private mutating func headOrAsItStands(
    _ location: Location, _ write: (inout FormatWriter) throws(UnexpectedComment) -> Void
  ) {
    // Outside of all terms the text itself is the way out, so nothing is thrown.
    do throws(UnexpectedComment) { try orAsItStands(location, nesting: 0, write) } catch {}
  }

  /// No body, or only `true`.
  private func isTrue(_ body: [Statement]) -> Bool {
    guard let only = body.first else { return true }
    guard body.count == 1, !only.negated, only.modifiers.isEmpty, case .term(let term) = only.kind else { return false }
    return term.isTrue
  }

  private struct BodyPlace {
    var location: Location
    var headEnd: Int
    var usesIf: Bool
  }

  private mutating func body(_ body: [Statement], _ place: BodyPlace, next: Alternative?) {
    if style.hasIf, place.usesIf {
      write(" if")
      if let only = body.first, body.count == 1, only.location.row == place.headEnd, !only.isSetTerm {
        write(" ")
        statementOrAsItStands(only)
        return endLine()
      }
    }
    write(" {")
    endLine()
    level += 1
    statements(body)
    insertOuterComments(before: source.endRow(place.location))
    level -= 1
    startLine()
    write("}")
  }

  private mutating func alternative(_ branch: Alternative, after before: Location, next: Alternative?) {
    let row = branch.location.row
    let isInLine = row > before.row && !source.isFirstOnLine(branch.location)
    let hasCommentAbove = held != nil || (comments.first.map { $0.row < row } ?? false)
    if !hasCommentAbove, isInLine {
      write(" ")
    } else {
      blankLine()
      startLine()
    }
    insertOuterComments(before: row)
    startLineIfNeeded()
    let isConstant = isTrue(branch.body) && next == nil
    headOrAsItStands(branch.headLocation) { writer throws(UnexpectedComment) in
      try writer.head(of: branch, isConstant: isConstant)
    }
    if isConstant { return endLine() }
    let place = BodyPlace(location: branch.location, headEnd: source.endRow(branch.headLocation), usesIf: true)
    body(branch.body, place, next: next)
  }

  private mutating func head(of branch: Alternative, isConstant: Bool) throws(UnexpectedComment) {
    write("else")
    guard !branch.value.isTrue || isConstant else { return }
    write(branch.isAssigned || style.isVersion1 ? " := " : " = ")
    try termOrAsItStands(branch.value)
  }
}
