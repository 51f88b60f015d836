extension Parser {
  /// An array or an array comprehension.
  mutating func bracketed() throws(RegoError) -> Term {
    let location = token.location
    try advance()
    if try accept(.rightBracket) { return Term(.array([]), ended(location)) }
    try skipLeadingComma()
    let first = try term()
    if let made = try comprehension(.array, key: nil, first, location, close: .rightBracket) { return made }
    let items = try list(until: .rightBracket, from: first)
    return Term(.array(items), ended(location))
  }

  /// An object, a set, or a comprehension of either.
  mutating func braced() throws(RegoError) -> Term {
    let location = token.location
    try advance()
    if try accept(.rightBrace) { return Term(.object([]), ended(location)) }
    try skipLeadingComma()
    let start = try term()
    if let made = try comprehension(.set, key: nil, start, location, close: .rightBrace) { return made }
    let first = try expression(from: start)
    if token.kind == .colon { return try object(first, location) }
    if try accept(.rightBrace) { return Term(.set([first]), ended(location)) }
    try expect(.comma, "comma or }")
    let others = try list(until: .rightBrace)
    return Term(.set([first] + others), ended(location))
  }

  /// `{a | b}` is a comprehension when what follows the bar reads as a body, else the union of a and b.
  private mutating func comprehension(
    _ kind: Comprehension.Kind, key: Term?, _ value: Term, _ location: Location, close: Token.Kind
  ) throws(RegoError) -> Term? {
    guard token.kind == .or else { return nil }
    let saved = self
    do throws(RegoError) {
      try advance()
      let body = try body(until: close)
      return Term(.comprehension(Comprehension(kind: kind, key: key, value: value, body: body)), ended(location))
    } catch {
      // Only one of the two readings can be right: if the other is not, the error of the body is the one to show.
      let failed = error
      if hasGivenUp { throw failed }
      goBack(to: saved)
      let isUnion = (try? expression(from: value)) != nil && [.comma, close, .colon].contains(token.kind)
      goBack(to: saved)
      if isUnion { return nil }
      throw failed
    }
  }

  private mutating func object(_ firstKey: Term, _ location: Location) throws(RegoError) -> Term {
    try advance()
    let first = try term()
    if let made = try comprehension(.object, key: firstKey, first, location, close: .rightBrace) { return made }
    var pairs = [(key: firstKey, value: try expression(from: first))]
    while token.kind != .rightBrace {
      try expect(.comma, "comma or }")
      if token.kind == .rightBrace { break }
      let key = try expression()
      try expect(.colon, ":")
      pairs.append((key, try expression()))
    }
    try advance()
    return Term(.object(pairs), ended(location))
  }

  /// `$"text {expression} text"`.
  mutating func template() throws(RegoError) -> Term {
    let (raw, location) = (token.kind == .rawTemplate, token.location)
    var parts: [TemplatePart] = []
    while true {
      let (text, ended) = try lexer.templateText(raw: raw)
      if !text.isEmpty { parts.append(.text(try templateText(text, raw: raw))) }
      if ended { break }
      try advance()
      if token.kind == .rightBrace { throw problem("invalid template-string expression: expected expression") }
      parts.append(.expression(try templateExpression()))
      guard token.kind == .rightBrace else { throw unexpected("expected }") }
      // The lexer stands right behind the brace: what follows is text again.
    }
    token.end = lexer.position
    try advance()
    return Term(.template(parts), ended(location))
  }

  private mutating func templateExpression() throws(RegoError) -> Statement {
    let location = token.location
    let term = try expression()
    var statement = Statement(kind: .term(term), location: location)
    while token.kind == .with { statement.modifiers.append(try modifier()) }
    statement.location = ended(location)
    return statement
  }

  private func templateText(_ text: ArraySlice<UInt8>, raw: Bool) throws(RegoError) -> Value {
    if raw {
      var out: [UInt8] = []
      for byte in text {
        if byte == 0x7B, out.last == 0x5C { out.removeLast() }
        out.append(byte)
      }
      return heap.string(out)
    }
    guard let bytes = StringLiteral.unescape(text, template: true) else {
      throw problem("illegal string escape sequence")
    }
    return heap.string(bytes)
  }
}
