/// What a function takes and gives.
struct Signature: Sendable {
  let parameters: [Type?]
  let result: Type?

  /// Of the builtins, by name.
  static let known: [String: Signature] = SignatureTable.rows.mapValues { Signature($0) }

  init(parameters: [Type?], result: Type?) {
    (self.parameters, self.result) = (parameters, result)
  }

  private init(_ row: String) {
    let types = row.split(separator: " ").map { word in
      var reader = TypeReader(word)
      return reader.type()
    }
    self.init(parameters: types.dropLast(), result: types.last ?? .anything)
  }
}

/// Reads the notation of the table; what it cannot read is anything.
private struct TypeReader {
  private var rest: Substring

  init(_ text: Substring) { rest = text }

  mutating func type() -> Type {
    switch rest.popFirst() {
    case "z": return .null
    case "b": return .boolean
    case "n": return .number
    case "s": return .string
    case "[": return .array([], rest: list(until: "]").first)
    case "<": return .set(list(until: ">").first ?? .anything)
    case "(": return list(until: ")").reduce(nil) { Type.either($0, $1) } ?? .anything
    case "#":
      rest = rest.dropFirst()
      return .array(list(until: ")"))
    case "{": return object()
    default: return .anything
    }
  }

  private mutating func list(until end: Character) -> [Type] {
    var types: [Type] = []
    while let next = rest.first, next != end {
      types.append(type())
      if rest.first == "," || rest.first == "|" { rest = rest.dropFirst() }
    }
    rest = rest.dropFirst()
    return types
  }

  private mutating func object() -> Type {
    var (fields, others) = ([Type.Field](), Type.Rest?.none)
    while let next = rest.first, next != "}" {
      if next == "." {
        let name = rest.dropFirst().prefix { $0 != "=" }
        rest = rest.dropFirst(name.count + 2)
        fields.append(.init(key: .init(text: Array("\"\(name)\"".utf8), type: .string), type: type()))
      } else {
        let key = type()
        rest = rest.dropFirst()
        others = Type.Rest(key: key, value: type())
      }
      if rest.first == "," { rest = rest.dropFirst() }
    }
    rest = rest.dropFirst()
    return .object(fields, rest: others)
  }
}
