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

  /// A step of a pattern without alternatives; neighbouring characters are one.
  enum Step: Sendable {
    case literal([UInt8])
    case single(Node)
    case star
    case superStar
  }

  /// Each alternative written out.
  private let patterns: [[Step]]
  private let separators: Set<Unicode.Scalar>
  private static let maximumPatterns = 1024

  init(_ pattern: Text, separators: Set<Unicode.Scalar>) throws(BuiltinFailure) {
    var parser = GlobParser(Unicode.scalars(pattern))
    let flat = try Self.flatten(parser.sequence(nested: false))
    patterns = flat.map(Self.steps)
    self.separators = separators
  }

  private static func flatten(_ nodes: [Node]) throws(BuiltinFailure) -> [[Node]] {
    var sequences: [[Node]] = [[]]
    for node in nodes {
      var choices = [[node]]
      if case .alternatives(let list) = node {
        choices = []
        for choice in list { choices += try flatten(choice) }
      }
      guard sequences.count * choices.count <= maximumPatterns else {
        throw BuiltinFailure("too many alternatives", kind: .halt)
      }
      sequences = sequences.flatMap { start in choices.map { start + $0 } }
    }
    return sequences
  }

  private static func steps(_ nodes: [Node]) -> [Step] {
    var steps: [Step] = []
    for node in nodes {
      switch node {
      case .scalar(let scalar):
        let bytes = Unicode.bytes([scalar])
        if case .literal(let before)? = steps.last {
          steps[steps.count - 1] = .literal(before + bytes)
        } else {
          steps.append(.literal(bytes))
        }
      case .any: steps.append(.superStar)
      case .anyButSeparators: steps.append(.star)
      default: steps.append(.single(node))
      }
    }
    return steps
  }

  func matches(_ text: Text) -> Bool { patterns.contains { matches($0, text) } }

  /// Goes back to the last `*`, and when that meets a separator to the last `**`; earlier ones cannot help.
  private func matches(_ steps: [Step], _ text: Text) -> Bool {
    if case .literal(let end)? = steps.last, !text.has(end, at: text.count - end.count) { return false }
    var (step, at) = (0, 0)
    var star: (step: Int, at: Int)?
    var superStar: (step: Int, at: Int)?
    while true {
      if step == steps.count, at == text.count { return true }
      if step < steps.count {
        switch steps[step] {
        case .superStar:
          (superStar, star) = ((step, at), nil)
          step += 1
          continue
        case .star:
          star = (step, at)
          step += 1
          continue
        case .literal(let bytes) where text.has(bytes, at: at):
          at += bytes.count
          step += 1
          continue
        case .single(let node) where at < text.count && accepts(node, text.scalar(at)):
          at += text.scalarLength(at)
          step += 1
          continue
        default: break
        }
      }
      if let last = star, last.at < text.count, !isSeparator(text, last.at) {
        let next = last.at + text.scalarLength(last.at)
        star = (last.step, next)
        (step, at) = (last.step + 1, next)
      } else if let last = superStar, last.at < text.count {
        let next = last.at + text.scalarLength(last.at)
        (superStar, star) = ((last.step, next), nil)
        (step, at) = (last.step + 1, next)
      } else {
        return false
      }
    }
  }

  private func isSeparator(_ text: Text, _ at: Int) -> Bool { separators.contains(text.scalar(at)) }

  private func accepts(_ node: Node, _ scalar: Unicode.Scalar) -> Bool {
    switch node {
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
      try context.spend((text.count >> 6) * (pattern.count >> 2))
      let key = BuiltinContext.GlobKey(pattern: a[0].key, separators: a[1].key)
      if let known = context.globs[key] ?? context.lastingGlobs[key] { return Value(known.matches(text)) }
      let glob = try Glob(pattern, separators: try globSeparators(a))
      // Handles of this evaluation are gone with it; those of the policy stay.
      if context.heap.owns(a[0]) || context.heap.owns(a[1]) {
        context.globs[key] = glob
      } else {
        context.lastingGlobs[key] = glob
      }
      return Value(glob.matches(text))
    },
    Builtin("glob.quote_meta", 1) { (a, c) throws(BuiltinFailure) in
      let text = try a.string(0)
      return c.heap.string(text.flatMap { "*?\\[]{}".utf8.contains($0) ? [0x5C, $0] : [$0] })
    },
  ]

  /// `null` is none, an empty list is the dot.
  private static func globSeparators(_ a: Arguments) throws(BuiltinFailure) -> Set<Unicode.Scalar> {
    guard a[1].tag != .null else { return [] }
    guard a[1].tag == .array else { throw a.mismatch(1, "one of {array, null}") }
    var found: Set<Unicode.Scalar> = []
    for item in try a.strings(1) {
      let parts = Unicode.scalars(item.text)
      guard parts.count == 1 else {
        throw BuiltinFailure("operand 2 must be array of single-character strings", kind: .type)
      }
      found.insert(parts[0])
    }
    return a[1].count == 0 ? ["."] : found
  }
}
