extension Hunk {
  /// As `diff -u` writes it, for a person to read: what a terminal would obey is written out.
  package var text: String { heading + "\n" + body() }

  /// Where it stands in both texts.
  package var heading: String { "@@ -\(oldStart),\(oldCount) +\(newStart),\(newCount) @@" }

  /// Its lines; `painted` colours the text of each.
  package func body(painted: (Line, String) -> String = { $1 }) -> String {
    var text = ""
    let lastOld = lines.lastIndex { if case .added = $0 { false } else { true } }
    let lastNew = lines.lastIndex { if case .removed = $0 { false } else { true } }
    for (index, line) in lines.enumerated() {
      text += painted(line, line.text) + "\n"
      let endsOld = oldEndsWithoutNewline && index == lastOld
      let endsNew = newEndsWithoutNewline && index == lastNew
      if endsOld || endsNew { text += "\\ No newline at end of file\n" }
    }
    return text
  }
}

extension Hunk.Line {
  fileprivate var text: String {
    switch self {
    case .context(let bytes): " " + Self.shown(bytes)
    case .removed(let bytes): "-" + Self.shown(bytes)
    case .added(let bytes): "+" + Self.shown(bytes)
    }
  }

  /// Tabs stay.
  private static func shown(_ bytes: [UInt8]) -> String {
    bytes.split(separator: 0x09, omittingEmptySubsequences: false).map { printable($0) }.joined(separator: "\t")
  }
}
