extension Parser {
  /// Any term with infix operators, whose first term may have been read already.
  ///
  /// `k, v in xs` is read only where a comma ends nothing else.
  mutating func expression(from first: Term? = nil, keyAllowed: Bool = false) throws(RegoError) -> Term {
    try descend()
    if nesting == 0 { operators = 0 }
    nesting += 1
    defer { (depth, nesting) = (depth - 1, nesting - 1) }
    var left = try infix(0, from: first)
    if keyAllowed, token.kind == .comma, keywords.contains(.in) {
      let saved = self
      try advance()
      if let middle = try? relation(), token.kind == .in {
        let location = left.location
        try advance()
        let right = try relation()
        left = call("internal.member_3", [left, middle, right], location)
      } else {
        goBack(to: saved)
      }
    }
    while token.kind == .in {
      try countOperator()
      try advance()
      let right = try relation()
      left = call("internal.member_2", [left, right], left.location)
    }
    return left
  }

  private mutating func countOperator() throws(RegoError) {
    operators += 1
    guard operators > Self.maximumOperators else { return }
    throw giveUp("expression has too many operators")
  }

  func call(_ name: String, _ arguments: [Term], _ location: Location) -> Term {
    Term(.call(.path(name.split(separator: ".").map { heap.string(String($0)) }), arguments), ended(location))
  }

  private static let operators: [[Token.Kind: String]] = [
    [
      .equal: "equal", .notEqual: "neq", .less: "lt", .lessOrEqual: "lte", .greater: "gt", .greaterOrEqual: "gte",
    ],
    [.or: "or"], [.and: "and"], [.plus: "plus", .minus: "minus"],
    [.times: "mul", .divide: "div", .remainder: "rem"],
  ]

  private mutating func relation() throws(RegoError) -> Term { try infix(0) }

  private mutating func infix(_ level: Int, from first: Term? = nil) throws(RegoError) -> Term {
    guard level < Self.operators.count else {
      if let first { return first }
      return try term()
    }
    var left = try infix(level + 1, from: first)
    while let name = Self.operators[level][token.kind] {
      let location = left.location
      try countOperator()
      try advance()
      let right = try infix(level + 1)
      left = call(name, [left, right], location)
    }
    return left
  }

  /// One term without infix operators.
  mutating func term() throws(RegoError) -> Term {
    try descend()
    defer { depth -= 1 }
    switch token.kind {
    case .null: return try constant(.null)
    case .true: return try constant(.true)
    case .false: return try constant(.false)
    case .number, .minus: return try number()
    case .string, .rawString: return try constant(string())
    case .template, .rawTemplate: return try template()
    case .identifier, .contains: return try suffixes(of: variable())
    case .leftBracket: return try suffixes(of: bracketed())
    case .leftBrace: return try suffixes(of: braced())
    case .leftParen: return try suffixes(of: parenthesised())
    default: throw unexpected()
    }
  }

  private mutating func constant(_ value: Value) throws(RegoError) -> Term {
    let location = token.location
    try advance()
    return Term(.scalar(value), location)
  }

  /// A number, a negative number, or what a variable or call is below zero.
  private mutating func number() throws(RegoError) -> Term {
    let location = token.location
    let negative = try accept(.minus)
    if negative, token.kind == .identifier || token.kind == .contains {
      let operand = try suffixes(of: variable())
      return call("minus", [Term(.scalar(Value(integer: 0)), location), operand], location)
    }
    guard token.kind == .number else { throw unexpected("expected number") }
    let digits = (negative ? [0x2D] : []) + lexer.bytes[token.start..<token.end]
    try advance()
    return Term(.scalar(Number.make(digits, heap)), ended(location))
  }

  private func string() throws(RegoError) -> Value {
    let text = lexer.bytes[(token.start + 1)..<(token.end - 1)]
    if token.kind == .rawString { return heap.string(Array(text)) }
    guard let bytes = StringLiteral.unescape(text) else { throw problem("illegal string escape sequence") }
    return heap.string(bytes)
  }

  private mutating func variable() throws(RegoError) -> Term {
    // `contains` alone is the builtin.
    let (name, location) = (token.kind == .contains ? tokenName : referenceName(), token.location)
    let isWildcard = token.end == token.start + 1 && lexer.bytes[token.start] == 0x5F
    try advance()
    return isWildcard ? wildcard(location) : Term(.name(name), location)
  }

  private mutating func parenthesised() throws(RegoError) -> Term {
    let start = token.location.start
    try advance()
    var inner = try expression(keyAllowed: true)
    try expect(.rightParen, ")")
    guard case .call = inner.node else { return inner }
    inner.location.start = start
    inner.location.end = Int32(previousEnd)
    return inner
  }

  /// `.name`, `[term]` and `(arguments)` that follow without space.
  private mutating func suffixes(of head: Term) throws(RegoError) -> Term {
    var (base, path) = (head, [Term]())
    while isAttached {
      switch token.kind {
      case .dot:
        try advance()
        guard token.isWord, isAttached else { throw unexpected("expected identifier") }
        path.append(Term(.scalar(referenceName()), token.location))
        try advance()
      case .leftBracket:
        try advance()
        path.append(try expression(keyAllowed: true))
        try expect(.rightBracket, "]")
      case .leftParen:
        base = try callSuffix(base, path)
        path = []
      default: return path.isEmpty ? base : Term(.ref(base, path), ended(head.location))
      }
    }
    return path.isEmpty ? base : Term(.ref(base, path), ended(head.location))
  }

  private mutating func callSuffix(_ base: Term, _ path: [Term]) throws(RegoError) -> Term {
    var names: [Value] = []
    if case .name(let name) = base.node { names.append(name) } else { throw unexpected() }
    for part in path {
      guard case .scalar(let name) = part.node, name.tag == .string else { throw unexpected("invalid function name") }
      names.append(name)
    }
    try advance()
    let arguments = try list(until: .rightParen)
    if names.count == 1, names[0].text.elementsEqual("set".utf8), arguments.isEmpty {
      return Term(.set([]), ended(base.location))
    }
    return Term(.call(.path(names), arguments), ended(base.location))
  }

  /// OPA passes over one: `[, 1]`.
  mutating func skipLeadingComma() throws(RegoError) {
    guard try accept(.comma) else { return }
    if token.kind == .rightBrace || token.kind == .rightBracket { throw unexpected("expected expression") }
  }

  /// Terms with commas between, and one allowed behind, up to the closing token.
  mutating func list(until close: Token.Kind, from first: Term? = nil) throws(RegoError) -> [Term] {
    var terms: [Term] = []
    while token.kind != close || (terms.isEmpty && first != nil) {
      terms.append(try expression(from: terms.isEmpty ? first : nil))
      if token.kind != close { try expect(.comma, "comma or closing bracket") }
    }
    try advance()
    return terms
  }
}
