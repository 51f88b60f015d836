/// The text so far, with the comments that are still to come.
///
/// A comment is written before the first thing that stands below it, or at the end of the line of the thing beside it.
struct FormatWriter {
  /// Two comments claim the end of one line: the term is written as it stands.
  struct UnexpectedComment: Error {}

  let source: SourceText
  let style: FormatStyle
  var comments: ArraySlice<SourceText.Comment>
  private(set) var out: [UInt8] = []
  var level = 0
  /// In the middle of a line.
  private(set) var isInline = false
  /// Written at the end of the line.
  var held: SourceText.Comment?
  var isDelayed = false
  /// Terms around the one being written, up to the statement.
  var termDepth = 0

  init(source: SourceText, style: FormatStyle) {
    self.source = source
    self.style = style
    comments = source.comments[...]
  }

  mutating func write(_ text: String) { out += text.utf8 }
  mutating func write(_ text: ArraySlice<UInt8>) { out += text }

  mutating func startLine() {
    isInline = true
    out += repeatElement(0x09, count: level)
  }

  /// Nothing but tabs is on the line.
  private var isFresh: Bool { !isInline || out.last == 0x09 || out.last == 0x0A }

  mutating func startLineIfNeeded() { if !isInline { startLine() } }

  mutating func endLine() {
    isInline = false
    if let comment = held, !isDelayed {
      write(" ")
      write(comment.text)
      held = nil
    }
    isDelayed = false
    write("\n")
  }

  mutating func blankLine() {
    if isInline { endLine() }
    write("\n")
  }

  mutating func finish() {
    while out.last == 0x0A { out.removeLast() }
    write("\n")
  }
}

extension FormatWriter {
  /// Writes the comments above a row and holds the one on it.
  mutating func insertComments(before row: Int) throws(UnexpectedComment) {
    let before = comments.prefix { $0.row < row }
    guard before.isEmpty || isFresh else { throw UnexpectedComment() }
    comments = comments.dropFirst(before.count)
    if !before.isEmpty, let earlier = held {
      held = nil
      writeLine(earlier)
    }
    writeComments(before)
    if let last = before.last, row - last.row > 1 { blankLine() }
    guard let beside = comments.first, beside.row == row else { return }
    guard held == nil else { throw UnexpectedComment() }
    comments = comments.dropFirst()
    held = beside
  }

  /// Around a whole rule or statement a comment in the way gets its own line.
  mutating func insertOuterComments(before row: Int) {
    do throws(UnexpectedComment) {
      try insertComments(before: row)
    } catch {
      isDelayed = false
      endLine()
      insertOuterComments(before: row)
    }
  }

  mutating func writeComments(_ some: ArraySlice<SourceText.Comment>) {
    var previous: SourceText.Comment?
    var isInMetadata = false
    for comment in some {
      if let previous, comment.row - previous.row > 1 || (isInMetadata && comment.isMetadata) {
        blankLine()
        isInMetadata = false
      }
      if comment.isMetadata { isInMetadata = true }
      writeLine(comment)
      previous = comment
    }
  }

  mutating func writeLine(_ comment: SourceText.Comment) {
    startLineIfNeeded()
    write(comment.text)
    endLine()
  }
}

extension FormatWriter {
  /// Writes a part, or, where comments leave no other way, the text as it stands.
  ///
  /// A term within another leaves it to the outermost; `nesting` is 0 for what may not count as a term.
  mutating func orAsItStands(
    _ location: Location, nesting: Int = 1, _ body: (inout FormatWriter) throws(UnexpectedComment) -> Void
  ) throws(UnexpectedComment) {
    let (comments, level, held, isDelayed, depth) = (comments, level, held, isDelayed, termDepth)
    let (length, wasInline) = (out.count, isInline)
    termDepth += nesting
    do throws(UnexpectedComment) {
      try body(&self)
      termDepth = depth
    } catch {
      out.removeSubrange(length...)
      (self.comments, self.level, self.held, self.isDelayed, termDepth) = (comments, level, held, isDelayed, depth)
      isInline = wasInline
      if depth > 0 { throw error }
      writeAsItStands(location)
    }
  }

  private mutating func writeAsItStands(_ location: Location) {
    let span = Int(location.start)..<Int(location.end)
    let endRow = source.endRow(location)
    if let comment = held, span.contains(comment.span.lowerBound) { held = nil }
    let inside = comments.prefix { $0.span.lowerBound < span.upperBound }
    comments = comments.dropFirst(inside.count)
    writeComments(inside.prefix { $0.span.lowerBound < span.lowerBound })
    startLineIfNeeded()
    write(source.bytes[span])
    if held == nil, let beside = comments.first, beside.row == endRow {
      comments = comments.dropFirst()
      held = beside
    }
  }
}
