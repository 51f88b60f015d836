extension RuleTree {
  func groups(askedIn term: Term) -> [Int] {
    var found: [Int] = []
    TermVisitor(entersClosures: true) { found += self.groups(askedBy: $0) }.term(term)
    return found
  }

  /// The groups of rules that a reference or a call asks for by a constant path: those at it, above it or below it.
  func groups(askedBy term: Term) -> [Int] {
    switch term.node {
    case .call(.function(let path), _): return groups(at: path)
    case .data: return groups(at: [])
    case .ref(let head, let path):
      guard case .data = head.node else { return [] }
      var keys: [Value] = []
      for part in path {
        guard case .scalar(let key) = part.node else { break }
        keys.append(key)
      }
      return groups(at: keys)
    default: return []
    }
  }

  func groups(at path: [Value]) -> [Int] {
    var (node, found) = (0, [Int]())
    for key in path {
      found += [nodes[node].group, nodes[node].dynamic].compactMap(\.self)
      guard let next = child(node, key) else { return found }
      node = next
    }
    return found + groups(below: node)
  }

  private func groups(below node: Int) -> [Int] {
    let here = nodes[node]
    return [here.group, here.dynamic].compactMap(\.self) + here.named.flatMap { groups(below: $0) }
  }
}
