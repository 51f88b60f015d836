extension Machine {
  private var groupCount: Int { program.tree.groups.count }

  /// The document of one group of rules, evaluated at most once in a context.
  func document(_ group: Int, base: Int) throws(RegoError) -> Value {
    let known = contexts[current].memo[group]
    if !known.isUndefined { return known.bits == Value.nothing.bits ? .undefined : known }
    if !contexts[current].masks.isEmpty, let masked = masked(program.tree.nodes[program.tree.groups[group].node].path) {
      return masked
    }
    try step()
    let value = try run(group, base: base)
    contexts[current].memo[group] = value.isUndefined ? .nothing : value
    return value
  }

  /// The value that `with` put in the place of a path, if it did.
  private func masked(_ path: [Value]) -> Value? {
    let context = contexts[current]
    for mask in context.masks where mask.count <= path.count && zip(mask, path).allSatisfy({ Value.equal($0, $1) }) {
      return follow(context.data, path)
    }
    return nil
  }

  /// Everything below a node: base data and what rules give, one object.
  func extent(_ node: Int, base: Int) throws(RegoError) -> Value {
    let slot = groupCount + node
    let known = contexts[current].memo[slot]
    if !known.isUndefined { return known.bits == Value.nothing.bits ? .undefined : known }
    let path = program.tree.nodes[node].path
    if !contexts[current].masks.isEmpty, let masked = masked(path) { return masked }
    try step()
    let value =
      program.tree.nodes[node].isMixed ? try mixed(node, base: base) : try package(node, base: base)
    contexts[current].memo[slot] = value.isUndefined ? .nothing : value
    return value
  }

  private func package(_ node: Int, base: Int) throws(RegoError) -> Value {
    let here = program.tree.nodes[node]
    let stored = follow(contexts[current].data, here.path)
    var pairs = stored.tag == .object ? stored.pairs : []
    for child in here.named {
      let value = try named(child, base: base)
      guard let key = program.tree.nodes[child].path.last, !value.isUndefined else { continue }
      // What is stored has the last word.
      let own = stored.child(key)
      pairs.append((key, own.isUndefined ? value : value.merged(with: own, heap)))
    }
    return heap.object(pairs)
  }

  private func named(_ node: Int, base: Int) throws(RegoError) -> Value {
    guard !program.tree.nodes[node].isMixed, let group = program.tree.nodes[node].group else {
      return try extent(node, base: base)
    }
    return program.tree.groups[group].kind == .function ? .undefined : try document(group, base: base)
  }

  // MARK: Computed keys

  /// The document at keys below a node: only the rules there are evaluated.
  func place(_ node: Int, _ keys: ArraySlice<Value>, base: Int) throws(RegoError) -> Value {
    let here = program.tree.nodes[node]
    guard let key = keys.first else { return try named(node, base: base) }
    if here.isMixed || here.group != nil { return follow(try named(node, base: base), Array(keys)) }
    if let child = here.children[key.key], here.named.contains(child) {
      return try place(child, keys.dropFirst(), base: base)
    }
    return stored(here.path + keys)
  }

  func keys(_ node: Int, _ keys: ArraySlice<Value>, base: Int) throws(RegoError) -> Value {
    let here = program.tree.nodes[node]
    if !here.isMixed, here.group == nil {
      guard let key = keys.first else {
        let own = here.named.compactMap { program.tree.nodes[$0].path.last }
        let stored = stored(here.path)
        return heap.set(own + (stored.tag == .object ? stored.items : []))
      }
      if let child = here.children[key.key], here.named.contains(child) {
        return try self.keys(child, keys.dropFirst(), base: base)
      }
    }
    let value = try place(node, keys, base: base)
    switch value.tag {
    case .array: return heap.array((0..<value.count).map { Value(integer: $0) })
    case .object: return heap.set(sorted: value.items)
    default: return value
    }
  }

  // MARK: Documents of several rules

  /// Puts together what the rules at, above and below a node give for its place.
  private func mixed(_ node: Int, base: Int) throws(RegoError) -> Value {
    let tree = program.tree
    let path = tree.nodes[node].path
    let builder = DocumentBuilder()
    try contribute(node, [], builder, base)
    var above = tree.nodes[node].parent
    while let at = above {
      if tree.nodes[at].dynamic != nil {
        try computed(at, wanted: Array(path[tree.nodes[at].path.count...]), [], builder, base)
      }
      above = tree.nodes[at].parent
    }
    let isRoot = tree.nodes[node].dynamic != nil || !tree.nodes[node].named.isEmpty
    return builder.value(heap) ?? (isRoot ? .emptyObject : .undefined)
  }

  private func contribute(
    _ node: Int, _ prefix: [Value], _ builder: DocumentBuilder, _ base: Int
  ) throws(RegoError) {
    let here = program.tree.nodes[node]
    if !contexts[current].masks.isEmpty, !prefix.isEmpty, let masked = masked(here.path) {
      if !masked.isUndefined { try builder.insert(prefix[...], masked, isSet: false) }
      return
    }
    if let group = here.group, program.tree.groups[group].kind != .function {
      let value = try document(group, base: base)
      let isSet = program.tree.groups[group].kind == .set
      if !value.isUndefined {
        try builder.insert(prefix[...], value, isSet: isSet)
      }
    }
    if here.dynamic != nil { try computed(node, wanted: [], prefix, builder, base) }
    for child in here.named {
      guard let key = program.tree.nodes[child].path.last else { continue }
      try contribute(child, prefix + [key], builder, base)
    }
  }

  /// Entries of rules with computed keys: those that begin with the wanted keys, without these.
  private func computed(
    _ node: Int, wanted: [Value], _ prefix: [Value], _ builder: DocumentBuilder, _ base: Int
  ) throws(RegoError) {
    guard let group = program.tree.nodes[node].dynamic else { return }
    let entries = try document(group, base: base)
    for index in 0..<entries.count {
      let entry = entries.item(index)
      let keys = (1..<(entry.count - 1)).map { entry.item($0) }
      let (leaf, isSet) = (entry.item(entry.count - 1), entry.item(0).bits == Value.true.bits)
      guard zip(keys, wanted).allSatisfy({ Value.equal($0, $1) }) else { continue }
      if keys.count >= wanted.count {
        let value = isSet ? heap.set([leaf]) : leaf
        try builder.insert((prefix + keys[wanted.count...])[...], value, isSet: isSet)
      } else {
        // The rule's value lies above: what is wanted is a part of it.
        let part = follow(isSet ? heap.set([leaf]) : leaf, Array(wanted[keys.count...]))
        if !part.isUndefined { try builder.insert(prefix[...], part, isSet: false) }
      }
    }
  }
}

