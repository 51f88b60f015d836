extension FormatWriter {
  /// The text stays as written; the expressions are laid out.
  mutating func template(_ location: Location, _ parts: [TemplatePart]) throws(UnexpectedComment) {
    let span = Int(location.start)..<Int(location.end)
    if comments.prefix(while: { $0.span.lowerBound < span.upperBound }).last.map({ span.contains($0.span.lowerBound) })
      ?? false
    {
      throw UnexpectedComment()
    }
    var position = span.lowerBound
    for case .expression(let statement) in parts {
      let brace = expressionStart(from: position, span)
      write(source.bytes[position...brace])
      try self.statement(statement)
      position = closingBrace(from: Int(statement.location.end), span)
    }
    write(source.bytes[position..<span.upperBound])
  }

  private func expressionStart(from: Int, _ span: Range<Int>) -> Int {
    let isRaw = source.bytes[span.lowerBound + 1] == 0x60
    var position = from
    while position < span.upperBound - 1, source.bytes[position] != 0x7B {
      let isEscape = source.bytes[position] == 0x5C && (!isRaw || source.bytes[position + 1] == 0x7B)
      position += isEscape ? 2 : 1
    }
    return min(position, span.upperBound - 1)
  }

  private func closingBrace(from: Int, _ span: Range<Int>) -> Int {
    source.bytes[from..<span.upperBound].firstIndex(of: 0x7D) ?? span.upperBound
  }
}
