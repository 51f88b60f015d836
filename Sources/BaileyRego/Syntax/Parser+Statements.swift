extension Parser {
  /// Statements up to the closing token, which is consumed; at least one.
  mutating func body(until close: Token.Kind) throws(RegoError) -> [Statement] {
    try descend()
    defer { depth -= 1 }
    var statements: [Statement] = []
    while token.kind != close {
      statements.append(try statement())
      let line = endLine
      if try accept(.semicolon) {
        // What a semicolon separates stands on both sides of it.
        if token.kind == close { throw unexpected() }
      } else if token.kind != close, token.location.line == line {
        throw unexpected("expected \\n or \(close == .rightBracket ? "]" : close == .rightBrace ? "}" : ";")")
      }
    }
    if statements.isEmpty { throw problem("found empty body") }
    if close != .end { try advance() }
    return statements
  }

  /// The line where the token before ended.
  private var endLine: Int32 { previousLine }

  mutating func statement() throws(RegoError) -> Statement {
    readKeywordAsName()
    let location = token.location
    var negated = false
    if token.kind == .not {
      try advance()
      negated = true
    }
    var statement: Statement
    switch token.kind {
    case .some where !negated: statement = try some()
    case .every where !negated: statement = try every()
    case .some, .every: throw unexpected()
    default: statement = Statement(kind: try relationOrAssignment(negated), location: location)
    }
    statement.negated = negated
    while token.kind == .with { statement.modifiers.append(try modifier()) }
    statement.location = ended(location)
    return statement
  }

  private mutating func relationOrAssignment(_ negated: Bool) throws(RegoError) -> Statement.Kind {
    let left = try expression(keyAllowed: true)
    if token.kind == .assign {
      if negated { throw problem("cannot assign vars inside negated expression") }
      try advance()
      if token.kind == .not { throw unexpected() }
      return .assign(left, try expression(keyAllowed: true))
    }
    guard try accept(.unify) else { return .term(left) }
    return .unify(left, try expression(keyAllowed: true))
  }

  mutating func modifier() throws(RegoError) -> Modifier {
    let location = token.location
    try advance()
    // The builtin of this name cannot be replaced: OPA reads the keyword.
    if token.kind == .contains { throw unexpected("expected ident") }
    let target = try term()
    try expect(.as, "as")
    let value = try expression()
    return Modifier(target: target, value: value, location: ended(location))
  }

  private mutating func some() throws(RegoError) -> Statement {
    let location = token.location
    try advance()
    let saved = self
    if let term = try? expression(keyAllowed: true), case .call(.path(let names), let arguments) = term.node,
      names.count == 2, names[0].text.elementsEqual("internal".utf8)
    {
      let kind: Statement.Kind =
        arguments.count == 2
        ? .someIn(key: nil, value: arguments[0], collection: arguments[1])
        : .someIn(key: arguments[0], value: arguments[1], collection: arguments[2])
      return Statement(kind: kind, location: location)
    }
    goBack(to: saved)
    var names: [Term] = []
    repeat {
      guard token.kind == .identifier else { throw unexpected("expected identifier") }
      names.append(Term(.name(tokenName), token.location))
      try advance()
    } while try accept(.comma)
    return Statement(kind: .declare(names), location: location)
  }

  private mutating func every() throws(RegoError) -> Statement {
    let location = token.location
    try advance()
    var key: Term?
    var value = try everyVariable()
    if try accept(.comma) { (key, value) = (value, try everyVariable()) }
    try expect(.in, "`x[, y] in xs { ... }` expression")
    let domain = try expression()
    try expect(.leftBrace, "{")
    let body = try body(until: .rightBrace)
    return Statement(kind: .every(key: key, value: value, domain: domain, body: body, own: 0..<0), location: location)
  }

  private mutating func everyVariable() throws(RegoError) -> Term {
    let term = try term()
    guard case .name = term.node else { throw RegoError(.parse, "expected variable", term.location) }
    return term
  }
}