/// A document that several rules write: no two may give different values for one place.
final class DocumentBuilder {
  private var leaf: Value?
  private var isSet = false
  private var members: [Value] = []
  private var children: [(key: Value, node: DocumentBuilder)] = []

  func insert(_ path: ArraySlice<Value>, _ value: Value, isSet: Bool) throws(RegoError) {
    guard let key = path.first else {
      try put(value, isSet: isSet)
      return
    }
    if leaf != nil { throw Self.conflict }
    if let existing = children.first(where: { Value.equal($0.key, key) }) {
      try existing.node.insert(path.dropFirst(), value, isSet: isSet)
    } else {
      let node = DocumentBuilder()
      children.append((key, node))
      try node.insert(path.dropFirst(), value, isSet: isSet)
    }
  }

  private func put(_ value: Value, isSet: Bool) throws(RegoError) {
    guard children.isEmpty else { throw Self.conflict }
    if isSet, leaf == nil || self.isSet {
      members += value.items
      leaf = value
      self.isSet = true
      return
    }
    if let leaf, self.isSet || !Value.equal(leaf, value) { throw Self.conflict }
    leaf = value
  }

  private static let conflict = RegoError(.evalConflict, "object keys must be unique")

  func value(_ heap: Heap) -> Value? {
    if let leaf { return isSet ? heap.set(members) : leaf }
    guard !children.isEmpty else { return nil }
    var pairs: [(key: Value, value: Value)] = []
    for child in children { if let value = child.node.value(heap) { pairs.append((child.key, value)) } }
    return heap.object(pairs)
  }
}
