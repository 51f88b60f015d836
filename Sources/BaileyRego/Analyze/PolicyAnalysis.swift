/// Looks through modules that compile for rules that can never fire, and rules that nothing asks for.
package struct PolicyAnalysis {
  private let rules: RuleSet
  private let sources: [Source]
  private let shape: InputShape?

  package init(_ sources: [Source], registry: Registry, shape: InputShape? = nil) throws(CompileFailure) {
    let heap = Heap()
    let modules = try Program.read(sources, heap, yaml: registry.yaml)
    do throws(RegoError) {
      rules = try RuleSet(modules, registry: registry, heap: heap)
    } catch {
      throw CompileFailure(errors: error.all)
    }
    if !rules.errors.isEmpty { throw CompileFailure(errors: rules.errors) }
    self.sources = sources
    self.shape = shape
  }

  // MARK: Rules that never fire

  package func neverFiring() -> [Finding] {
    var found: [Finding] = []
    for group in rules.tree.groups {
      for rule in group.rules where !rule.isDefault { found += neverFiring(rule) }
      found += defaults(group)
    }
    return found.sorted { ($0.location.file, $0.location.line) < ($1.location.file, $1.location.line) }
  }

  private func neverFiring(_ rule: ResolvedRule) -> [Finding] {
    var analysis = BodyAnalysis(registry: rules.registry, heap: rules.heap, shape: shape, sources: sources)
    var found: [Finding] = []
    for (index, branch) in rule.branches.enumerated() {
      if let contradiction = analysis.contradiction(in: branch.body) {
        found.append(
          Finding.neverFires(
            "this rule can never fire: " + contradiction.message, contradiction.location, hint: contradiction.hint))
      }
      if isAlways(branch), index + 1 < rule.branches.count {
        found.append(
          Finding.neverFires(
            "this `else` can never fire: what stands before it always holds", rule.branches[index + 1].location,
            hint: "remove it, or give the rule before it a condition"))
        break
      }
    }
    return found
  }

  private func isAlways(_ branch: ResolvedRule.Branch) -> Bool {
    let isConstant = Lowering.constant(branch.value, rules.heap) != nil
    return isConstant
      && branch.body.allSatisfy { statement in
        guard case .term(let term) = statement.kind, let value = Lowering.constant(term, rules.heap) else {
          return false
        }
        return (value.bits != Value.false.bits) != statement.negated
      }
  }

  /// A default that is never used, or rules that say no more than it does.
  private func defaults(_ group: RuleGroup) -> [Finding] {
    guard group.kind == .single || group.kind == .function, let fallback = group.rules.first(where: \.isDefault),
      let value = fallback.branches.first.flatMap({ Lowering.constant($0.value, rules.heap) })
    else { return [] }
    let others = group.rules.filter { !$0.isDefault }
    if others.contains(where: { $0.arguments.isEmpty && $0.branches.contains(where: isAlways) }) {
      return [
        Finding.neverFires(
          "this default is never used: another rule always holds", fallback.location,
          hint: "give that rule a condition, or remove the default")
      ]
    }
    let branches = others.flatMap(\.branches)
    let values = branches.compactMap { Lowering.constant($0.value, rules.heap) }
    guard let first = branches.first, values.count == branches.count, values.allSatisfy({ Value.equal($0, value) })
    else { return [] }
    return [
      Finding.neverFires(
        "this rule changes nothing: it gives what the default gives", first.location,
        hint: "let the default be another value")
    ]
  }

  // MARK: Fields that the input does not have

  package func unknownFields() -> [Finding] {
    guard let shape else { return [] }
    var found: [Finding] = []
    let visitor = TermVisitor(entersClosures: true) { term in
      guard case .ref(let head, let path) = term.node, case .input = head.node else { return }
      let keys = path.prefix { if case .scalar = $0.node { true } else { false } }
        .compactMap { if case .scalar(let value) = $0.node { value } else { nil } }
      guard case .missing(let name, let known) = shape.place(keys) else { return }
      let near = known.map { ($0, Spelling.distance($0, name)) }.min { $0.1 < $1.1 }
      let hint =
        near.flatMap { $0.1 <= 2 ? "did you mean `\($0.0)`?" : nil } ?? "there are \(known.joined(separator: ", "))"
      found.append(
        Finding.unknownField(
          "`\(TermText.reference(term))` is never there: `\(name)` is no field of the input", term.location, hint: hint)
      )
    }
    for rule in rules.tree.groups.flatMap(\.rules) { rule.visit(visitor) }
    // One name that is wrong is one mistake, wherever it stands.
    var seen: Set<String> = []
    return found.filter { seen.insert("\($0.location.file) \($0.message)").inserted }
  }

  // MARK: Rules that nothing asks for

  /// - Parameter entries: documents that somebody asks for, `data.a.allow`; one that no rule makes is an error.
  package func unused(entries: [String]) throws(RegoError) -> [Finding] {
    var (reached, waiting) = (Set<Int>(), [Int]())
    for entry in entries {
      let groups = try self.groups(of: entry)
      guard !groups.isEmpty else { throw RegoError(.compile, "entry point \(entry) is made by no rule") }
      waiting += groups
    }
    for index in rules.tree.groups.indices where isTest(index) { waiting.append(index) }
    while let next = waiting.popLast() {
      guard reached.insert(next).inserted else { continue }
      let visitor = TermVisitor(entersClosures: true) { term in waiting += self.rules.tree.groups(askedBy: term) }
      for rule in rules.tree.groups[next].rules { rule.visit(visitor) }
    }
    return rules.tree.groups.indices.filter { !reached.contains($0) }.flatMap(unused)
  }

  private func unused(_ index: Int) -> [Finding] {
    let group = rules.tree.groups[index]
    let name = ExplainedPolicy.name(rules.tree.nodes[group.node])
    return group.rules.prefix(1).map { rule in
      Finding.unused(
        "\(name) is unused: no entry point leads to it", rule.location, hint: "remove it, or name it with --entrypoint")
    }
  }

  private func groups(of entry: String) throws(RegoError) -> [Int] {
    var parser = try Parser(Array(entry.utf8), file: 0, version1: true, heap: rules.heap)
    let (body, _, _) = try rules.resolve(query: parser.body(until: .end))
    var found: [Int] = []
    let visitor = TermVisitor(entersClosures: true) { found += rules.tree.groups(askedBy: $0) }
    body.forEach(visitor.statement)
    return found
  }

  /// Tests are asked for by the runner.
  private func isTest(_ index: Int) -> Bool {
    rules.tree.nodes[rules.tree.groups[index].node].path.contains {
      let name = String($0)
      return name.hasPrefix("test_") || name.hasPrefix("todo_test_")
    }
  }
}

extension ResolvedRule {
  func visit(_ visitor: TermVisitor) {
    (arguments + keys).forEach(visitor.term)
    for branch in branches {
      visitor.term(branch.value)
      branch.body.forEach(visitor.statement)
    }
  }
}
