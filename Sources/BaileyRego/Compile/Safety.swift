/// Puts the statements of each body into an order in which every variable is bound before it is read.
///
/// This is OPA's order: the first statement that can run, again and again.
struct Safety {
  /// The names of the rule's slots.
  let slots: [Value]
  let registry: Registry
  private(set) var errors: [RegoError] = []

  init(slots: [Value], registry: Registry) {
    self.slots = slots
    self.registry = registry
  }

  /// The ordered body and what is bound behind it.
  mutating func order(_ statements: [Statement], _ safe: SlotSet) -> (body: [Statement], safe: SlotSet) {
    var (ordered, bound, waiting) = ([Statement](), safe, statements)
    while !waiting.isEmpty {
      var rest: [Statement] = []
      for statement in waiting {
        if let outputs = Binding.outputs(statement, bound) {
          ordered.append(inner(statement, bound))
          bound.formUnion(outputs)
        } else {
          rest.append(statement)
        }
      }
      if rest.count == waiting.count {
        report(rest, bound)
        return (ordered + rest, bound)
      }
      waiting = rest
    }
    return (ordered, bound)
  }

  private mutating func report(_ waiting: [Statement], _ safe: SlotSet) {
    let prints = waiting.filter { $0.calls("internal.print", registry) }
    let statements = prints.isEmpty ? waiting : prints
    var unsafeSlots: SlotSet = SlotSet()
    for statement in statements { unsafeSlots.formUnion(Binding.free(statement).subtracting(safe)) }
    var reported: Set<Value.Key> = []
    let location = statements.first?.location
    for slot in unsafeSlots.members where reported.insert(slots[slot].key).inserted {
      let name = slots[slot].text.first == 0x24 ? "_" : String(slots[slot])
      errors.append(
        !prints.isEmpty
          ? RegoError(.compile, "var \(name) is undeclared", location)
          : RegoError(.unsafeVariable, "var \(name) is unsafe", location))
    }
  }

  /// Heads and values: every variable must be bound, though references may still iterate.
  mutating func check(_ term: Term, _ safe: SlotSet) -> Term {
    if Binding.evaluate(term, safe) == nil {
      report([Statement(kind: .term(term), location: term.location)], safe)
    }
    return closures(in: term, safe)
  }

  /// The same statement with the bodies inside ordered.
  private mutating func inner(_ statement: Statement, _ safe: SlotSet) -> Statement {
    var result = statement
    for index in result.modifiers.indices {
      result.modifiers[index].value = closures(in: result.modifiers[index].value, safe)
    }
    switch statement.kind {
    case .term(let term): result.kind = .term(closures(in: term, safe))
    case .assign(let left, let right): result.kind = .assign(left, closures(in: right, safe))
    case .unify(let left, let right):
      result.kind = .unify(closures(in: left, safe), closures(in: right, safe))
    case .declare: break
    case .someIn(let key, let value, let collection):
      result.kind = .someIn(key: key, value: value, collection: closures(in: collection, safe))
    case .every(let key, let value, let domain, let body, let own):
      var bound = safe
      for term in [key, value] { if case .local(let slot)? = term?.node { bound.insert(slot) } }
      result.kind = .every(
        key: key, value: value, domain: closures(in: domain, safe), body: order(body, bound).body, own: own)
    }
    return result
  }

  private mutating func closures(in term: Term, _ safe: SlotSet) -> Term {
    let location = term.location
    switch term.node {
    case .scalar, .name, .local, .input, .data: return term
    case .ref(let head, let path):
      return Term(.ref(closures(in: head, safe), closures(in: path, safe)), location)
    case .array(let items): return Term(.array(closures(in: items, safe)), location)
    case .set(let items): return Term(.set(closures(in: items, safe)), location)
    case .object(let pairs):
      var ordered: [(key: Term, value: Term)] = []
      for pair in pairs { ordered.append((closures(in: pair.key, safe), closures(in: pair.value, safe))) }
      return Term(.object(ordered), location)
    case .call(let callee, let arguments): return Term(.call(callee, closures(in: arguments, safe)), location)
    case .comprehension(let comprehension): return Term(.comprehension(order(comprehension, safe)), location)
    case .template(let parts): return Term(.template(order(parts, safe)), location)
    }
  }

  private mutating func closures(in terms: [Term], _ safe: SlotSet) -> [Term] {
    var ordered: [Term] = []
    for term in terms { ordered.append(closures(in: term, safe)) }
    return ordered
  }

  private mutating func order(_ comprehension: Comprehension, _ safe: SlotSet) -> Comprehension {
    var result = comprehension
    let (body, bound) = order(comprehension.body, safe)
    result.body = body
    result.key = comprehension.key.map { $0 }
    if let key = comprehension.key { result.key = check(key, bound) }
    result.value = check(comprehension.value, bound)
    return result
  }

  private mutating func order(_ parts: [TemplatePart], _ safe: SlotSet) -> [TemplatePart] {
    var ordered: [TemplatePart] = []
    for part in parts {
      guard case .expression(let statement) = part else {
        ordered.append(part)
        continue
      }
      ordered.append(.expression(inner(statement, safe)))
    }
    return ordered
  }
}

extension Statement {
  /// Whether it is nothing but a call of this builtin.
  func calls(_ name: String, _ registry: Registry) -> Bool {
    guard case .term(let term) = kind, case .call(.builtin(let index), _) = term.node else { return false }
    return registry.builtins[index].name == name
  }
}
