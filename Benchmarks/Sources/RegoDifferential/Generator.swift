/// Makes modules and inputs by a grammar that knows types, so that most of them compile and run.
struct Generator {
  enum Kind: CaseIterable { case flag, number, text, numbers, texts, record, numberSet, textSet, any }

  var random: SplitMix
  /// Variables in scope, with their types.
  private var variables: [(name: String, kind: Kind)] = []
  private var rules: [(name: String, kind: Kind)] = []
  private var functions: [(name: String, parameters: [Kind], kind: Kind)] = []
  private var next = 0
  private var depth = 0

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  mutating func module() -> String {
    (variables, rules, functions, next) = ([], [], [], 0)
    var lines = ["package t"]
    for index in 0..<(1 + random.below(3)) { lines.append(rule(index)) }
    return lines.joined(separator: "\n\n") + "\n"
  }

  mutating func input() -> String {
    let fields: [(String, String)] = [
      ("n", "\(random.below(7))"), ("m", random.pick(["-3", "2.5", "100", "1e2", "0"])), ("s", json(text())),
      ("list", "[" + list(random.below(4)) { "\($0.random.below(5))" } + "]"),
      ("names", "[" + list(random.below(4)) { generator in generator.json(generator.text()) } + "]"),
      (
        "o",
        "{" + list(random.below(3)) { "\"\("abc".map(String.init)[$0.random.below(3)])\": \($0.random.below(4))" } + "}"
      ),
      ("b", random.pick(["true", "false"])), ("x", anything(2)),
    ]
    return "{" + fields.filter { _ in random.below(8) > 0 }.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}"
  }

  /// The same module with a small mistake.
  mutating func damaged(_ module: String) -> String {
    var parts = module.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 4 else { return module }
    let at = 2 + random.below(parts.count - 2)
    switch random.below(4) {
    case 0: parts.remove(at: at)
    case 1: parts.insert(random.pick(Self.words), at: at)
    case 2: parts[at] = random.pick(Self.words)
    default: parts.swapAt(at, 2 + random.below(parts.count - 2))
    }
    return parts.joined(separator: " ")
  }

  private static let words = [
    "if", "in", "some", "not", "every", "with", "as", "contains", ":=", "==", "=", "x", "input", "data", "1", "\"a\"",
    "[", "]", "{",
    "}", ",", "|", "else", "default", "null", "set()", "_", "r0", "count(", ")", ";", "\n",
  ]

  // MARK: Rules

  private mutating func rule(_ index: Int) -> String {
    variables = []
    let name = "r\(index)"
    let kind = random.pick(Kind.allCases)
    switch random.below(8) {
    case 0, 1:
      let text = "\(name) := \(bodied(kind))"
      rules.append((name, kind))
      return random.below(3) == 0 ? "default \(name) := \(constant(kind))\n\(text)" : text
    case 2:
      let inner: Kind = random.below(2) == 0 ? .number : .text
      let texts = (0..<(1 + random.below(3))).map { _ in setRule(name, inner) }
      rules.append((name, inner == .number ? .numberSet : .textSet))
      return texts.joined(separator: "\n")
    case 3:
      let texts = (0..<(1 + random.below(2))).map { _ in objectRule(name) }
      rules.append((name, .record))
      return texts.joined(separator: "\n")
    case 4: return function("f\(index)", kind)
    case 5:
      let texts = (0..<(1 + random.below(3))).map { _ in
        "\(name) if {\n\(indexed())\(body(1 + random.below(2)))\n}"
      }
      rules.append((name, .flag))
      return texts.joined(separator: "\n")
    case 6:
      let first = bodied(kind)
      variables = []
      let second = bodied(kind)
      rules.append((name, kind))
      return "\(name) := \(first) else := \(second)"
    default:
      let text = "\(name) := \(expression(kind))"
      rules.append((name, kind))
      return text
    }
  }

  private mutating func bodied(_ kind: Kind) -> String {
    variables = []
    let statements = body(1 + random.below(3))
    return "\(expression(kind)) if {\n\(statements)\n}"
  }

  private mutating func setRule(_ name: String, _ inner: Kind) -> String {
    variables = []
    let statements = indexed() + body(1 + random.below(3))
    return "\(name) contains \(expression(inner)) if {\n\(statements)\n}"
  }

  private mutating func objectRule(_ name: String) -> String {
    variables = []
    let statements = body(1 + random.below(2))
    return "\(name)[\(expression(.text))] := \(expression(.number)) if {\n\(statements)\n}"
  }

  private mutating func function(_ name: String, _ kind: Kind) -> String {
    let parameters = (0..<(1 + random.below(3))).map { _ in random.pick([Kind.number, .text, .numbers, .any]) }
    variables = parameters.enumerated().map { ("a\($0.offset)", $0.element) }
    let names = variables.map(\.name).joined(separator: ", ")
    let statements = body(1 + random.below(2))
    let text = "\(name)(\(names)) := \(expression(kind)) if {\n\(statements)\n}"
    functions.append((name, parameters, kind))
    return text
  }

  /// Now and then what the rule index looks for.
  private mutating func indexed() -> String {
    switch random.below(4) {
    case 0: "  input.s == \(json(text()))\n"
    case 1: "  input.s in {\(json(text())), \(json(text()))}\n"
    default: ""
    }
  }

  // MARK: Bodies

  private mutating func body(_ count: Int) -> String {
    var lines = (0..<count).map { _ in "  " + statement() }
    // What an `every` uses and a later statement binds, OPA looks up too early.
    if random.below(6) == 0, lines.count > 1,
      !lines.contains(where: { $0.contains("every ") })
    {
      lines.swapAt(0, lines.count - 1)
    }
    return lines.joined(separator: "\n")
  }

  private mutating func statement() -> String {
    switch random.below(13) {
    case 0, 1:
      let kind = random.pick(Kind.allCases)
      let value = expression(kind)
      return "\(variable(kind)) := \(value)"
    case 2: return some()
    case 3:
      let negated = condition()
      // A body of nothing but `not true` holds in OPA 1.20.2 when calls in the head are written out.
      return negated == "true" ? negated : "not \(negated)"
    case 4:
      let (list, inner) = collection()
      let saved = variables
      defer { variables = saved }
      let name = variable(inner)
      return
        "every \(name) in \(list) { \(name) \(random.pick(["==", "!=", "<"])) \(expression(inner)); \(condition()) }"
    case 5:
      let (first, second) = (expression(.number), expression(.text))
      return "[\(variable(.number)), \(variable(.text))] = [\(first), \(second)]"
    case 6:
      let value = expression(.number)
      let index = variable(.number)
      return "input.list[\(index)] == \(value)"
    case 7:
      let value = expression(.number)
      let changed = condition()
      return changed == "true" ? changed : "\(changed) with input.n as \(value)"
    case 8:
      let value = expression(.number)
      return "input.o[\(variable(.text))] > \(value)"
    case 9 where !rules.isEmpty:
      let rule = random.pick(rules)
      return
        "\(rule.name) == \(expression(rule.kind)) with input as {\"n\": \(random.below(5)), \"s\": \(json(text()))}"
    default: return condition()
    }
  }

  private mutating func some() -> String {
    let (list, inner) = collection()
    if random.below(2) == 0 { return "some \(variable(inner)) in \(list)" }
    let index = variable(.any)
    return "some \(index), \(variable(inner)) in \(list)"
  }

  private mutating func collection() -> (String, Kind) {
    switch random.below(4) {
    case 0: (expression(.numbers), .number)
    case 1: (expression(.texts), .text)
    case 2: (expression(.numberSet), .number)
    default: (expression(.record), .number)
    }
  }

  private mutating func variable(_ kind: Kind) -> String {
    next += 1
    variables.append(("v\(next)", kind))
    return "v\(next)"
  }

  private mutating func condition() -> String {
    let operators = ["==", "!=", "<", "<=", ">", ">="]
    switch random.below(6) {
    case 0, 1: return "\(expression(.number)) \(random.pick(operators)) \(expression(.number))"
    case 2: return "\(expression(.text)) \(random.pick(operators)) \(expression(.text))"
    case 3: return "\(expression(.any)) \(random.pick(operators)) \(expression(.any))"
    default: return expression(.flag)
    }
  }

  // MARK: Expressions

  private mutating func expression(_ kind: Kind) -> String {
    depth += 1
    defer { depth -= 1 }
    let known = variables.filter { $0.kind == kind }
    if !known.isEmpty, random.below(2) == 0 { return random.pick(known).name }
    let made = rules.filter { $0.kind == kind }
    if !made.isEmpty, random.below(4) == 0 { return random.pick(made).name }
    let callable = functions.filter { $0.kind == kind }
    if !callable.isEmpty, depth < 3, random.below(3) == 0 {
      let function = random.pick(callable)
      return "\(function.name)(\(function.parameters.map { expression($0) }.joined(separator: ", ")))"
    }
    return depth > 3 || random.below(4) == 0 ? leaf(kind) : compound(kind)
  }

  private mutating func leaf(_ kind: Kind) -> String {
    if random.below(2) == 0 { return constant(kind) }
    return switch kind {
    case .flag: "input.b"
    case .number: random.pick(["input.n", "input.m", "input.list[0]", "input.o.a"])
    case .text: random.pick(["input.s", "input.names[1]", "input.names[_]"])
    case .numbers: "input.list"
    case .texts: "input.names"
    case .record: "input.o"
    case .numberSet: "{x | some x in input.list}"
    case .textSet: "{x | x := input.names[_]}"
    case .any: random.pick(["input.x", "input.x.b", "input.x.a", "input.x[_]"])
    }
  }

  private mutating func constant(_ kind: Kind) -> String {
    switch kind {
    case .flag: random.pick(["true", "false"])
    case .number: random.pick(["0", "1", "2", "3", "2.5", "100"])
    case .text: json(text())
    case .numbers: "[" + list(random.below(4)) { "\($0.random.below(5))" } + "]"
    case .texts: "[" + list(random.below(3)) { generator in generator.json(generator.text()) } + "]"
    case .record: "{\"a\": \(random.below(4)), \"b\": 2}"
    case .numberSet: random.below(4) == 0 ? "set()" : "{\(random.below(4)), 2}"
    case .textSet: "{\(json(text())), \"b\"}"
    case .any: random.pick(["null", "{\"a\": [1, {2}]}", "[1, \"a\", null]", "\"a\"", "{1, \"a\"}", "{}", "[]", "1"])
    }
  }

  private mutating func compound(_ kind: Kind) -> String {
    switch kind {
    case .flag: flag()
    case .number: number()
    case .text: string()
    case .numbers: numbers()
    case .texts: texts()
    case .record: record()
    case .numberSet: set(.number, .numberSet, .numbers)
    case .textSet: set(.text, .textSet, .texts)
    case .any:
      random.pick([
        "[\(expression(.any)), \(expression(.number))]", "{\"k\": \(expression(.any))}", "{\(expression(.any)), 1}",
        "json.unmarshal(json.marshal(\(expression(.numbers))))",
        "object.get(\(expression(.record)), \(expression(.text)), null)",
        "[x | x := \(expression(.any))]",
      ])
    }
  }

  private mutating func flag() -> String {
    let all = expression(.texts)
    return switch random.below(9) {
    case 0: "startswith(\(expression(.text)), \(expression(.text)))"
    case 1: "contains(\(expression(.text)), \(expression(.text)))"
    case 2: "endswith(\(expression(.text)), \(expression(.text)))"
    case 3: "\(expression(.number)) in \(expression(.numbers))"
    case 4: "\(expression(.text)) in \(all)"
    case 5: "is_number(\(expression(.any)))"
    case 6:
      "glob.match(\(random.pick(["\"*\"", "\"a*\"", "\"{a,b}*\"", "\"?b\"", "\"**.c\""])), [\".\"], \(expression(.text)))"
    case 7: "object.subset(\(expression(.record)), \(expression(.record)))"
    default: "strings.any_prefix_match(\(expression(.text)), \(all))"
    }
  }

  private mutating func number() -> String {
    switch random.below(9) {
    case 0: "\(expression(.number)) + \(expression(.number))"
    case 1: "(\(expression(.number)) - \(expression(.number)))"
    case 2: "(\(expression(.number)) * \(expression(.number)))"
    case 3: "count(\(expression(random.pick([.numbers, .texts, .record, .text, .numberSet]))))"
    case 4: "sum(\(expression(.numbers)))"
    case 5: "max(\(expression(.numberSet)))"
    case 6: "abs(\(expression(.number)))"
    case 7: "\(expression(.numbers))[\(random.below(3))]"
    default: "indexof(\(expression(.text)), \"b\")"
    }
  }

  private mutating func string() -> String {
    switch random.below(9) {
    case 0: "concat(\(json(text())), \(expression(.texts)))"
    case 1: "upper(\(expression(.text)))"
    case 2: "sprintf(\"%v-%v\", [\(expression(.any)), \(expression(.number))])"
    case 3: "substring(\(expression(.text)), \(random.below(3)), \(random.below(4)))"
    case 4: "trim(\(expression(.text)), \"a\")"
    case 5: "replace(\(expression(.text)), \"a\", \(expression(.text)))"
    case 6: "$\"x{\(expression(.number))}y\""
    case 7: "json.marshal(\(expression(.any)))"
    default: "type_name(\(expression(.any)))"
    }
  }

  private mutating func numbers() -> String {
    switch random.below(6) {
    case 0: "array.concat(\(expression(.numbers)), \(expression(.numbers)))"
    case 1: "array.slice(\(expression(.numbers)), \(random.below(2)), \(random.below(4)))"
    case 2: closure(.number, "[", "]")
    case 3: "sort(\(expression(.numberSet)))"
    case 4: "numbers.range(\(random.below(3)), \(random.below(5)))"
    default: "[\(expression(.number)), \(expression(.number))]"
    }
  }

  private mutating func texts() -> String {
    switch random.below(4) {
    case 0: "split(\(expression(.text)), \",\")"
    case 1: closure(.text, "[", "]")
    case 2: "sort(\(expression(.textSet)))"
    default: "[\(expression(.text)), \(expression(.text))]"
    }
  }

  private mutating func record() -> String {
    next += 1
    let (key, value) = ("k\(next)", "w\(next)")
    return switch random.below(5) {
    case 0: "object.union(\(expression(.record)), \(expression(.record)))"
    case 1: "object.remove(\(expression(.record)), \(expression(.texts)))"
    case 2: "{\(key): \(value) | some \(key), \(value) in \(expression(.record))}"
    case 3: "object.filter(\(expression(.record)), \(expression(.textSet)))"
    default: "{\"a\": \(expression(.number)), \"c\": \(expression(.number))}"
    }
  }

  private mutating func set(_ inner: Kind, _ own: Kind, _ list: Kind) -> String {
    switch random.below(5) {
    case 0: "(\(expression(own)) | \(expression(own)))"
    case 1: "(\(expression(own)) & \(expression(own)))"
    case 2: "(\(expression(own)) - \(expression(own)))"
    case 3: "{x | some x in \(expression(list))}"
    default: closure(inner, "{", "}")
    }
  }

  private mutating func closure(_ inner: Kind, _ open: String, _ close: String) -> String {
    let saved = variables
    defer { variables = saved }
    let statements = (0..<(1 + random.below(2))).map { _ in statement() }.joined(separator: "; ")
    return "\(open)\(expression(inner)) | \(statements)\(close)"
  }

  // MARK: Values

  private mutating func text() -> String {
    random.pick(["", "a", "b", "ab", "a,b", "abc", "a.c", "é", "B", "a/b", "b,a,c", "\\u00e9\\n"])
  }

  private func json(_ text: String) -> String { "\"\(text)\"" }

  private mutating func list(_ count: Int, _ item: (inout Generator) -> String) -> String {
    (0..<count).map { _ in item(&self) }.joined(separator: ", ")
  }

  private mutating func anything(_ depth: Int) -> String {
    switch random.below(depth > 0 ? 8 : 5) {
    case 0: "null"
    case 1: random.pick(["true", "false"])
    case 2: random.pick(["0", "1", "2", "1.5", "-1", "12345678901234567890"])
    case 3, 4: json(text())
    case 5, 6: "[" + list(random.below(3)) { $0.anything(depth - 1) } + "]"
    default: "{\"a\": \(anything(depth - 1)), \"b\": \(anything(depth - 1))}"
    }
  }
}

/// Steele, Lea and Flood's generator: one seed, one sequence.
struct SplitMix {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}
