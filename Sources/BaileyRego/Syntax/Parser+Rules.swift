extension Parser {
  /// One rule; a head may have several bodies, each a rule of its own.
  mutating func rules() throws(RegoError) -> [Rule] {
    let isDefault = token.kind == .default
    if isDefault {
      try advance()
      readKeywordAsName()
    }
    var rule = try head()
    rule.isDefault = isDefault
    if isDefault { return [try defaultRule(rule)] }
    let hasIf = try accept(.if)
    if hasIf {
      rule.body = try bodyOrStatement()
    } else if token.kind == .leftBrace {
      if isVersion1 { throw problem("`if` keyword is required before rule body") }
      try advance()
      rule.body = try body(until: .rightBrace)
    } else if rule.kind == .single, rule.arguments == nil, isBare(rule) {
      throw unexpected("var cannot be used for rule name")
    } else {
      return [ended(rule)]
    }
    rule = ended(rule)
    try elseBranches(&rule)
    return [rule] + (try furtherBodies(rule))
  }

  private func ended(_ rule: Rule) -> Rule {
    var rule = rule
    rule.location = ended(rule.location)
    return rule
  }

  /// What follows `if`: one statement, or a body in braces. Whatever can be read as a term is one, but for a set: that is a body.
  private mutating func bodyOrStatement() throws(RegoError) -> [Statement] {
    guard token.kind == .leftBrace else { return [try statement()] }
    let saved = self
    if let single = try? statement() {
      guard case .term(let term) = single.kind, case .set = term.node else { return [single] }
    }
    goBack(to: saved)
    return try braceBody()
  }

  private mutating func braceBody() throws(RegoError) -> [Statement] {
    try advance()
    return try body(until: .rightBrace)
  }

  private func isBare(_ rule: Rule) -> Bool {
    // A head without value and body: only `contains` and version 0's sets may stand alone.
    bareLocation == rule.location
  }

  private mutating func defaultRule(_ rule: Rule) throws(RegoError) -> Rule {
    guard rule.kind == .single, bareLocation != rule.location else { throw problem("default rule must have a value") }
    if token.kind == .if || (token.kind == .leftBrace && isAttached) {
      throw problem("default rules cannot have a body")
    }
    for argument in rule.arguments ?? [] {
      guard case .name = argument.node else {
        throw RegoError(.parse, "illegal default rule (arguments must be variables)", rule.location)
      }
    }
    guard isConstant(rule.value) else {
      throw RegoError(.parse, "illegal default rule (value must be constant)", rule.location)
    }
    return ended(rule)
  }

  /// Default values hold no variables, references or calls, but comprehensions do.
  private func isConstant(_ term: Term) -> Bool {
    switch term.node {
    case .scalar, .comprehension: true
    case .array(let items), .set(let items): items.allSatisfy(isConstant)
    case .object(let pairs): pairs.allSatisfy { isConstant($0.key) && isConstant($0.value) }
    default: false
    }
  }

  private mutating func furtherBodies(_ rule: Rule) throws(RegoError) -> [Rule] {
    var more: [Rule] = []
    while rule.alternatives.isEmpty, token.kind == .leftBrace {
      var next = rule
      next.location = token.location
      try advance()
      next.body = try body(until: .rightBrace)
      next.arguments = arguments(again: rule)
      more.append(ended(next))
    }
    return more
  }

  /// As another head has them: each `_` is a variable of its own.
  private mutating func arguments(again rule: Rule) -> [Term]? {
    var arguments = rule.arguments
    for (index, term) in (arguments ?? []).enumerated() {
      if case .name(let name) = term.node, name.text.first == 0x24 { arguments?[index] = wildcard(term.location) }
    }
    return arguments
  }

  private mutating func head() throws(RegoError) -> Rule {
    let location = token.location
    guard token.kind == .identifier else {
      throw unexpected("rule name must be an identifier")
    }
    let term = try term()
    var rule = Rule(
      kind: .single, path: [], value: Term(.scalar(.true), location), body: [], location: location,
      headLocation: location)
    try takeApart(term, &rule)
    bareLocation = nil
    if token.kind == .contains {
      guard rule.arguments == nil else {
        throw unexpected("the contains keyword can only be used with multi-value rule definitions")
      }
      try advance()
      rule.kind = .set
      rule.value = try expression()
    } else if token.kind == .assign || token.kind == .unify {
      rule.hasValue = true
      rule.isAssigned = token.kind == .assign
      try advance()
      rule.value = try expression(keyAllowed: true)
    } else if !isVersion1, rule.arguments == nil, rule.path.count == 2, endsInBracket, token.kind != .if {
      // Version 0: `p[x]` without a value is a set.
      rule.kind = .set
      rule.value = rule.path.removeLast()
    } else {
      bareLocation = location
    }
    rule.headLocation = ended(location)
    return rule
  }

  private var endsInBracket: Bool { previousEnd > 0 && lexer.bytes[previousEnd - 1] == 0x5D }

  private func takeApart(_ term: Term, _ rule: inout Rule) throws(RegoError) {
    switch term.node {
    case .name: rule.path = [term]
    case .ref(let base, let path):
      guard case .name = base.node else { throw RegoError(.parse, "invalid rule head", term.location) }
      rule.path = [base] + path
    case .call(.path(let names), let arguments):
      rule.path = [Term(.name(names[0]), term.location)] + names.dropFirst().map { Term(.scalar($0), term.location) }
      // Without parameters it is a rule like any other.
      rule.arguments = arguments.isEmpty ? nil : arguments
    default: throw RegoError(.parse, "invalid rule head", term.location)
    }
  }

  private mutating func elseBranches(_ rule: inout Rule) throws(RegoError) {
    while true {
      readKeywordAsName()
      guard token.kind == .else else { return }
      let location = token.location
      guard rule.kind == .single else { throw problem("else keyword cannot be used on multi-value rules") }
      for case .name in rule.path.dropFirst().map(\.node) {
        throw problem("else keyword cannot be used on rules with variables in head")
      }
      try advance()
      var branch = Alternative(
        arguments: arguments(again: rule), value: Term(.scalar(.true), location), body: [], location: location,
        headLocation: location)
      branch.hasValue = token.kind == .assign || token.kind == .unify
      if branch.hasValue {
        branch.isAssigned = token.kind == .assign
        try advance()
        branch.value = try expression()
        branch.headLocation = ended(location)
      }
      if try accept(.if) {
        branch.body = try token.kind == .leftBrace ? braceBody() : [statement()]
      } else if token.kind == .leftBrace, !isVersion1 {
        try advance()
        branch.body = try body(until: .rightBrace)
      } else if !branch.hasValue {
        throw unexpected("expected else value term or rule body")
      }
      branch.location = ended(location)
      rule.alternatives.append(branch)
    }
  }
}
