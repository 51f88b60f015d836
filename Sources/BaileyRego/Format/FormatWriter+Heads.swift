extension FormatWriter {
  mutating func head(of rule: Rule, isConstant: Bool) throws(UnexpectedComment) {
    try name(of: rule)
    if let arguments = rule.arguments { try self.arguments(arguments, of: rule) }
    if rule.kind == .set { return try member(of: rule) }
    guard writesValue(of: rule, isConstant) else { return }
    write(rule.isAssigned || style.isVersion1 ? " := " : " = ")
    try termOrAsItStands(rule.value)
  }

  private mutating func name(of rule: Rule) throws(UnexpectedComment) {
    if style.hasReferenceHeads || rule.path.count == 1 {
      return try reference(rule.path[0], Array(rule.path.dropFirst()))
    }
    // A comment in an object of the head keeps the head as it stands.
    let key = rule.path[1]
    if comments.first?.row == key.location.row { throw UnexpectedComment() }
    try bare(rule.path[0])
    write("[")
    if case .scalar(let value) = key.node, value.tag == .string {
      quoted(key, value)
    } else {
      try termOrAsItStands(key)
    }
    write("]")
  }

  private mutating func arguments(_ arguments: [Term], of rule: Rule) throws(UnexpectedComment) {
    write("(")
    let close = source.row(of: closingParenthesis(after: arguments, rule))
    try sequence(arguments.map(Entry.term), from: rule.headLocation.row, to: close)
    write(")")
  }

  /// The parenthesis that ends the arguments of a head.
  private func closingParenthesis(after arguments: [Term], _ rule: Rule) -> Int {
    let from = arguments.last.map { Int($0.location.end) } ?? Int(rule.headLocation.start)
    var inComment = false
    for offset in from..<Int(rule.headLocation.end) {
      switch source.bytes[offset] {
      case 0x23: inComment = true
      case 0x0A: inComment = false
      case 0x29 where !inComment: return offset
      default: continue
      }
    }
    return from
  }

  private mutating func member(of rule: Rule) throws(UnexpectedComment) {
    write(style.hasContains ? " contains " : "[")
    try termOrAsItStands(rule.value)
    if !style.hasContains { write("]") }
  }

  private func writesValue(of rule: Rule, _ isConstant: Bool) -> Bool {
    if rule.isDefault { return true }
    guard rule.hasValue else {
      // Version 1 wants a value where there is no body.
      return isConstant && (style.isVersion1 || rule.arguments == nil)
    }
    return isConstant || hasKey(rule) || !rule.value.isTrue
  }

  /// `p[x] := y`: an object by its keys.
  private func hasKey(_ rule: Rule) -> Bool {
    guard rule.path.count == 2, rule.arguments == nil else { return false }
    if case .scalar = rule.path[1].node { return rule.body.isEmpty }
    return true
  }
}

extension Term {
  var isTrue: Bool {
    guard case .scalar(let value) = node, value.tag == .boolean else { return false }
    return value.bits == Value.true.bits
  }
}

extension Statement {
  /// A set alone in braces would lose its braces as the body of `if`.
  var isSetTerm: Bool {
    guard !negated, case .term(let term) = kind, case .set = term.node else { return false }
    return true
  }
}
