extension FormatWriter {
  mutating func comprehension(
    _ comprehension: Comprehension, _ row: Int, _ end: Int
  ) throws(UnexpectedComment) {
    write(comprehension.kind == .array ? "[" : "{")
    let head = comprehension.key ?? comprehension.value
    if head.location.row > row {
      endLine()
      startLine()
    }
    if let key = comprehension.key {
      try union(key, ifWritten: false)
      write(": ")
    }
    try value(comprehension.value)
    write(" |")
    try comprehensionBody(comprehension.body, after: head.location.row, closing: end)
    write(comprehension.kind == .array ? "]" : "}")
  }

  private mutating func value(_ value: Term) throws(UnexpectedComment) {
    var inParentheses = false
    if case .call = value.node {
      inParentheses = Self.isUnion(value) || source.startsWithParenthesis(value.location)
    }
    try term(value, inParentheses: inParentheses)
  }

  /// The statements behind the bar, or in the braces of `every`.
  mutating func comprehensionBody(
    _ body: [Statement], after row: Int, closing end: Int
  ) throws(UnexpectedComment) {
    let rows = rows(body.map(\.location))
    if body[0].location.row > row || rows.first != rows.last {
      endLine()
      level += 1
      statements(body)
      try insertComments(before: end)
      level -= 1
      startLine()
      return
    }
    write(" ")
    for (index, statement) in body.enumerated() {
      if index > 0 { write("; ") }
      try self.statement(statement)
    }
    try insertComments(before: end)
  }
}
