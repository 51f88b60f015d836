/// What stands between commas.
enum Entry {
  case argument(Term)
  case member(Term)
  case pair(Term, Term)

  static func term(_ term: Term) -> Entry { .argument(term) }

  var location: Location {
    switch self {
    case .argument(let term), .member(let term), .pair(let term, _): term.location
    }
  }
}

extension FormatWriter {
  /// Elements between brackets: on one line, or on the lines that the author began.
  mutating func sequence(_ entries: [Entry], from open: Int, to close: Int) throws(UnexpectedComment) {
    let lines = lines(entries)
    if lines.count < 2 {
      // A comment between the brackets has no place on one line.
      if let next = comments.prefix(while: { $0.row < close }).last, open < next.row { throw UnexpectedComment() }
      return try line(lines.first ?? [])
    }
    isDelayed = true
    endLine()
    level += 1
    startLine()
    for some in lines.dropLast() {
      try line(some)
      write(",")
      endLine()
      startLine()
    }
    try line(lines[lines.count - 1])
    write(",")
    endLine()
    try insertComments(before: close)
    level -= 1
    startLine()
  }

  private func lines(_ entries: [Entry]) -> [[Entry]] {
    let rows = rows(entries)
    var lines: [[Entry]] = []
    var previous = Int.min
    for (entry, row) in zip(entries, rows) {
      if row != previous { lines.append([]) }
      lines[lines.count - 1].append(entry)
      previous = row
    }
    return lines
  }

  private func rows(_ entries: [Entry]) -> [Int] {
    if case .pair = entries.first { return rows(entries.map(\.location), trusted: true) }
    return rows(entries.map(\.location))
  }

  /// A number for each element: one number, one line.
  func rows(_ locations: [Location], trusted: Bool = false) -> [Int] {
    if !trusted, locations.contains(where: { source.hasGeneratedNames($0) }) { return locations.map { _ in 0 } }
    var rows: [Int] = []
    for location in locations {
      // Only a row further down begins a line.
      let isLower = rows.isEmpty || location.row > rows[rows.count - 1]
      rows.append(isLower ? location.row : rows[rows.count - 1])
    }
    return rows
  }

  private mutating func line(_ entries: [Entry]) throws(UnexpectedComment) {
    for (index, entry) in entries.enumerated() {
      if index > 0 { write(", ") }
      try write(entry)
    }
  }

  private mutating func write(_ entry: Entry) throws(UnexpectedComment) {
    switch entry {
    case .argument(let term): try union(term, ifWritten: true)
    case .member(let term): try union(term, ifWritten: false)
    case .pair(let key, let value):
      try union(key, ifWritten: false)
      write(": ")
      try union(value, ifWritten: false)
    }
  }

  /// `a | b` among elements reads as a comprehension, so it stands in parentheses.
  func needsParentheses(_ term: Term, ifWritten: Bool) -> Bool {
    Self.isUnion(term) && (!ifWritten || source.startsWithParenthesis(term.location))
  }

  mutating func union(_ term: Term, ifWritten: Bool) throws(UnexpectedComment) {
    let inParentheses = needsParentheses(term, ifWritten: ifWritten)
    if inParentheses { write("(") }
    try termOrAsItStands(term)
    if inParentheses { write(")") }
  }
}
