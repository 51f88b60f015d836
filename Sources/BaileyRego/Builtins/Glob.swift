/// A compiled glob pattern with the semantics of gobwas/glob: `*` and `?` stop at separators, `**` does not.
package struct Glob: Sendable {
  indirect enum Node: Sendable {
    case scalar(Unicode.Scalar)
    case any
    case anyButSeparators
    case one
    case range(Unicode.Scalar, Unicode.Scalar, negated: Bool)
    case list([Unicode.Scalar], negated: Bool)
    case alternatives([[Node]])
  }

  let nodes: [Node]
  let separators: Set<Unicode.Scalar>

  init(_ pattern: Text, separators: Set<Unicode.Scalar>) throws(BuiltinFailure) {
    var parser = GlobParser(Unicode.scalars(pattern))
    nodes = try parser.sequence(nested: false)
    self.separators = separators
  }

  /// All positions that a run of nodes can reach, so that no pattern takes more than pattern × text steps.
  func matches(_ text: Text) -> Bool {
    let scalars = Unicode.scalars(text)
    var start = [Bool](repeating: false, count: scalars.count + 1)
    start[0] = true
    return reach(nodes, start, scalars)[scalars.count]
  }

  private func reach(_ nodes: [Node], _ start: [Bool], _ text: [Unicode.Scalar]) -> [Bool] {
    nodes.reduce(start) { reach($1, $0, text) }
  }

  private func reach(_ node: Node, _ start: [Bool], _ text: [Unicode.Scalar]) -> [Bool] {
    var end = [Bool](repeating: false, count: start.count)
    switch node {
    case .any, .anyButSeparators:
      var open = false
      for at in start.indices {
        if at > 0, case .anyButSeparators = node, separators.contains(text[at - 1]) { open = false }
        open = open || start[at]
        end[at] = open
      }
    case .alternatives(let choices):
      for choice in choices {
        let reached = reach(choice, start, text)
        for at in end.indices where reached[at] { end[at] = true }
      }
    default:
      for at in text.indices where start[at] && accepts(node, text[at]) { end[at + 1] = true }
    }
    return end
  }

  private func accepts(_ node: Node, _ scalar: Unicode.Scalar) -> Bool {
    switch node {
    case .scalar(let wanted): scalar == wanted
    case .one: !separators.contains(scalar)
    case .range(let low, let high, let negated): (scalar >= low && scalar <= high) != negated
    case .list(let members, let negated): members.contains(scalar) != negated
    default: false
    }
  }
}

/// Reads gobwas' notation, with its oddities: an unclosed `{` is closed by the end.
struct GlobParser {
  private var rest: ArraySlice<Unicode.Scalar>
  private var depth = 0
  private static let maximumDepth = 64

  init(_ pattern: [Unicode.Scalar]) { rest = pattern[...] }

  mutating func sequence(nested: Bool) throws(BuiltinFailure) -> [Glob.Node] {
    var nodes: [Glob.Node] = []
    while let scalar = rest.first {
      if nested, scalar == "," || scalar == "}" { return nodes }
      rest.removeFirst()
      switch scalar {
      case "*": nodes.append(stars())
      case "?": nodes.append(.one)
      case "[": nodes.append(try bracket())
      case "{": nodes.append(try alternatives())
      case "\\": if let next = rest.popFirst() { nodes.append(.scalar(next)) }
      default: nodes.append(.scalar(scalar))
      }
    }
    return nodes
  }

  private mutating func stars() -> Glob.Node {
    guard rest.first == "*" else { return .anyButSeparators }
    rest.removeFirst()
    return .any
  }

  private mutating func alternatives() throws(BuiltinFailure) -> Glob.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw BuiltinFailure("pattern nested too deep") }
    var choices = [try sequence(nested: true)]
    while let scalar = rest.popFirst() {
      if scalar == "}" { break }
      choices.append(try sequence(nested: true))
    }
    return .alternatives(choices)
  }

  private mutating func bracket() throws(BuiltinFailure) -> Glob.Node {
    var negated = false
    if rest.first == "!" {
      negated = true
      rest.removeFirst()
    }
    var members: [Unicode.Scalar] = []
    guard let first = rest.first else { throw BuiltinFailure("unexpected end of input") }
    if rest.dropFirst().first == "-", first != "\\" { return try range(negated) }
    while let scalar = rest.popFirst() {
      if scalar == "]" { return .list(members, negated: negated) }
      if scalar == "\\", let next = rest.popFirst() { members.append(next) } else { members.append(scalar) }
    }
    throw BuiltinFailure("unexpected end of input")
  }

  private mutating func range(_ negated: Bool) throws(BuiltinFailure) -> Glob.Node {
    let low = rest.removeFirst()
    rest.removeFirst()
    guard let high = rest.popFirst(), rest.first != nil else { throw BuiltinFailure("unexpected end of input") }
    guard rest.popFirst() == "]" else { throw BuiltinFailure("unexpected token") }
    guard high >= low else { throw BuiltinFailure("hi character '\(high)' should be greater than lo '\(low)'") }
    return .range(low, high, negated: negated)
  }
}

extension Registry {
  static let globs: [Builtin] = [
    Builtin("glob.match", 3) { (a, context) throws(BuiltinFailure) in
      let text = try a.string(2)
      let pattern = try a.string(0)
      // The handles of pattern and separators are alive as long as the cache.
      let separators = try GlobSeparators(a)
      if let known = context.globs[separators.key]?[a[0].key] { return Value(known.matches(text)) }
      let glob = try Glob(pattern, separators: separators.scalars)
      context.globs[separators.key, default: [:]][a[0].key] = glob
      return Value(glob.matches(text))
    },
    Builtin("glob.quote_meta", 1) { (a, c) throws(BuiltinFailure) in
      let text = try a.string(0)
      return c.heap.string(text.flatMap { "*?\\[]{}".utf8.contains($0) ? [0x5C, $0] : [$0] })
    },
  ]
}

/// `null` is none, an empty list is the dot.
struct GlobSeparators {
  let scalars: Set<Unicode.Scalar>
  var key: [Unicode.Scalar] { scalars.sorted() }

  init(_ a: Arguments) throws(BuiltinFailure) {
    guard a[1].tag != .null else {
      scalars = []
      return
    }
    guard a[1].tag == .array else { throw a.mismatch(1, "one of {array, null}") }
    var found: Set<Unicode.Scalar> = []
    for item in try a.strings(1) {
      let parts = Unicode.scalars(item.text)
      guard parts.count == 1 else {
        throw BuiltinFailure("operand 2 must be array of single-character strings", kind: .type)
      }
      found.insert(parts[0])
    }
    scalars = a[1].count == 0 ? ["."] : found
  }
}
