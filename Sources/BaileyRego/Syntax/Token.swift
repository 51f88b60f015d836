struct Token: Sendable {
  enum Kind: UInt8, Sendable {
    case end, identifier, number, string, rawString, template, rawTemplate
    // Keywords.
    case package, `import`, `as`, `default`, `else`, not, some, every, with, null, `true`, `false`, `if`, `in`, contains
    // Punctuation.
    case leftBrace, rightBrace, leftBracket, rightBracket, leftParen, rightParen
    case comma, semicolon, colon, dot, assign, unify, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    case plus, minus, times, divide, remainder, and, or
  }

  var kind: Kind
  var start: Int
  var end: Int
  var location: Location

  static let keywords: [String: Kind] = [
    "package": .package, "import": .import, "as": .as, "default": .default, "else": .else, "not": .not,
    "some": .some, "every": .every, "with": .with, "null": .null, "true": .true, "false": .false, "if": .if,
    "in": .in, "contains": .contains,
  ]

  var isWord: Bool {
    kind == .identifier || (kind.rawValue >= Kind.package.rawValue && kind.rawValue <= Kind.contains.rawValue)
  }
}
