extension TypeCheck {
  /// A reference must lead to where there can be something.
  mutating func check(reference head: Term, _ path: [Term], _ location: Location) {
    for key in path {
      if case .local = key.node { continue }
      check(key)
    }
    switch head.node {
    case .data: checkDocument(path, location)
    case .input: follow(.anything, path, from: 0, head, location)
    case .local(let slot):
      if locals[slot] == nil { locals[slot] = .anything }
      follow(locals[slot], path, from: 0, head, location)
    default:
      check(head)
      if isLax { return bindRest(path[...]) }
      // What has no type had an error of its own.
      if let type = type(of: head) { follow(type, path, from: 0, head, location) }
    }
  }

  /// Down the tree of rules as far as keys are known, then by types.
  private mutating func checkDocument(_ path: [Term], _ location: Location) {
    let head = Term(.data, location)
    var (node, used) = (0, 0)
    while used < path.count, documents.nodes[node].type == nil {
      guard case .scalar(let key) = path[used].node else {
        return checkKeys(node, path, used, head, location)
      }
      guard let next = documents.child(node, key) else { return bindRest(path[used...]) }
      (node, used) = (next, used + 1)
    }
    guard let type = documents.nodes[node].type else { return }
    if case .function = type.shape, used == path.count {
      return report("undefined ref: \(text(head, path)) is a function", location)
    }
    follow(type, path, from: used, head, location)
  }

  /// A computed key among packages: any of their names, and base data may have more.
  private mutating func checkKeys(_ node: Int, _ path: [Term], _ used: Int, _ head: Term, _ location: Location) {
    let keys = documents.extent(node)?.keys
    if !fitsKey(path[used], keys) {
      report("undefined ref: \(text(head, path)): have \(have(path[used])), want \(Type.text(keys))", location)
    }
    bindRest(path[used...])
  }

  private mutating func bindRest(_ path: ArraySlice<Term>) {
    for case .local(let slot) in path.map(\.node) where locals[slot] == nil { locals[slot] = .anything }
  }

  private mutating func follow(_ start: Type?, _ path: [Term], from: Int, _ head: Term, _ location: Location) {
    var at = start
    for index in path.indices.dropFirst(from) {
      guard let type = at, let keys = type.keys else {
        if at != nil || index == from {
          report("undefined ref: \(text(head, path)): have \(Type.text(at))", location)
        }
        return
      }
      let next: Type?
      if case .scalar(let key) = path[index].node {
        next = type.part(Type.Key(key))
        if next == nil { return report(missing(head, path, index, type), location) }
      } else {
        guard fitsKey(path[index], keys) else {
          return report(
            "undefined ref: \(text(head, path)): have \(have(path[index])), want \(Type.text(keys))", location)
        }
        next = type.values
      }
      at = next
    }
  }

  private mutating func fitsKey(_ key: Term, _ keys: Type?) -> Bool { keys == nil || fit(key, keys) }

  // MARK: Words

  private func missing(_ head: Term, _ path: [Term], _ index: Int, _ type: Type) -> String {
    let known = Set(type.knownKeys.map { String(decoding: $0, as: UTF8.self) }).sorted()
    let want = known.isEmpty ? Type.text(type.keys) : "one of [" + known.joined(separator: ", ") + "]"
    return "undefined ref: \(text(head, path)): have \(short(path[index])), want \(want)"
  }

  private func have(_ key: Term) -> String { Type.text(type(of: key)) }

  private func short(_ term: Term) -> String {
    if case .scalar(let value) = term.node { String(decoding: JSONWriter.write(value), as: UTF8.self) } else { "…" }
  }

  /// A reference as it is written, as far as it is simple.
  private func text(_ head: Term, _ path: [Term]) -> String {
    path.reduce(name(head)) { $0 + suffix($1) }
  }

  private func name(_ term: Term) -> String {
    switch term.node {
    case .data: "data"
    case .input: "input"
    case .local(let slot): names.indices.contains(slot) ? String(names[slot]) : "_"
    case .scalar: short(term)
    default: "…"
    }
  }

  private func suffix(_ key: Term) -> String {
    guard case .scalar(let value) = key.node else { return "[\(name(key).hasPrefix("$") ? "_" : name(key))]" }
    guard value.tag == .string, let first = value.text.first, Lexer.startsWord(first),
      value.text.allSatisfy(Lexer.continuesWord)
    else { return "[\(short(key))]" }
    return ".\(String(value))"
  }
}
