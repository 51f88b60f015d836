internal import BaileyRego

/// Reads templates.
struct TemplateParser {
  private var pieces: ArraySlice<Piece> = []
  private let heap: Heap
  private var depth = 0

  enum Piece {
    case text([UInt8])
    case action([String], line: Int)
  }

  init(_ source: [UInt8], _ heap: Heap) {
    self.heap = heap
    self.source = source
  }

  private let source: [UInt8]

  private static func failure(_ line: Int, _ why: String) -> BuiltinFailure {
    BuiltinFailure("template: template:\(line): \(why)")
  }

  mutating func document() throws(BuiltinFailure) -> [Template.Node] {
    pieces = try TemplateLexer.pieces(source)[...]
    let (nodes, end) = try list()
    if let end { throw Self.failure(end.line, "unexpected {{\(end.words[0])}}") }
    return nodes
  }

  /// Nodes up to an `end` or `else`, which is returned.
  private mutating func list() throws(BuiltinFailure) -> ([Template.Node], (words: [String], line: Int)?) {
    depth += 1
    defer { depth -= 1 }
    guard depth < Template.maximumDepth else { throw Self.failure(1, "nested too deeply") }
    var nodes: [Template.Node] = []
    while let piece = pieces.popFirst() {
      switch piece {
      case .text(let bytes): nodes.append(.text(bytes))
      case .action(let words, let line):
        if words.first == "end" || words.first == "else" { return (nodes, (words, line)) }
        nodes.append(try action(words, line))
      }
    }
    return (nodes, nil)
  }

  private mutating func action(_ words: [String], _ line: Int) throws(BuiltinFailure) -> Template.Node {
    switch words.first {
    case "if", "with":
      let isDeclared = words.count > 3 && words[1].hasPrefix("$") && words[2] == ":="
      let operand = try pipeline(Array(words.dropFirst(isDeclared ? 3 : 1)), line)
      let (body, otherwise) = try branches(line)
      let subject = isDeclared ? .variable(words[1], []) : operand
      let node: Template.Node =
        words.first == "if" ? .condition(subject, body, otherwise) : .with(subject, body, otherwise)
      return isDeclared ? .scope([.assign(words[1], operand, isNew: true), node]) : node
    case "range": return try range(Array(words.dropFirst()), line)
    case "define", "template", "block", "break", "continue":
      throw Self.failure(line, "{{\(words[0])}} is not supported")
    case nil: throw Self.failure(line, "missing value for command")
    case let first? where words.count > 2 && first.hasPrefix("$") && (words[1] == ":=" || words[1] == "="):
      return .assign(first, try pipeline(Array(words.dropFirst(2)), line), isNew: words[1] == ":=")
    default: return .show(try pipeline(words, line))
    }
  }

  private mutating func branches(_ line: Int) throws(BuiltinFailure) -> ([Template.Node], [Template.Node]) {
    let (body, mark) = try list()
    guard let mark else { throw Self.failure(line, "unexpected EOF") }
    if mark.words[0] == "end" { return (body, []) }
    if mark.words.count > 1 {
      guard mark.words[1] == "if" || mark.words[1] == "with" else {
        throw Self.failure(mark.line, "unexpected \(mark.words[1])")
      }
      // `else if` is an `if` of its own that ends where this one does.
      return (body, [try action(Array(mark.words.dropFirst()), mark.line)])
    }
    let (otherwise, end) = try list()
    guard end?.words[0] == "end" else { throw Self.failure(line, "unexpected EOF") }
    return (body, otherwise)
  }

  private mutating func range(_ words: [String], _ line: Int) throws(BuiltinFailure) -> Template.Node {
    var (rest, names) = (words, [String]())
    if let at = words.firstIndex(of: ":=") {
      names = words[..<at].filter { $0 != "," }
      rest = Array(words[(at + 1)...])
      guard (1...2).contains(names.count), names.allSatisfy({ $0.hasPrefix("$") }) else {
        throw Self.failure(line, "range can only initialize variables")
      }
    }
    let operand = try pipeline(rest, line)
    let (body, otherwise) = try branches(line)
    return .range(key: names.count == 2 ? names[0] : nil, value: names.last, operand, body, otherwise)
  }

  /// Commands with bars between: each result is the last argument of the next.
  private func pipeline(_ words: [String], _ line: Int) throws(BuiltinFailure) -> Template.Operand {
    var result: Template.Operand?
    for command in words.split(separator: "|", omittingEmptySubsequences: false) {
      guard let first = command.first else { throw Self.failure(line, "missing value for command") }
      var arguments: [Template.Operand] = []
      for word in command.dropFirst() { arguments.append(try operand(word, line)) }
      if let result { arguments.append(result) }
      if let arity = Template.functions[first] {
        guard arity.contains(arguments.count) else { throw Self.failure(line, "wrong number of args for \(first)") }
        result = .call(first, arguments)
      } else {
        guard arguments.isEmpty else { throw Self.failure(line, "can't give argument to non-function \(first)") }
        result = try operand(first, line)
      }
    }
    guard let result else { throw Self.failure(line, "missing value for command") }
    return result
  }

  private func operand(_ word: String, _ line: Int) throws(BuiltinFailure) -> Template.Operand {
    if word.hasPrefix(".") { return .field(word == "." ? [] : try path(word.dropFirst(), line)) }
    if word.hasPrefix("$") {
      let name = word.prefix { $0 != "." }
      let rest = word.dropFirst(name.count + 1)
      return .variable(String(name), rest.isEmpty ? [] : try path(rest, line))
    }
    if word == "true" || word == "false" { return .literal(Value(word == "true")) }
    if word.hasPrefix("`") { return .literal(heap.string(String(word.dropFirst().dropLast()))) }
    if let value = try? JSONReader.read(Array(word.utf8), into: heap), value.isNumber || value.tag == .string {
      return .literal(value)
    }
    throw Self.failure(line, "function \"\(word)\" not defined")
  }

  private func path(_ text: Substring, _ line: Int) throws(BuiltinFailure) -> [String] {
    let names = text.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
    guard names.allSatisfy({ name in !name.isEmpty && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" } })
    else {
      throw Self.failure(line, "bad field \(text)")
    }
    return names
  }
}
