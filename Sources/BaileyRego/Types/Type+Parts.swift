extension Type {
  /// The type of what stands at a constant key; nil where there can be nothing.
  func part(_ key: Key) -> Type? {
    switch shape {
    case .array(let items, let rest):
      guard let index = Int(String(decoding: key.text, as: UTF8.self)), index >= 0 else { return nil }
      return index < items.count ? items[index] ?? .anything : rest
    case .object(let fields, let rest):
      if let field = fields.first(where: { $0.key == key }) { return field.type ?? .anything }
      guard let rest, (rest.key ?? .anything).includes(key.type) else { return nil }
      return rest.value ?? .anything
    case .set(let of): return (of ?? .anything).includes(key.type) ? key.type : nil
    case .any(let types):
      return types.isEmpty ? self : types.reduce(nil) { Type.either($1.part(key), $0) }
    case .null, .boolean, .number, .string, .function: return nil
    }
  }

  private func includes(_ type: Type) -> Bool { isAnything || members.contains { $0.equals(type) } }

  /// The type of all keys together; nil for what has none.
  var keys: Type? {
    switch shape {
    case .array: return .number
    case .object(let fields, let rest):
      return Type.either(fields.reduce(nil) { Type.either($0, $1.key.type) }, rest.map { $0.key ?? .anything })
    case .set(let of): return of ?? .anything
    case .any(let types): return types.isEmpty ? self : types.reduce(nil) { Type.either($1.keys, $0) }
    case .null, .boolean, .number, .string, .function: return nil
    }
  }

  /// The type of all that is inside.
  var values: Type? {
    switch shape {
    case .array(let items, let rest): return items.reduce(rest) { Type.either($0, $1 ?? .anything) }
    case .object(let fields, let rest):
      return fields.reduce(rest.map { $0.value ?? .anything }) { Type.either($0, $1.type ?? .anything) }
    case .set(let of): return of ?? .anything
    case .any(let types): return types.isEmpty ? self : types.reduce(nil) { Type.either($1.values, $0) }
    case .null, .boolean, .number, .string, .function: return nil
    }
  }

  /// The keys that are known, for messages.
  var knownKeys: [[UInt8]] {
    switch shape {
    case .object(let fields, _): return fields.map(\.key.text)
    case .any(let types): return types.flatMap(\.knownKeys)
    default: return []
    }
  }

  // MARK: Fitting

  /// Whether one value can be of both types; one that is not known can be of any.
  static func unify(_ left: Type?, _ right: Type?) -> Bool {
    guard let left, let right else { return true }
    if case .any(let types) = left.shape {
      if case .function = right.shape { return false }
      return types.isEmpty || types.contains { unify($0, right) }
    }
    if case .any = right.shape { return unify(right, left) }
    switch (left.shape, right.shape) {
    case (.null, .null), (.boolean, .boolean), (.number, .number), (.string, .string): return true
    case (.array(let first, let firstRest), .array(let second, let secondRest)):
      for index in 0..<max(first.count, second.count) {
        guard index < first.count || firstRest != nil, index < second.count || secondRest != nil else { return false }
        let pair = (index < first.count ? first[index] : firstRest, index < second.count ? second[index] : secondRest)
        guard unify(pair.0, pair.1) else { return false }
      }
      return firstRest == nil || secondRest == nil || unify(firstRest, secondRest)
    case (.set(let first), .set(let second)): return unify(first, second)
    case (.object(let first, let firstRest), .object(let second, let secondRest)):
      for key in (first + second).map(\.key) {
        guard let one = left.part(key), let other = right.part(key) else {
          if firstRest == nil, secondRest == nil { return false }
          continue
        }
        guard unify(one, other) else { return false }
      }
      return firstRest == nil || secondRest == nil || unify(firstRest?.value, secondRest?.value)
    case (.function(let first, _), .function(let second, _)):
      return first.count == second.count && zip(first, second).allSatisfy { unify($0, $1) }
    default: return false
    }
  }

  // MARK: Text

  /// In OPA's words.
  static func text(_ type: Type?) -> String {
    guard let type else { return "???" }
    switch type.shape {
    case .null: return "null"
    case .boolean: return "boolean"
    case .number: return "number"
    case .string: return "string"
    case .array(let items, let rest):
      let known = items.isEmpty && rest != nil ? "" : "<" + items.map { text($0) }.joined(separator: ", ") + ">"
      return "array" + known + (rest.map { "[" + text($0) + "]" } ?? "")
    case .object(let fields, let rest):
      let parts = fields.map { String(decoding: $0.key.name, as: UTF8.self) + ": " + text($0.type) }
      let known = fields.isEmpty && rest != nil ? "" : "<" + parts.joined(separator: ", ") + ">"
      return "object" + known + (rest.map { "[" + text($0.key) + ": " + text($0.value) + "]" } ?? "")
    case .set(let of): return "set[" + text(of) + "]"
    case .any(let types):
      let sorted = types.map { text($0) }.sorted()
      return sorted.isEmpty ? "any" : "any<" + sorted.joined(separator: ", ") + ">"
    case .function(let parameters, let result): return text(parameters) + " => " + text(result)
    }
  }

  static func text(_ types: [Type?]) -> String { "(" + types.map { text($0) }.joined(separator: ", ") + ")" }
}

extension Type.Key {
  init(_ value: Value) {
    text = JSONWriter.write(value)
    type = Type(value) ?? .anything
  }

  /// A string without its quotes.
  var name: [UInt8] { text.first == 0x22 ? Array(text.dropFirst().dropLast()) : text }
}

extension Type {
  /// The type of a constant.
  init?(_ value: Value) {
    switch value.tag {
    case .undefined: return nil
    case .null: self = .null
    case .boolean: self = .boolean
    case .integer, .number: self = .number
    case .string: self = .string
    case .array: self = .array(value.items.map { Type($0) })
    case .set: self = .set(value.items.reduce(nil) { Type.either($0, Type($1)) } ?? .anything)
    case .object: self = .object(value.pairs.map { Field(key: Key($0.key), type: Type($0.value)) })
    }
  }
}
