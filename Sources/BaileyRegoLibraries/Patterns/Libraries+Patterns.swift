internal import BaileyRego

extension Libraries {
  static let patterns: [Builtin] = [
    Builtin("regex.is_valid", 1) { (a, _) in
      Value(a[0].tag == .string && (try? PatternCache.shared.pattern(a[0].text)) != nil)
    },
    Builtin("regex.match", 2, match),
    Builtin("re_match", 2, match),
    Builtin("regex.find_n", 3) { (a, c) throws(BuiltinFailure) in
      let (pattern, text) = (try PatternCache.shared.pattern(try a.string(0)), try a.string(1))
      let found = pattern.matches(text, limit: try a.integer(2), groups: 1)
      return c.heap.array(found.map { c.heap.string(text, $0[0]) })
    },
    Builtin("regex.find_all_string_submatch_n", 3) { (a, c) throws(BuiltinFailure) in
      let (pattern, text) = (try PatternCache.shared.pattern(try a.string(0)), try a.string(1))
      let found = pattern.matches(text, limit: try a.integer(2), groups: pattern.names.count)
      return c.heap.array(found.map { spans in c.heap.array(spans.map { c.heap.string(text, $0) }) })
    },
    Builtin("regex.split", 2) { (a, c) throws(BuiltinFailure) in
      let (pattern, text) = (try PatternCache.shared.pattern(try a.string(0)), try a.string(1))
      return c.heap.array(split(text, pattern).map { c.heap.string(text, $0) })
    },
    Builtin("regex.replace", 3) { (a, c) throws(BuiltinFailure) in
      let text = try a.string(0)
      let (pattern, template) = (try PatternCache.shared.pattern(try a.string(1)), try a.string(2))
      return c.heap.string(PatternTemplate(Array(template)).replace(text, pattern))
    },
    Builtin("regex.template_match", 4) { (a, _) throws(BuiltinFailure) in
      let (template, text) = (Array(try a.string(0)), try a.string(1))
      let start = try delimiter(a, 2, "start", shown: 2)
      // OPA shows the length of the start here.
      let end = try delimiter(a, 3, "end", shown: 2)
      let source = try DelimitedTemplate.pattern(template, start, end)
      return Value(try PatternCache.shared.pattern(source).isMatch(text))
    },
    Builtin("regex.globs_match", 2) { (a, _) throws(BuiltinFailure) in
      let (left, right) = (try SimpleGlob.read(Array(try a.string(0))), try SimpleGlob.read(Array(try a.string(1))))
      return Value(try GlobIntersection.isNonEmpty(left, right))
    },
  ]

  private static let match: Builtin.Function = { (a, c) throws(BuiltinFailure) in
    let (pattern, text) = (try a.string(0), try a.string(1))
    if let known = c.lastingMatchers[a[0].key] { return Value(known(text)) }
    let compiled = try PatternCache.shared.pattern(pattern)
    // Handles of this evaluation are gone with it; those of the policy stay.
    if !c.heap.owns(a[0]) { c.lastingMatchers[a[0].key] = { compiled.isMatch($0) } }
    return Value(compiled.isMatch(text))
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
  private static func split(_ text: Text, _ pattern: Pattern) -> [Range<Int>] {
    var (parts, start, end) = ([Range<Int>](), 0, 0)
    if text.isEmpty { return [0..<0] }
    for case let span? in pattern.matches(text, limit: -1, groups: 1).map({ $0[0] }) {
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
