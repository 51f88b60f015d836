extension FormatWriter {
  private static let signs = [
    "eq": "=", "assign": ":=", "equal": "==", "neq": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=",
    "plus": "+", "minus": "-", "mul": "*", "div": "/", "rem": "%", "and": "&", "or": "|",
  ]

  private static func sign(_ callee: Callee) -> String? {
    guard case .path(let names) = callee, names.count == 1, let name = names.first else { return nil }
    return signs[String(name)]
  }

  private static func isMembership(_ callee: Callee, _ arguments: [Term]) -> Bool {
    guard case .path(let names) = callee, names.count == 2, String(names[0]) == "internal" else { return false }
    return String(names[1]) == "member_\(arguments.count)"
  }

  static func isUnion(_ term: Term) -> Bool {
    guard case .call(let callee, let arguments) = term.node else { return false }
    return sign(callee) == "|" && arguments.count == 2
  }

  /// A term as a statement: its outermost operation needs no parentheses.
  mutating func expression(_ term: Term) throws(UnexpectedComment) {
    guard case .call(let callee, let arguments) = term.node else { return try termOrAsItStands(term) }
    if Self.isMembership(callee, arguments) { return try membership(arguments) }
    guard let sign = Self.sign(callee) else { return try plainCall(callee, arguments, term.location) }
    switch arguments.count {
    case 2: try operation(arguments, sign)
    case 3:
      // The result as a last argument: `x = a + b`.
      try termOrAsItStands(arguments[2])
      write(" = ")
      try operation(Array(arguments.prefix(2)), sign)
    default: try plainCall(callee, arguments, term.location)
    }
  }

  /// `-x` is read as nothing less x.
  private func isNegation(_ operands: [Term], _ sign: String) -> Bool {
    sign == "-" && source.text(operands[0].location).elementsEqual([0x2D])
  }

  private mutating func operation(_ operands: [Term], _ sign: String) throws(UnexpectedComment) {
    if isNegation(operands, sign) {
      write("-")
      return try termOrAsItStands(operands[1])
    }
    try termOrAsItStands(operands[0])
    write(" " + sign + " ")
    try termOrAsItStands(operands[1])
  }

  mutating func call(
    _ callee: Callee, _ arguments: [Term], _ location: Location, _ inParentheses: Bool
  ) throws(UnexpectedComment) {
    if Self.isMembership(callee, arguments) {
      if arguments.count == 3 { write("(") }
      try membership(arguments)
      if arguments.count == 3 { write(")") }
      return
    }
    guard let sign = Self.sign(callee), arguments.count == 2 else {
      return try plainCall(callee, arguments, location)
    }
    if isNegation(arguments, sign) { return try operation(arguments, sign) }
    if inParentheses { write("(") }
    try term(arguments[0], inParentheses: true)
    write(" " + sign + " ")
    try term(arguments[1], inParentheses: true)
    if inParentheses { write(")") }
  }

  private mutating func membership(_ operands: [Term]) throws(UnexpectedComment) {
    if operands.count == 3 {
      try membership(operands[0], operands[1], operands[2])
    } else {
      try membership(nil, operands[0], operands[1])
    }
  }

  /// `key, value in collection`.
  mutating func membership(_ key: Term?, _ value: Term, _ collection: Term) throws(UnexpectedComment) {
    if let key {
      try term(key, inParentheses: true)
      write(", ")
    }
    try term(value, inParentheses: true)
    write(" in ")
    try term(collection, inParentheses: true)
  }

  private mutating func plainCall(
    _ callee: Callee, _ arguments: [Term], _ location: Location
  ) throws(UnexpectedComment) {
    if case .path(let names) = callee { path(names) }
    write("(")
    try sequence(arguments.map(Entry.argument), from: location.row, to: source.endRow(location))
    write(")")
  }
}
