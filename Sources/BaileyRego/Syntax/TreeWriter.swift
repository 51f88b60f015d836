/// A module's syntax tree as a document, in the form of OPA's JSON: without places, but for those of comments.
struct TreeWriter {
  let heap: Heap
  /// The module's text.
  let text: [UInt8]
  let order: TreeOrder

  init(_ text: [UInt8], _ heap: Heap) {
    (self.heap, self.text) = (heap, text)
    order = TreeOrder(heap)
  }

  static func write(_ text: [UInt8], name: Value, into heap: Heap) throws(RegoError) -> Value {
    var parser = try Parser(text, file: 0, version1: true, heap: heap)
    let module = try parser.module()
    return TreeWriter(text, heap).module(module, comments: parser.lexer.comments.locations, file: name)
  }

  private func module(_ module: Module, comments: [Location], file: Value) -> Value {
    fields([
      ("package", fields([("path", path("data", module.package))])), ("imports", list(module.imports.map(statement))),
      ("rules", list(module.rules.map(rule))), ("comments", list(comments.map { comment($0, file) })),
    ])
  }

  private func path(_ root: String, _ names: some Collection<Value>) -> Value {
    heap.array([typed("var", heap.string(root))] + names.map { typed("string", $0) })
  }

  private func statement(_ statement: Import) -> Value {
    let path = path(String(statement.path[0]), statement.path.dropFirst())
    return fields([("path", typed("ref", path)), ("alias", statement.alias ?? .undefined)])
  }

  private func comment(_ location: Location, _ file: Value) -> Value {
    var words = text[(Int(location.start) + 1)..<Int(location.end)]
    if words.last == 0x0D { words.removeLast() }
    // Columns count code points.
    let before = text[(Int(location.start) - Int(location.column) + 1)..<Int(location.start)]
    let column = before.count { $0 & 0xC0 != 0x80 } + 1
    let place = [
      ("file", file), ("row", Value(integer: Int(location.line))), ("col", Value(integer: column)),
    ]
    return fields([("Location", fields(place)), ("Text", heap.string(Base64.encode(words)))])
  }

  // MARK: Rules

  private func rule(_ rule: Rule) -> Value {
    let branches = rule.alternatives.reversed().reduce(Value.undefined) { next, branch in
      var below = rule
      (below.arguments, below.value) = (branch.arguments, branch.value)
      if branch.hasValue { below.isAssigned = branch.isAssigned }
      return fields([("head", head(below)), ("body", body(branch.body)), ("else", next)])
    }
    return fields([
      ("head", head(rule)), ("body", body(rule.body)), ("else", branches), ("default", flag(rule.isDefault)),
    ])
  }

  private func head(_ rule: Rule) -> Value {
    let path = rule.path.enumerated().map { part(of: rule, $0, $1) }
    let (name, key) = names(rule, path)
    return fields([
      ("name", name), ("ref", heap.array(path)), ("args", list(rule.arguments?.map(term) ?? [])),
      ("key", rule.kind == .set ? term(rule.value) : key), ("value", rule.kind == .set ? .undefined : term(rule.value)),
      ("assign", flag(rule.isAssigned)),
    ])
  }

  private func part(of rule: Rule, _ index: Int, _ term: Term) -> Value {
    // The first is a name, whatever it is called.
    if index == 0, case .name(let name) = term.node { return typed("var", name) }
    return self.term(term)
  }

  /// OPA keeps the form of older versions for heads of one name and one key: which of the two it fills in goes by what is written.
  private func names(_ rule: Rule, _ path: [Value]) -> (name: Value, key: Value) {
    guard case .name(let name) = rule.path[0].node else { return (.undefined, .undefined) }
    let isKeyed = path.count == 2 && rule.kind == .single && !rule.isDefault && rule.arguments == nil
    let isKey = isKeyed && (rule.body.isEmpty || isComputed(path[1]))
    return (rule.hasSimpleHead ? name : .undefined, isKey ? path[1] : .undefined)
  }

  private func isComputed(_ key: Value) -> Bool { String(key.child(heap.string("type"))) == "ref" || !isGround(key) }

  /// Whether a term that was written holds no variable.
  private func isGround(_ term: Value) -> Bool {
    if term.tag == .array { return term.items.allSatisfy(isGround) }
    let (type, value) = (term.child(heap.string("type")), term.child(heap.string("value")))
    switch String(type) {
    case "null", "boolean", "number", "string": return true
    case "ref": return value.items.dropFirst().allSatisfy(isGround)
    case "array", "set", "object", "call": return isGround(value)
    default: return false
    }
  }

  // MARK: Documents

  func flag(_ isSet: Bool) -> Value { isSet ? .true : .undefined }
  func list(_ items: [Value]) -> Value { items.isEmpty ? .undefined : heap.array(items) }
  func typed(_ type: String, _ value: Value) -> Value { fields([("type", heap.string(type)), ("value", value)]) }

  /// Without those that are undefined.
  func fields(_ fields: [(String, Value)]) -> Value {
    heap.object(fields.filter { !$0.1.isUndefined }.map { (heap.string($0.0), $0.1) })
  }
}
