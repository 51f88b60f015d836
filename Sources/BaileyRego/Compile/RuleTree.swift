/// A rule with every name resolved and its bodies in order.
struct ResolvedRule {
  var kind: Rule.Kind
  var isDefault: Bool
  /// The names of its variables by slot.
  var slots: [Value]
  var arguments: [Term]
  /// What follows the constant part of the head's reference.
  var keys: [Term]
  var branches: [Branch]
  var location: Location

  struct Branch {
    var value: Term
    var body: [Statement]
    var location: Location
  }
}

/// Rules that together make one document or function.
struct RuleGroup {
  enum Kind: Sendable {
    /// One value.
    case single
    case set
    case function
    /// Key and value, the whole document.
    case object
    /// Paths and values that are put together with those of other rules.
    case entries
  }
  var kind: Kind
  var node: Int
  var rules: [ResolvedRule] = []
  var arity = 0
}

/// All rules by their path below `data`.
struct RuleTree {
  struct Node {
    var path: [Value]
    var parent: Int?
    var children: [Value.Key: Int] = [:]
    /// The children that rules made, in order of their names.
    var named: [Int] = []
    /// What has one value, one set or one function here.
    var group: Int?
    /// What has computed keys below here.
    var dynamic: Int?
    /// Some node above, or this one, has computed keys: documents must be put together from several rules.
    var isMixed = false
  }

  private(set) var nodes = [Node(path: [])]
  private(set) var groups: [RuleGroup] = []

  /// The node of a path, made if need be.
  mutating func insert(_ path: [Value], named: Bool = true) -> Int {
    var at = 0
    for key in path {
      if let next = nodes[at].children[key.key] {
        at = next
      } else {
        let parent = at
        nodes.append(Node(path: nodes[at].path + [key], parent: at))
        at = nodes.count - 1
        nodes[at].isMixed = nodes[parent].isMixed || nodes[parent].dynamic != nil
        nodes[parent].children[key.key] = at
        if named { nodes[parent].named.append(at) }
      }
    }
    return at
  }

  func child(_ node: Int, _ key: Value) -> Int? { nodes[node].children[key.key] }

  func path(_ node: Int) -> String {
    nodes[node].path.reduce("data") { $0 + "." + String($1) }
  }

  mutating func add(_ rule: ResolvedRule, at path: [Value], arity: Int?) throws(RegoError) {
    let node = insert(path)
    let kind: RuleGroup.Kind =
      arity != nil ? .function : (!rule.keys.isEmpty ? .entries : (rule.kind == .set ? .set : .single))
    let existing = kind == .entries ? nodes[node].dynamic : nodes[node].group
    let index = existing ?? groups.count
    if existing == nil {
      groups.append(RuleGroup(kind: kind, node: node, arity: arity ?? 0))
      if kind == .entries { nodes[node].dynamic = index } else { nodes[node].group = index }
    }
    let isAlike = kind != .entries || (groups[index].rules.first?.kind ?? rule.kind) == rule.kind
    guard groups[index].kind == kind, groups[index].arity == arity ?? 0, isAlike else {
      throw RegoError(.type, "conflicting rules \(self.path(node)) found", groups[index].rules.first?.location)
    }
    if rule.isDefault, groups[index].rules.contains(where: \.isDefault) {
      throw RegoError(.type, "multiple default rules \(self.path(node)) found", rule.location)
    }
    groups[index].rules.append(rule)
  }

  /// Once all rules are in: what must be put together, and what conflicts.
  mutating func finish() throws(RegoError) {
    let names = nodes.map { $0.path.last ?? .null }
    for index in nodes.indices {
      nodes[index].named.sort { Value.compare(names[$0], names[$1]) < 0 }
      if let parent = nodes[index].parent {
        nodes[index].isMixed = nodes[parent].isMixed || nodes[parent].dynamic != nil
      }
      try checkConflicts(index)
    }
    for index in nodes.indices {
      guard let dynamic = nodes[index].dynamic else { continue }
      let isObject = groups[dynamic].rules.allSatisfy { $0.kind == .single && $0.keys.count == 1 }
      if isObject, !nodes[index].isMixed, nodes[index].named.isEmpty, nodes[index].group == nil {
        groups[dynamic].kind = .object
        nodes[index].group = dynamic
        nodes[index].dynamic = nil
      } else {
        nodes[index].isMixed = true
      }
    }
  }

  private func checkConflicts(_ index: Int) throws(RegoError) {
    guard let group = nodes[index].group else { return }
    let location = groups[group].rules.first?.location
    if nodes[index].dynamic != nil,
      groups[group].kind != .single || groups[group].rules.contains(where: \.isDefault) == false
    {
      throw RegoError(.type, "conflicting rules \(path(index)) found", location)
    }
    if groups[group].kind != .function, let child = nodes[index].named.first {
      throw RegoError(.type, "rule \(path(index)) conflicts with [\(path(child))]", location)
    }
  }
}
