extension FormatWriter {
  /// Statements one a line, with at most one blank line between where the author left some.
  mutating func statements(_ body: [Statement]) {
    guard let first = body.first else { return }
    let depth = termDepth
    termDepth = 0
    insertOuterComments(before: first.location.row)
    var lastRow = first.location.row
    for statement in body {
      if statement.location.row > lastRow + 1 { blankLine() }
      lastRow = source.endRow(statement.location)
      startLine()
      statementOrAsItStands(statement)
      endLine()
    }
    termDepth = depth
  }

  mutating func statementOrAsItStands(_ statement: Statement) {
    insertOuterComments(before: statement.location.row)
    startLineIfNeeded()
    do throws(UnexpectedComment) {
      try orAsItStands(statement.location, nesting: 0) { writer throws(UnexpectedComment) in
        try writer.statement(statement)
      }
    } catch {}
  }

  mutating func statement(_ statement: Statement) throws(UnexpectedComment) {
    try insertComments(before: statement.location.row)
    startLineIfNeeded()
    if statement.negated { write("not ") }
    switch statement.kind {
    case .term(let term): try expression(term)
    case .assign(let left, let right): try operation(left, ":=", right)
    case .unify(let left, let right): try operation(left, "=", right)
    case .declare(let names): try declaration(names, statement.location.row)
    case .someIn(let key, let value, let collection):
      write("some ")
      try membership(key, value, collection)
    case .every(let key, let value, let domain, let body, _):
      try every(key, value, domain)
      try everyBody(body, statement.location, end: endOfTerms(statement))
    }
    try modifiers(statement)
  }

  private mutating func operation(_ left: Term, _ sign: String, _ right: Term) throws(UnexpectedComment) {
    try termOrAsItStands(left)
    write(" " + sign + " ")
    try termOrAsItStands(right)
  }

  private mutating func declaration(_ names: [Term], _ start: Int) throws(UnexpectedComment) {
    write("some ")
    var row = start
    for (index, name) in names.enumerated() {
      if name.location.row > row {
        endLine()
        startLine()
        write("\t")
        row = name.location.row
      } else if index > 0 {
        write(" ")
      }
      try termOrAsItStands(name)
      if index + 1 < names.count { write(",") }
    }
  }

  private mutating func every(_ key: Term?, _ value: Term, _ domain: Term) throws(UnexpectedComment) {
    write("every ")
    if let key {
      try termOrAsItStands(key)
      write(", ")
    }
    try termOrAsItStands(value)
    write(" in ")
    try termOrAsItStands(domain)
  }

  private mutating func everyBody(
    _ body: [Statement], _ location: Location, end: Int
  ) throws(UnexpectedComment) {
    write(" {")
    try comprehensionBody(body, after: location.row, closing: end)
    if body.count == 1, body[0].location.row == location.row { write(" ") }
    write("}")
  }
}

extension FormatWriter {
  /// The row where a statement ends without its `with`.
  private func endOfTerms(_ statement: Statement) -> Int {
    guard let first = statement.modifiers.first else { return source.endRow(statement.location) }
    let text = source.bytes[Int(statement.location.start)..<Int(first.location.start)]
    return source.row(of: max(text.startIndex, SourceText.trimmedEnd(text).endIndex - 1))
  }

  private mutating func modifiers(_ statement: Statement) throws(UnexpectedComment) {
    var row = endOfTerms(statement)
    var isIndented = false
    for (index, modifier) in statement.modifiers.enumerated() {
      let isNewLine = modifier.location.row > row
      if isNewLine || index == 0 { row = modifier.location.row }
      if isNewLine {
        if !isIndented { level += 1 }
        isIndented = true
        endLine()
        startLine()
      }
      try write(modifier, isNewLine: isNewLine)
    }
    if isIndented { level -= 1 }
  }

  private mutating func write(_ modifier: Modifier, isNewLine: Bool) throws(UnexpectedComment) {
    try insertComments(before: modifier.location.row)
    startLineIfNeeded()
    if !isNewLine { write(" ") }
    write("with ")
    try termOrAsItStands(modifier.target)
    write(" as ")
    try termOrAsItStands(modifier.value)
  }
}
