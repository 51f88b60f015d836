/// A query that keeps the value of each expression, as OPA's does: `data.a.b` gives its value, not only whether it holds.
///
/// It is the text with `name = ` before each expression that is a term. Names of that kind are not for people to see.
package struct CapturedQuery: Sendable {
  package struct Expression: Sendable {
    package var text: String
    package var location: Location
    /// What holds the value; nil for an expression that has none, such as `x := 1` or `not y`.
    package var name: String?
  }

  /// What is compiled.
  package let text: String
  package private(set) var expressions: [Expression] = []

  package static let prefix = "__expression_"

  package init(_ query: String) throws(RegoError) {
    let bytes = Array(query.utf8)
    let heap = Heap()
    defer { withExtendedLifetime(heap) {} }
    var parser = try Parser(bytes, file: 0, version1: true, heap: heap)
    let body = try parser.body(until: .end)
    for (index, statement) in body.enumerated() {
      let name = Self.hasValue(statement) ? Self.prefix + String(index) : nil
      expressions.append(
        Expression(
          text: String(decoding: bytes[Int(statement.location.start)..<Int(statement.location.end)], as: UTF8.self),
          location: statement.location, name: name))
    }
    text = Self.captured(bytes, expressions, asserts: body.count > 1 || body.contains(where: Self.iterates))
  }

  private static func hasValue(_ statement: Statement) -> Bool {
    if case .term = statement.kind { return !statement.negated }
    return false
  }

  /// A lone expression may be false; one of several, or one with several answers, has to hold.
  private static func iterates(_ statement: Statement) -> Bool {
    var found = false
    TermVisitor(entersClosures: false) { term in
      guard case .ref(_, let path) = term.node else { return }
      for part in path { if case .name = part.node { found = true } }
    }.statement(statement)
    return found
  }

  private static func captured(_ bytes: [UInt8], _ expressions: [Expression], asserts: Bool) -> String {
    var (result, at) = ([UInt8](), 0)
    for expression in expressions {
      guard let name = expression.name else { continue }
      result += bytes[at..<Int(expression.location.start)] + Array("\(name) = ".utf8)
      at = Int(expression.location.start)
    }
    result += bytes[at...]
    if asserts { for case let name? in expressions.map(\.name) { result += "\n\(name)".utf8 } }
    return String(decoding: result, as: UTF8.self)
  }

  /// The place in the query as it was written.
  package func place(_ location: Location) -> Location {
    let before = expressions.filter { expression in
      expression.name != nil && expression.location.line == location.line
        && expression.location.column < location.column
    }
    var place = location
    place.column -= before.reduce(0) { $0 + Int32(($1.name?.utf8.count ?? 0) + 3) }
    return place
  }
}
