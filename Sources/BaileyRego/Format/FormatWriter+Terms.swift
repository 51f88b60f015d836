extension FormatWriter {
  mutating func termOrAsItStands(_ term: Term) throws(UnexpectedComment) {
    if comments.isEmpty { return try self.term(term) }
    try orAsItStands(term.location) { writer throws(UnexpectedComment) in try writer.term(term) }
  }

  /// A term; `inParentheses` only for an operation within another.
  mutating func term(_ term: Term, inParentheses: Bool = false) throws(UnexpectedComment) {
    try insertComments(before: term.location.row)
    startLineIfNeeded()
    let (row, end) = (term.location.row, source.endRow(term.location))
    switch term.node {
    case .array(let items):
      write("[")
      try sequence(items.map(Entry.member), from: row, to: end)
      write("]")
    case .set(let items): try set(items, row, end)
    case .object(let pairs):
      write("{")
      try sequence(pairs.map { Entry.pair($0.key, $0.value) }, from: row, to: end)
      write("}")
    case .comprehension(let comprehension): try self.comprehension(comprehension, row, end)
    case .call(let callee, let arguments): try call(callee, arguments, term.location, inParentheses)
    case .ref(let base, let path): try reference(base, path)
    case .template(let parts): try template(term.location, parts)
    default: try bare(term)
    }
    startLineIfNeeded()
  }

  private mutating func set(_ items: [Term], _ row: Int, _ end: Int) throws(UnexpectedComment) {
    if items.isEmpty {
      write("set()")
      return try insertComments(before: end)
    }
    write("{")
    try sequence(items.map(Entry.member), from: row, to: end)
    write("}")
  }

  /// A scalar or a name.
  mutating func bare(_ term: Term) throws(UnexpectedComment) {
    switch term.node {
    case .name(let name): write(Self.spelling(name))
    case .input: write("input")
    case .data: write("data")
    case .scalar(let value) where value.tag == .boolean || value.tag == .null: write(JSONWriter.write(value)[...])
    default:
      let text = source.text(term.location)
      let digits = text.drop { $0 == 0x2D || SourceText.isSpace($0) }
      if text.first == 0x2D, text.count > digits.count + 1 {
        // The sign stands apart; only its number follows it.
        write("-")
        write(digits)
      } else {
        write(text)
      }
    }
  }

  /// Each `_` is a variable of its own, which the reader numbers.
  private static func spelling(_ name: Value) -> String {
    let text = String(name)
    return text.hasPrefix("$") ? "_" : text
  }
}

extension FormatWriter {
  mutating func reference(_ base: Term, _ path: [Term]) throws(UnexpectedComment) {
    var inParentheses = false
    if case .call = base.node { inParentheses = source.startsWithParenthesis(base.location) }
    try term(base, inParentheses: inParentheses)
    for part in path { try write(part: part) }
  }

  private mutating func write(part: Term) throws(UnexpectedComment) {
    switch part.node {
    case .scalar(let value) where value.tag == .string:
      let isQuoted = source.text(part.location).first == 0x22
      if needsBrackets(value, isQuoted) {
        write("[")
        quoted(part, value)
        write("]")
      } else {
        writeReferenceString(value, isQuoted: isQuoted)
      }
    case .name(let name): write("[" + Self.spelling(name) + "]")
    default:
      write("[")
      try termOrAsItStands(part)
      // The text as it stands may end in a comment's line.
      write("]")
    }
  }

  mutating func writeReferenceString(_ value: Value, isQuoted: Bool) {
    if needsBrackets(value, isQuoted) {
      write("[")
      write(GoQuote.text(value.text)[...])
      write("]")
    } else {
      write("." + String(value))
    }
  }

  /// Not a name, or a keyword that the author put in quotes.
  private func needsBrackets(_ value: Value, _ isQuoted: Bool) -> Bool {
    let text = Array(value.text)
    guard let first = text.first, Lexer.startsWord(first), text.allSatisfy(Lexer.continuesWord) else { return true }
    guard isQuoted, let keyword = Token.keywords[String(value)] else { return false }
    return style.isVersion1 || !Parser.futureKeywords.contains(keyword)
  }

  /// A key in brackets: as written where it is in quotes, else in Go's.
  mutating func quoted(_ term: Term, _ value: Value) {
    let text = source.text(term.location)
    if text.first == 0x22 { return write(text) }
    let quoted = GoQuote.text(value.text)
    // Rego reads fewer escapes than Go writes.
    let isReadable = StringLiteral.unescape(quoted[1..<(quoted.count - 1)]) != nil
    write(isReadable ? quoted[...] : text)
  }
}

extension GoQuote {
  fileprivate static func text(_ text: some Collection<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    quote(text, into: &out)
    return out
  }
}
