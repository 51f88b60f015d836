internal import BaileyRego

/// Cuts a template into text and actions, and actions into words.
enum TemplateLexer {
  static func pieces(_ source: [UInt8]) throws(BuiltinFailure) -> [TemplateParser.Piece] {
    var (pieces, rest, line, trimsNext) = ([TemplateParser.Piece](), source[...], 1, false)
    while !rest.isEmpty {
      var text = rest.prefix(upTo: opening(rest) ?? rest.endIndex)
      let lines = text.count { $0 == 0x0A }
      rest = rest.dropFirst(text.count)
      if trimsNext { text = text.drop(while: isSpace) }
      trimsNext = false
      line += lines
      var body = rest.dropFirst(2)
      if !rest.isEmpty, body.first == 0x2D, let after = body.dropFirst().first, isSpace(after) {
        while let last = text.last, isSpace(last) { text.removeLast() }
        body = body.dropFirst()
      }
      if !text.isEmpty { pieces.append(.text(Array(text))) }
      guard !rest.isEmpty else { break }
      let (words, after, trims) = try action(body, line)
      if let words { pieces.append(.action(words, line: line)) }
      line += rest.prefix(upTo: after.startIndex).count { $0 == 0x0A }
      (rest, trimsNext) = (after, trims)
    }
    return pieces
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func opening(_ text: ArraySlice<UInt8>) -> Int? {
    text.indices.dropLast().first { text[$0] == 0x7B && text[$0 + 1] == 0x7B }
  }

  /// Words up to the closing braces; nil for a comment.
  private static func action(_ body: ArraySlice<UInt8>, _ line: Int) throws(BuiltinFailure)
    -> ([String]?, ArraySlice<UInt8>, Bool)
  {
    var (rest, words, isComment) = (body, [String](), false)
    let unclosed = BuiltinFailure("template: template:\(line): unclosed action")
    while true {
      let blanks = rest.prefix(while: isSpace)
      rest = rest.dropFirst(blanks.count)
      let trims = !blanks.isEmpty && rest.starts(with: "-}}".utf8)
      if trims || rest.starts(with: "}}".utf8) {
        return (isComment ? nil : words, rest.dropFirst(trims ? 3 : 2), trims)
      }
      guard let first = rest.first else { throw unclosed }
      if rest.starts(with: "/*".utf8) {
        isComment = true
        rest = try comment(rest, unclosed)
      } else {
        let count = try length(rest, first, unclosed)
        words.append(String(decoding: rest.prefix(count), as: UTF8.self))
        rest = rest.dropFirst(count)
      }
    }
  }

  private static func comment(_ text: ArraySlice<UInt8>, _ unclosed: BuiltinFailure) throws(BuiltinFailure)
    -> ArraySlice<UInt8>
  {
    var rest = text.dropFirst(2)
    while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
    guard !rest.isEmpty else { throw unclosed }
    return rest.dropFirst(2)
  }

  /// How long the next word is: a quoted text, a mark, or all up to a blank or mark.
  private static func length(_ text: ArraySlice<UInt8>, _ first: UInt8, _ unclosed: BuiltinFailure)
    throws(BuiltinFailure) -> Int
  {
    if first == 0x22 || first == 0x60 {
      var (count, isEscaped) = (1, false)
      for byte in text.dropFirst() {
        count += 1
        if byte == first, !isEscaped { return count }
        isEscaped = first == 0x22 && byte == 0x5C && !isEscaped
      }
      throw unclosed
    }
    if first == 0x3A, text.dropFirst().first == 0x3D { return 2 }
    if [0x7C, 0x2C, 0x3D, 0x28, 0x29].contains(first) { return 1 }
    let word = text.prefix { !isSpace($0) && ![0x7C, 0x2C, 0x3D, 0x3A, 0x28, 0x29, 0x7D].contains($0) }
    return max(1, word.count)
  }
}
