internal import BaileyRego

extension Libraries {
  static let patterns: [Builtin] = [
    Builtin("regex.is_valid", 1) { (a, _) in
      Value(a[0].tag == .string && (try? PatternCache.shared.pattern(a[0].text)) != nil)
    },
    Builtin("regex.match", 2, match),
    Builtin("re_match", 2, match),
    Builtin("regex.find_n", 3) { (a, c) throws(BuiltinFailure) in
      let (pattern, text) = (try pattern(a, 0, searching: 1, c), try a.string(1))
      let found = try pattern.matches(text, limit: try a.integer(2), groups: 1, c)
      return c.heap.array(found.map { c.heap.string(text, $0[0]) })
    },
    Builtin("regex.find_all_string_submatch_n", 3) { (a, c) throws(BuiltinFailure) in
      let (pattern, text) = (try pattern(a, 0, searching: 1, c), try a.string(1))
      let found = try pattern.matches(text, limit: try a.integer(2), groups: pattern.names.count, c)
      return c.heap.array(found.map { spans in c.heap.array(spans.map { c.heap.string(text, $0) }) })
    },
    Builtin("regex.split", 2) { (a, c) throws(BuiltinFailure) in
      let (pattern, text) = (try pattern(a, 0, searching: 1, c), try a.string(1))
      return c.heap.array(try split(text, pattern, c).map { c.heap.string(text, $0) })
    },
    Builtin("regex.replace", 3) { (a, c) throws(BuiltinFailure) in
      let text = try a.string(0)
      let (pattern, template) = (try pattern(a, 1, searching: 0, c), try a.string(2))
      return c.heap.string(try PatternTemplate(Array(template)).replace(text, pattern, c))
    },
    Builtin("regex.template_match", 4) { (a, c) throws(BuiltinFailure) in
      let (template, text) = (Array(try a.string(0)), try a.string(1))
      try pay(template.count, text, c)
      let start = try delimiter(a, 2, "start", shown: 2)
      // OPA shows the length of the start here.
      let end = try delimiter(a, 3, "end", shown: 2)
      let source = try DelimitedTemplate.pattern(template, start, end)
      return Value(try PatternCache.shared.pattern(source).isMatch(text))
    },
    Builtin("regex.globs_match", 2) { (a, c) throws(BuiltinFailure) in
      let (left, right) = (try SimpleGlob.read(Array(try a.string(0))), try SimpleGlob.read(Array(try a.string(1))))
      return Value(try GlobIntersection.isNonEmpty(left, right, c))
    },
  ]

  private static let match: Builtin.Function = { (a, c) throws(BuiltinFailure) in
    let (pattern, text) = (try a.string(0), try a.string(1))
    try pay(pattern.count, text, c)
    if let known = c.lastingMatchers[a[0].key] { return Value(known(text)) }
    let compiled = try PatternCache.shared.pattern(pattern)
    // Handles of this evaluation are gone with it; those of the policy stay.
    if !c.heap.owns(a[0]) { c.lastingMatchers[a[0].key] = { compiled.isMatch($0) } }
    return Value(compiled.isMatch(text))
  }

  /// RE2's time grows with the pattern and with the text, at worst with both.
  private static func pay(_ pattern: Int, _ text: Text, _ context: BuiltinContext) throws(BuiltinFailure) {
    try context.spend((text.count >> 5) * (1 + pattern >> 3))
  }

  private static func pattern(
    _ a: Arguments, _ index: Int, searching text: Int, _ context: BuiltinContext
  ) throws(BuiltinFailure) -> Pattern {
    let source = try a.string(index)
    try pay(source.count, try a.string(text), context)
    return try PatternCache.shared.pattern(source)
  }

  private static func delimiter(_ a: Arguments, _ index: Int, _ name: String, shown: Int)
    throws(BuiltinFailure) -> UInt8
  {
    let (text, shown) = (try a.string(index), try a.string(shown))
    guard let byte = text.first, text.count == 1 else {
      throw BuiltinFailure("\(name) delimiter has to be exactly one character long but is \(shown.count) long")
    }
    return byte
  }

  /// Go's `Regexp.Split` without a limit.
  private static func split(
    _ text: Text, _ pattern: Pattern, _ context: BuiltinContext
  ) throws(BuiltinFailure) -> [Range<Int>] {
    var (parts, start, end) = ([Range<Int>](), 0, 0)
    if text.isEmpty { return [0..<0] }
    for case let span? in try pattern.matches(text, limit: -1, groups: 1, context).map({ $0[0] }) {
      end = span.lowerBound
      if span.upperBound != 0 { parts.append(start..<end) }
      start = span.upperBound
    }
    if end != text.count { parts.append(start..<text.count) }
    return parts
  }
}

extension Heap {
  /// Part of a text; a group that took no part is empty.
  func string(_ text: Text, _ span: Range<Int>?) -> Value { string(Array(text[span ?? 0..<0])) }
}
