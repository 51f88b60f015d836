extension Resolver {
  mutating func call(
    _ callee: Callee, _ arguments: [Term], _ location: Location
  ) throws(RegoError) -> Term {
    guard case .path(let path) = callee else { return Term(.call(callee, arguments), location) }
    if let constant = try metadata(path, arguments) { return Term(.scalar(constant), location) }
    let target = try self.callee(path, location)
    return Term(.call(target, try terms(arguments)), location)
  }

  private mutating func callee(_ path: [Value], _ location: Location) throws(RegoError) -> Callee {
    let isLocal = scopes.contains { $0.bound[path[0].key] != nil }
    if !isLocal, let absolute = functionPath(path) {
      if names.imports[path[0].key] != nil { usedImports.insert(path[0].key) }
      return .function(absolute)
    }
    let name = path.map { String($0) }.joined(separator: ".")
    if !isLocal, let shadowing = shadowing(path) {
      throw RegoError(.type, "undefined function \(shadowing)", location)
    }
    if name == "print" { throw RegoError(.type, "print(…) used as value", location) }
    guard let index = registry.index(name) else {
      throw RegoError(.type, "undefined function \(name)" + (Capabilities.refusal(name) ?? hint(name)), location)
    }
    if names.isVersion1, Registry.deprecated.contains(name) {
      throw RegoError(.type, "deprecated built-in function calls in expression: \(name)", location)
    }
    return .builtin(index)
  }

  /// What an import or a rule of the package makes of a name that is no function there.
  private func shadowing(_ path: [Value]) -> String? {
    if let imported = names.imports[path[0].key] {
      return (imported + path.dropFirst()).map { String($0) }.joined(separator: ".")
    }
    guard names.rules.contains(path[0].key) else { return nil }
    return (names.package + path).reduce("data") { $0 + "." + String($1) }
  }

  private func metadata(_ path: [Value], _ arguments: [Term]) throws(RegoError) -> Value? {
    guard let rule, arguments.isEmpty, path.count == 3, path[0].text.elementsEqual("rego".utf8),
      path[1].text.elementsEqual("metadata".utf8)
    else { return nil }
    switch String(path[2]) {
    case "chain": return try metadata.chain(rule, names.package, heap)
    case "rule": return try metadata.rule(rule, heap)
    default: return nil
    }
  }

  /// Where a function of the policy is, if the name means one.
  func functionPath(_ path: [Value]) -> [Value]? {
    var absolute = names.package + path
    if path[0].text.elementsEqual("data".utf8) {
      absolute = Array(path.dropFirst())
    } else if let imported = names.imports[path[0].key] {
      absolute = Array(imported.dropFirst()) + path.dropFirst()
    }
    return names.arities[absolute.map(\.key)] == nil ? nil : absolute
  }

  func arity(of callee: Callee) -> Int {
    switch callee {
    case .builtin(let index): registry.builtins[index].arity
    case .function(let path): names.arities[path.map(\.key)] ?? 0
    case .path: 0
    }
  }

  private func hint(_ name: String) -> String {
    let near = registry.names.map { ($0, Spelling.distance($0, name)) }.min { $0.1 < $1.1 }
    guard let near, near.1 <= 2 else { return "" }
    return " (did you mean \(near.0)?)"
  }

  /// A name of a builtin or function in the place of a value stands for the function itself.
  func functionNamed(by term: Term) -> Term? {
    guard let path = term.namePath, !scopes.contains(where: { $0.bound[path[0].key] != nil }) else { return nil }
    if let function = functionPath(path) { return Term(.call(.function(function), []), term.location) }
    if path[0].text.elementsEqual("data".utf8) || names.rules.contains(path[0].key) || names.imports[path[0].key] != nil
    {
      return nil
    }
    return registry.index(path.map { String($0) }.joined(separator: ".")).map {
      Term(.call(.builtin($0), []), term.location)
    }
  }
}

extension Term {
  /// `a.b.c` as names, if it is nothing else.
  fileprivate var namePath: [Value]? {
    switch node {
    case .name(let name): return [name]
    case .ref(let head, let path):
      guard case .name(let first) = head.node else { return nil }
      var names = [first]
      for part in path {
        guard case .scalar(let name) = part.node, name.tag == .string else { return nil }
        names.append(name)
      }
      return names
    default: return nil
    }
  }
}
