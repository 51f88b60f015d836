/// A rule that is a test by its name: `test_…`, or `todo_test_…`, which is skipped.
struct TestRule {
  var module: Int
  var package: [Value]
  /// The name in the package, of one or more parts; a second rule of a name is `name#01`.
  var name: [Value]
  var location: Location
  var isSkipped: Bool
  /// The rule that collects the names of its cases: a test of several cases has variables behind its name.
  var cases: [Value]?

  func fullName() -> String { TestRule.text(["data"], package + name) }
  func packageName() -> String { TestRule.text(["data"], package) }
  func ruleName() -> String { TestRule.text([], name) }

  /// Dots where the parts allow it, as OPA writes a reference.
  private static func text(_ start: [String], _ path: [Value]) -> String {
    path.reduce(start.first ?? "") { text, part in
      let name = String(part)
      if text.isEmpty { return name }
      let isWord = name.utf8.first.map(Lexer.startsWord) ?? false && name.utf8.allSatisfy(Lexer.continuesWord)
      return text + (isWord ? "." + name : "[" + String(decoding: RegoWriter.write(part), as: UTF8.self) + "]")
    }
  }

  /// A query for a path below `data`.
  func query(_ path: [Value]) -> String {
    let keys = (package + path).map { "[" + String(decoding: JSONWriter.write($0), as: UTF8.self) + "]" }
    return "x = data" + keys.joined()
  }
}

/// Finds the tests of modules, and makes each rule a test of its own.
struct TestDiscovery {
  private(set) var modules: [Module]
  private(set) var tests: [TestRule] = []
  private let heap: Heap
  private var counts: [[Value.Key]: Int] = [:]

  init(_ modules: [Module], heap: Heap, withCases: Bool) {
    self.modules = modules
    self.heap = heap
    for index in modules.indices { look(into: index, withCases) }
  }

  private mutating func look(into index: Int, _ withCases: Bool) {
    var collectors: [Rule] = []
    for (number, rule) in modules[index].rules.enumerated() where !rule.isDefault && rule.arguments == nil {
      guard let length = Self.nameLength(rule) else { continue }
      let package = modules[index].package
      var test = TestRule(
        module: index, package: package, name: rule.path[..<length].compactMap(Self.part), location: rule.location,
        isSkipped: false)
      test.isSkipped = String(test.name[length - 1]).hasPrefix("todo_test_")
      var rule = rule
      if !test.isSkipped { rename(&test, &rule.path) }
      modules[index].rules[number].path = rule.path
      if withCases, !test.isSkipped, let collector = collector(rule, length) {
        test.cases = collector.path.compactMap(Self.part)
        collectors.append(collector)
      }
      tests.append(test)
    }
    modules[index].rules += collectors
  }

  /// How many parts of the head's reference name the test.
  private static func nameLength(_ rule: Rule) -> Int? {
    for (index, term) in rule.path.enumerated() {
      guard let part = part(term) else { return nil }
      let name = String(part)
      if name.hasPrefix("test_") || name.hasPrefix("todo_test_") { return index + 1 }
    }
    return nil
  }

  private static func part(_ term: Term) -> Value? {
    switch term.node {
    case .name(let name) where name.text.first != 0x24: name
    case .scalar(let value) where value.tag == .string: value
    default: nil
    }
  }

  /// The second rule of a name gets a number, as OPA numbers it.
  private mutating func rename(_ test: inout TestRule, _ path: inout [Term]) {
    let key = (test.package + test.name).map(\.key)
    let count = counts[key, default: 0]
    counts[key] = count + 1
    guard count > 0, let last = test.name.last else { return }
    let name = heap.string(String(last) + "#" + (count < 10 ? "0" : "") + String(count))
    let index = test.name.count - 1
    test.name[index] = name
    path[index].node = index == 0 ? .name(name) : .scalar(name)
  }

  /// `test_x$cases contains [note] if { … }`: the body up to where the case has its name.
  private func collector(_ rule: Rule, _ length: Int) -> Rule? {
    let keys = Array(rule.path[length...])
    let names = Self.names(in: keys)
    guard rule.kind == .single, !names.isEmpty, rule.alternatives.isEmpty else { return nil }
    var (missing, body) = (names, [Statement]())
    for statement in rule.body where !missing.isEmpty {
      body.append(statement)
      missing.subtract(Self.names(in: statement))
    }
    guard missing.isEmpty, let last = Self.part(rule.path[length - 1]) else { return nil }
    var collector = rule
    collector.kind = .set
    collector.path = Array(rule.path[..<length])
    let name = heap.string(String(last) + "$cases")
    collector.path[length - 1].node = length == 1 ? .name(name) : .scalar(name)
    collector.value = Term(.array(keys), rule.location)
    collector.body = body
    return collector
  }

  private static func names(in terms: [Term]) -> Set<Value.Key> {
    var names: Set<Value.Key> = []
    let visitor = TermVisitor(entersClosures: true) { if case .name(let name) = $0.node { names.insert(name.key) } }
    terms.forEach(visitor.term)
    return names
  }

  private static func names(in statement: Statement) -> Set<Value.Key> {
    var names: Set<Value.Key> = []
    TermVisitor(entersClosures: true) { if case .name(let name) = $0.node { names.insert(name.key) } }
      .statement(statement)
    return names
  }
}
