import BaileyCore

/// The operations of an executable GraphQL document, with the fields of their outermost selections.
///
/// Fragments are followed, aliases seen through. All operations are told, also those that `operationName` leaves out.
struct GraphQLDocument: Sendable, Equatable {
  struct Operation: Sendable, Equatable {
    /// `query`, `mutation` or `subscription`.
    var type: String
    var name: String?
    var fields: [String]
  }

  private(set) var operations: [Operation] = []

  static let maximumBytes = 64 << 10
  private static let maximumFields = 256

  init(_ text: [UInt8]) throws(GraphQLError) {
    guard text.count <= Self.maximumBytes else { throw .tooLong }
    var parser = GraphQLParser(text)
    try parser.parse()
    for definition in parser.operations {
      var seen: Set<String> = []
      var fields: Set<String> = []
      Self.collect(definition.selections, parser.fragments, &seen, &fields)
      guard fields.count <= Self.maximumFields else { throw .tooLong }
      operations.append(Operation(type: definition.type, name: definition.name, fields: fields.sorted()))
    }
    guard !operations.isEmpty else { throw .notExecutable }
  }

  private static func collect(
    _ selections: [GraphQLParser.Selection], _ fragments: [String: [GraphQLParser.Selection]],
    _ seen: inout Set<String>, _ fields: inout Set<String>
  ) {
    for selection in selections {
      switch selection {
      case .field(let name): fields.insert(name)
      case .fragment(let name):
        guard seen.insert(name).inserted else { continue }
        collect(fragments[name] ?? [], fragments, &seen, &fields)
      }
    }
  }
}

extension GraphQLDocument.Operation {
  var json: JSON {
    var members: [String: JSON] = ["type": .string(type), "fields": .array(fields.map(JSON.string))]
    if let name { members["name"] = .string(name) }
    return .object(members)
  }
}

struct GraphQLParser {
  enum Selection { case field(String), fragment(String) }

  struct Definition {
    var type: String
    var name: String?
    var selections: [Selection]
  }

  private(set) var operations: [Definition] = []
  private(set) var fragments: [String: [Selection]] = [:]
  private var lexer: GraphQLLexer
  private var token: GraphQLLexer.Token?

  init(_ text: [UInt8]) { lexer = GraphQLLexer(text) }

  mutating func parse() throws(GraphQLError) {
    try advance()
    while let token {
      switch token {
      case .punctuator(UInt8(ascii: "{")):
        operations.append(Definition(type: "query", selections: try selections(depth: 0)))
      case .name("fragment"): try fragment()
      case .name(let type) where ["query", "mutation", "subscription"].contains(type): try operation(type)
      default: throw .notExecutable
      }
    }
  }

  private mutating func advance() throws(GraphQLError) { token = try lexer.next() }

  private func stands(_ byte: UInt8) -> Bool { token == .punctuator(byte) }

  private mutating func name() throws(GraphQLError) -> String {
    guard case .name(let name)? = token else { throw .malformed }
    try advance()
    return name
  }

  private mutating func operation(_ type: String) throws(GraphQLError) {
    try advance()
    let name: String? = if case .name? = token { try self.name() } else { nil }
    try skipGroup()
    try skipDirectives()
    operations.append(Definition(type: type, name: name, selections: try selections(depth: 0)))
  }

  /// A name that comes twice is an error to servers; here both count.
  private mutating func fragment() throws(GraphQLError) {
    try advance()
    let name = try name()
    guard try self.name() == "on" else { throw .malformed }
    _ = try self.name()
    try skipDirectives()
    fragments[name, default: []] += try selections(depth: 0)
  }

  private mutating func skipDirectives() throws(GraphQLError) {
    while stands(UInt8(ascii: "@")) {
      try advance()
      _ = try name()
      try skipGroup()
    }
  }

  /// Arguments or variables, if they stand here, with all that is nested in them.
  private mutating func skipGroup() throws(GraphQLError) {
    guard stands(UInt8(ascii: "(")) else { return }
    var depth = 0
    repeat {
      guard let token else { throw .malformed }
      if case .punctuator(let byte) = token {
        if "([{".utf8.contains(byte) { depth += 1 }
        if ")]}".utf8.contains(byte) { depth -= 1 }
      }
      try advance()
    } while depth > 0
  }

  private mutating func selections(depth: Int) throws(GraphQLError) -> [Selection] {
    guard depth < 64 else { throw .tooDeep }
    guard stands(UInt8(ascii: "{")) else { throw .malformed }
    try advance()
    var found: [Selection] = []
    while !stands(UInt8(ascii: "}")) { found += try selection(depth: depth) }
    try advance()
    return found
  }

  private mutating func selection(depth: Int) throws(GraphQLError) -> [Selection] {
    if token == .spread {
      try advance()
      return try spread(depth: depth)
    }
    var name = try name()
    if stands(UInt8(ascii: ":")) {
      try advance()
      name = try self.name()
    }
    try skipGroup()
    try skipDirectives()
    if stands(UInt8(ascii: "{")) { _ = try selections(depth: depth + 1) }
    return [.field(name)]
  }

  /// `...Name`, or `... on Type {}` and `... {}`, whose fields count as if they stood here.
  private mutating func spread(depth: Int) throws(GraphQLError) -> [Selection] {
    if case .name(let name)? = token, name != "on" {
      try advance()
      try skipDirectives()
      return [.fragment(name)]
    }
    if case .name? = token {
      try advance()
      _ = try name()
    }
    try skipDirectives()
    return try selections(depth: depth + 1)
  }
}
