extension Registry {
  static let strings: [Builtin] = searches + changes + parts

  private static let searches: [Builtin] = [
    Builtin("contains", 2) { (a, _) throws(BuiltinFailure) in Value(try a.string(0).find(a.string(1)) != nil) },
    Builtin("startswith", 2) { (a, _) throws(BuiltinFailure) in Value(try a.string(0).has(a.string(1), at: 0)) },
    Builtin("endswith", 2) { (a, _) throws(BuiltinFailure) in
      let (text, end) = (try a.string(0), try a.string(1))
      return Value(text.has(end, at: text.count - end.count))
    },
    Builtin("indexof", 2) { (a, _) throws(BuiltinFailure) in
      let (text, part) = (try a.string(0), try a.string(1))
      guard part.count > 0 else { throw BuiltinFailure("empty search character") }
      guard let at = text.find(part) else { return Value(integer: -1) }
      return Value(integer: Unicode.count(text[0..<at]))
    },
    Builtin("indexof_n", 2) { (a, c) throws(BuiltinFailure) in
      let (text, part) = (Unicode.scalars(try a.string(0)), Unicode.scalars(try a.string(1)))
      guard !part.isEmpty else { throw BuiltinFailure("empty search character") }
      try c.spend(text.count * (part.count >> 4))
      let found = text.indices.filter { text[$0...].starts(with: part) }
      return c.heap.array(found.map { Value(integer: $0) })
    },
    Builtin("strings.count", 2) { (a, _) throws(BuiltinFailure) in
      let (text, part) = (try a.string(0), try a.string(1))
      guard part.count > 0 else { return Value(integer: Unicode.count(text) + 1) }
      var (count, at) = (0, 0)
      while let found = text.find(part, from: at) {
        count += 1
        at = found + part.count
      }
      return Value(integer: count)
    },
    Builtin("strings.any_prefix_match", 2) { (a, c) throws(BuiltinFailure) in
      try anyMatch(a, c) { text, part in text.has(part, at: 0) }
    },
    Builtin("strings.any_suffix_match", 2) { (a, c) throws(BuiltinFailure) in
      try anyMatch(a, c) { text, part in text.has(part, at: text.count - part.count) }
    },
  ]

  private static func anyMatch(
    _ a: Arguments, _ context: BuiltinContext, _ matches: (Text, Text) -> Bool
  ) throws(BuiltinFailure) -> Value {
    let texts = try stringOrStrings(a, 0)
    let parts = try stringOrStrings(a, 1)
    try context.spend(texts.count * parts.count >> 3)
    return Value(texts.contains { text in parts.contains { matches(text.text, $0.text) } })
  }

  private static func stringOrStrings(_ a: Arguments, _ index: Int) throws(BuiltinFailure) -> [Value] {
    switch a[index].tag {
    case .string: return [a[index]]
    case .array, .set: return try a.strings(index)
    default: throw a.mismatch(index, "one of {string, set, array}")
    }
  }

