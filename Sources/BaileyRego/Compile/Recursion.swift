/// Which rules use which, and the refusal of circles.
struct Recursion {
  let tree: RuleTree
  private var uses: [[Int]] = []

  init(_ tree: RuleTree) {
    self.tree = tree
    uses = tree.groups.map { group in
      var found: Set<Int> = []
      for rule in group.rules { Self.collect(rule, tree, &found) }
      return found.sorted()
    }
  }

  private static func collect(_ rule: ResolvedRule, _ tree: RuleTree, _ found: inout Set<Int>) {
    var paths: [[Term]] = []
    let visitor = TermVisitor(entersClosures: true) { term in
      switch term.node {
      case .ref(let head, let path): if case .data = head.node { paths.append(path) }
      case .data: paths.append([])
      case .call(.function(let path), _): paths.append(path.map { Term(.scalar($0), term.location) })
      default: break
      }
    }
    rule.keys.forEach(visitor.term)
    for branch in rule.branches {
      visitor.term(branch.value)
      branch.body.forEach(visitor.statement)
    }
    for path in paths { groups(path[...], 0, tree, &found) }
  }

  /// Rules that a path below `data` may reach.
  private static func groups(_ path: ArraySlice<Term>, _ node: Int, _ tree: RuleTree, _ found: inout Set<Int>) {
    let here = tree.nodes[node]
    if let group = here.group { found.insert(group) }
    if let dynamic = here.dynamic { found.insert(dynamic) }
    guard let key = path.first else {
      for child in here.named { groups([], child, tree, &found) }
      return
    }
    if case .scalar(let value) = key.node {
      if let child = tree.child(node, value) { groups(path.dropFirst(), child, tree, &found) }
    } else {
      for child in here.named { groups(path.dropFirst(), child, tree, &found) }
    }
  }

  /// Rules after those that they use, and one error a circle, with the way round it.
  func order() -> (groups: [Int], errors: [RegoError]) {
    var (order, errors) = ([Int](), [RegoError]())
    var state = [UInt8](repeating: 0, count: tree.groups.count)
    for start in tree.groups.indices where state[start] == 0 {
      var way: [Int] = []
      search(start, &state, &way, &order, &errors)
    }
    return (order, errors)
  }

  private func search(
    _ group: Int, _ state: inout [UInt8], _ way: inout [Int], _ order: inout [Int], _ errors: inout [RegoError]
  ) {
    state[group] = 1
    way.append(group)
    for next in uses[group] {
      if state[next] == 0 {
        search(next, &state, &way, &order, &errors)
      } else if state[next] == 1, let start = way.firstIndex(of: next) {
        errors.append(error(Array(way[start...]) + [next]))
      }
    }
    way.removeLast()
    state[group] = 2
    order.append(group)
  }

  private func error(_ way: [Int]) -> RegoError {
    let names = way.map { tree.path(tree.groups[$0].node) }
    return RegoError(
      .recursion, "rule \(names[0]) is recursive: " + names.joined(separator: " -> "),
      tree.groups[way[0]].rules.first?.location)
  }
}
