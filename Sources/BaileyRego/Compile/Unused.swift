/// What strict checks refuse, and OPA always: variables and imports that nothing uses.
struct Unused {
  enum Kind { case declared, assigned, argument }

  private var introduced: [(kind: Kind, slot: Int, name: Value, location: Location)] = []
  private var used = SlotSet()

  mutating func introduce(_ kind: Kind, _ slot: Int, _ name: Value, _ location: Location) {
    introduced.append((kind, slot, name, location))
  }

  mutating func use(_ slot: Int) { used.insert(slot) }

  /// A `some` without a use is always wrong, the others are when checks are strict.
  func errors(strict: Bool) -> [RegoError] {
    introduced.compactMap { entry in
      guard !used.contains(entry.slot), strict || entry.kind == .declared else { return nil }
      let name = String(entry.name)
      let message =
        switch entry.kind {
        case .declared: "declared var \(name) unused"
        case .assigned: "assigned var \(name) unused"
        case .argument: "unused argument \(name). (hint: use _ (wildcard variable) instead)"
        }
      return RegoError(.compile, message, entry.location)
    }
  }

  /// The imports of `data` and `input` whose names no rule says.
  static func imports(_ module: Module, used: Set<Value.Key>) -> [RegoError] {
    module.imports.compactMap { declaration in
      let root = String(declaration.path[0])
      guard root == "data" || root == "input", let name = declaration.alias ?? declaration.path.last,
        !used.contains(name.key)
      else { return nil }
      let path = declaration.path.map { String($0) }.joined(separator: ".")
      let alias = declaration.alias.map { " as " + String($0) } ?? ""
      return RegoError(.compile, "import \(path)\(alias) unused", declaration.location)
    }
  }
}