  private static let changes: [Builtin] = [
    Builtin("concat", 2) { (a, c) throws(BuiltinFailure) in
      let separator = try a.string(0)
      let parts = try a.strings(1).map(\.text)
      let size = parts.reduce(separator.count * max(0, parts.count - 1)) { $0 + $1.count }
      if size > c.heap.room { throw BuiltinFailure("result is too large", kind: .halt) }
      let joined = parts.joined(separator: separator)
      return c.heap.string(Array(joined))
    },
    Builtin("lower", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Unicode.bytes(Unicode.scalars(try a.string(0)).map(\.simpleLowercase)))
    },
    Builtin("upper", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Unicode.bytes(Unicode.scalars(try a.string(0)).map(\.simpleUppercase)))
    },
    Builtin("replace", 3) { (a, c) throws(BuiltinFailure) in
      c.heap.string(try replace(a.string(0), a.string(1), a.string(2), room: c.heap.room))
    },
    Builtin("strings.replace_n", 2) { (a, c) throws(BuiltinFailure) in
      let patterns = try a.object(0)
      let text = Array(try a.string(1))
      var pairs: [([UInt8], [UInt8])] = []
      for pair in patterns.pairs {
        for (part, name) in [(pair.key, "key"), (pair.value, "value")] where part.tag != .string {
          throw BuiltinFailure("operand 1 non-string \(name) found in pattern object", kind: .type)
        }
        pairs.append((Array(pair.key.text), Array(pair.value.text)))
      }
      try c.spend((text.count >> 3) * pairs.count)
      return c.heap.string(try replaceAll(text, pairs, room: c.heap.room))
    },
    Builtin("strings.reverse", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Unicode.bytes(Unicode.scalars(try a.string(0)).reversed()))
    },
    Builtin("sprintf", 2) { (a, c) throws(BuiltinFailure) in
      guard a[0].tag == .string else { throw a.mismatch(0, "string") }
      guard let text = GoFormat.format(a[0].text, try a.array(1).items, limit: c.heap.room) else {
        throw BuiltinFailure("result is too large", kind: .halt)
      }
      return c.heap.string(text)
    },
    Builtin("format_int", 2) { (a, c) throws(BuiltinFailure) in
      let base = try a.integer(1)
      guard [2, 8, 10, 16].contains(base) else {
        throw BuiltinFailure("operand 2 must be one of {2, 8, 10, 16}", kind: .type)
      }
      let value = Number.double(try a.number(0)).rounded(.towardZero)
      guard let whole = Int(exactly: value) else { return .undefined }
      return c.heap.string(String(whole, radix: base))
    },
  ]

  /// An empty pattern stands between all code points.
  private static func replace(
    _ text: Text, _ old: Text, _ new: Text, room: Int
  ) throws(BuiltinFailure) -> [UInt8] {
    var out: [UInt8] = []
    // Only what might be too much is counted.
    if text.count / max(1, old.count) >= room / max(1, new.count) { try checkRoom(text, old, new, room) }
    guard old.count > 0 else {
      for byte in text {
        if byte & 0xC0 != 0x80 { out += new }
        out.append(byte)
      }
      return out + new
    }
    var at = 0
    while let found = text.find(old, from: at) {
      out += text[at..<found]
      out += new
      at = found + old.count
    }
    return out + text[at...]
  }

  private static func checkRoom(_ text: Text, _ old: Text, _ new: Text, _ room: Int) throws(BuiltinFailure) {
    var (size, at) = (text.count, 0)
    while at <= text.count, let found = text.find(old, from: at) {
      size += new.count
      if size > room { throw BuiltinFailure("result is too large", kind: .halt) }
      at = found + max(1, old.count)
    }
  }

  /// All patterns at once, left to right; the first that fits holds.
  private static func replaceAll(_ text: [UInt8], _ pairs: [([UInt8], [UInt8])], room: Int) throws(BuiltinFailure)
    -> [UInt8]
  {
    var (out, at) = ([UInt8](), 0)
    while at < text.count {
      if let (old, new) = pairs.first(where: { !$0.0.isEmpty && text[at...].starts(with: $0.0) }) {
        out += new
        at += old.count
        if out.count > room { throw BuiltinFailure("result is too large", kind: .halt) }
      } else {
        out.append(text[at])
        at += 1
      }
    }
    return out
  }

  /// The texts between separators; of an empty one, all characters.
  private static func pieces(_ text: Text, _ separator: Text, _ heap: Heap) -> [Value] {
    guard separator.count > 0 else { return Unicode.scalars(text).map { heap.string(Unicode.bytes([$0])) } }
    var (pieces, at) = ([Value](), 0)
    while let found = text.find(separator, from: at) {
      pieces.append(heap.string(Array(text[at..<found])))
      at = found + separator.count
    }
    return pieces + [heap.string(Array(text[at...]))]
  }

  private static func clamped(_ count: Int) -> Int { Int(min(count.magnitude, UInt(Int32.max))) }

  private static let parts: [Builtin] = [
    Builtin("split", 2) { (a, c) throws(BuiltinFailure) in
      c.heap.array(pieces(try a.string(0), try a.string(1), c.heap))
    },
    Builtin("strings.split_n", 3) { (a, c) throws(BuiltinFailure) in
      let (text, separator, count) = (try a.string(0), try a.string(1), try a.integer(2))
      let pieces = pieces(text, separator, c.heap)
      return c.heap.array(Array(count < 0 ? pieces.suffix(clamped(count)) : pieces.prefix(clamped(count))))
    },
    Builtin("substring", 3) { (a, c) throws(BuiltinFailure) in
      let scalars = Unicode.scalars(try a.string(0))
      let (start, length) = (try a.integer(1), try a.integer(2))
      guard start >= 0 else { throw BuiltinFailure("negative offset") }
      guard start < scalars.count else { return .emptyString }
      let end = length < 0 ? scalars.count : min(scalars.count, start + min(length, scalars.count))
      return c.heap.string(Unicode.bytes(scalars[start..<end]))
    },
    Builtin("trim", 2) { (a, c) throws(BuiltinFailure) in c.heap.string(try trim(a, left: true, right: true)) },
    Builtin("trim_left", 2) { (a, c) throws(BuiltinFailure) in c.heap.string(try trim(a, left: true, right: false)) },
    Builtin("trim_right", 2) { (a, c) throws(BuiltinFailure) in c.heap.string(try trim(a, left: false, right: true)) },
    Builtin("trim_prefix", 2) { (a, c) throws(BuiltinFailure) in
      let (text, part) = (try a.string(0), try a.string(1))
      return text.has(part, at: 0) ? c.heap.string(Array(text[part.count...])) : a[0]
    },
    Builtin("trim_suffix", 2) { (a, c) throws(BuiltinFailure) in
      let (text, part) = (try a.string(0), try a.string(1))
      let at = text.count - part.count
      return text.has(part, at: at) ? c.heap.string(Array(text[..<at])) : a[0]
    },
    Builtin("trim_space", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Unicode.bytes(trimmed(Unicode.scalars(try a.string(0)), true, true) { $0.properties.isWhitespace }))
    },
  ]

  private static func trim(_ a: Arguments, left: Bool, right: Bool) throws(BuiltinFailure) -> [UInt8] {
    let scalars = Unicode.scalars(try a.string(0))
    let cut = Set(Unicode.scalars(try a.string(1)))
    return Unicode.bytes(trimmed(scalars, left, right, cut.contains))
  }

  private static func trimmed(
    _ scalars: [Unicode.Scalar], _ left: Bool, _ right: Bool, _ cut: (Unicode.Scalar) -> Bool
  ) -> ArraySlice<Unicode.Scalar> {
    var rest = scalars[...]
    if left { rest = rest.drop(while: cut) }
    while right, let last = rest.last, cut(last) { rest.removeLast() }
    return rest
  }
}

extension Unicode.Scalar {
  /// Go maps one code point to one; where the full mapping has more, the simple one is the first or the scalar itself.
  var simpleLowercase: Unicode.Scalar {
    if value == 0x130 { return "i" }
    let mapped = properties.lowercaseMapping.unicodeScalars
    return mapped.count == 1 ? mapped[mapped.startIndex] : self
  }

  var simpleUppercase: Unicode.Scalar {
    let mapped = properties.uppercaseMapping.unicodeScalars
    return mapped.count == 1 ? mapped[mapped.startIndex] : self
  }
}
