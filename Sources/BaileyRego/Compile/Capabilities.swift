/// Which builtins policies may use, in the form of OPA's capabilities file.
package struct Capabilities: Sendable {
  package var builtins: Set<String>
  /// Of the language.
  let features: Features

  /// Builtins that OPA has and that are refused here, with the reason.
  private static let refused: [(prefix: String, why: String)] = [
    ("http.send", "a decision does no I/O"), ("net.lookup_ip_addr", "a decision does no I/O"),
    ("graphql.", "GraphQL is not supported"), ("providers.aws.", "signing requests is no decision's task"),
  ]

  static func refusal(_ name: String) -> String? {
    guard Signature.known[name] != nil, let entry = refused.first(where: { name.hasPrefix($0.prefix) }) else {
      return nil
    }
    return ": refused here: \(entry.why)"
  }

  /// Of later versions of OPA; here they mean nothing.
  private static let laterKeywords = ["and", "not", "or"]

  /// A list that is missing is empty, as in OPA.
  private static func names(_ list: Document, _ name: String) throws(RegoError) -> Set<String> {
    try list.read { (list, _) throws(RegoError) in
      if list.isUndefined { return [] }
      guard list.tag == .array, list.items.allSatisfy({ $0.tag == .string }) else {
        throw RegoError(.json, "capabilities: \(name) must be an array of strings")
      }
      return Set(list.items.map { String($0) })
    }
  }

  /// Reads a capabilities file; of its builtins only the names count.
  package init(_ json: [UInt8]) throws(RegoError) {
    let document = try Document(json: json)
    features = try Features(
      names: Self.names(document["features"], "features"),
      keywords: Self.names(document["future_keywords"], "future_keywords"))
    let unknown = features.keywords.subtracting(Features.knownKeywords + Self.laterKeywords).min()
    if let unknown { throw RegoError(.json, "illegal capabilities: unknown keyword: \(unknown)") }
    builtins = try document.read { (file, heap) throws(RegoError) in
      let list = file.child(heap.string("builtins"))
      guard list.tag == .array else { throw RegoError(.json, "capabilities: builtins must be an array") }
      return Set(
        try list.items.map { item throws(RegoError) in
          let name = item.child(heap.string("name"))
          guard name.tag == .string else { throw RegoError(.json, "capabilities: a builtin must have a name") }
          return String(name)
        })
    }
  }
}

extension Registry {
  /// What the language itself calls; no file can take it away.
  private static let needed: Set<String> = [
    "equal", "neq", "lt", "lte", "gt", "gte", "internal.member_2", "internal.member_3", "internal.print", "print",
  ]

  /// The same with only those builtins that are allowed.
  package func restricted(to capabilities: Capabilities) -> Registry {
    var registry = self
    registry.features = capabilities.features
    registry.keep { capabilities.builtins.contains($0) || Self.needed.contains($0) }
    return registry
  }

  /// A capabilities file with the builtins of this engine, as OPA's tools read it.
  package func capabilities() -> [UInt8] { Heap.lending { JSONWriter.write(capabilities($0)) } }

  private func capabilities(_ heap: Heap) -> Value {
    func object(_ pairs: [(String, Value)]) -> Value { heap.object(pairs.map { (heap.string($0.0), $0.1) }) }
    let names = names.filter { Signature.known[$0] != nil }.sorted()
    let list = names.map { name in
      var pairs = [("name", heap.string(name))]
      if let signature = Signature.known[name] {
        let function = Type.function(signature.parameters, result: signature.result)
        pairs.append(("decl", function.declaration(heap)))
      }
      return object(pairs)
    }
    return object([
      ("builtins", heap.array(list)), ("features", heap.array(Features.known.map { heap.string($0) })),
      ("future_keywords", heap.array(Features.knownKeywords.map { heap.string($0) })),
      ("wasm_abi_versions", .emptyArray),
    ])
  }
}

extension Type {
  /// As OPA writes types in JSON.
  func declaration(_ heap: Heap) -> Value {
    func object(_ pairs: [(String, Value)]) -> Value { heap.object(pairs.map { (heap.string($0.0), $0.1) }) }
    func part(_ type: Type?) -> Value { (type ?? .anything).declaration(heap) }
    func named(_ name: String, _ more: [(String, Value)] = []) -> Value { object([("type", heap.string(name))] + more) }
    switch shape {
    case .null: return named("null")
    case .boolean: return named("boolean")
    case .number: return named("number")
    case .string: return named("string")
    case .array(let items, let rest):
      let known = items.isEmpty ? [] : [("static", heap.array(items.map(part)))]
      return named("array", known + (rest.map { [("dynamic", part($0))] } ?? []))
    case .set(let of): return named("set", [("of", part(of))])
    case .any(let types): return named("any", types.isEmpty ? [] : [("of", heap.array(types.map(part)))])
    case .object(let fields, let rest):
      let known = fields.map { object([("key", heap.string($0.key.name)), ("value", part($0.type))]) }
      let others = rest.map { [("dynamic", object([("key", part($0.key)), ("value", part($0.value))]))] } ?? []
      return named("object", (known.isEmpty ? [] : [("static", heap.array(known))]) + others)
    case .function(let parameters, let result):
      return named("function", [("args", heap.array(parameters.map(part))), ("result", part(result))])
    }
  }
}
