internal import BaileyCore
internal import BaileyRego

extension WhyText {
  var json: String {
    Heap.lending { heap in
      let writer = WhyJSON(heap: heap, files: files)
      let members = writer.explanation(explanation, recorded)
      return String(decoding: JSONWriter.write(members, escapesHTML: false), as: UTF8.self)
    }
  }
}

/// The members of an explanation as values.
private struct WhyJSON {
  let heap: Heap
  let files: [String]

  func explanation(_ explanation: Explanation, _ recorded: String?) -> Value {
    var members: [(String, Value)] = [
      ("v", heap.integer(1)), ("ok", .true), ("decision", heap.string(explanation.effect)),
      ("documents", array(explanation.documents, document)), ("changes", array(explanation.flips, flip)),
      ("tries", heap.integer(explanation.tries ?? 0)),
      ("cut", Value(explanation.isCut)), ("printed", array(explanation.printed) { heap.string($0) }),
    ]
    if !explanation.malformed.isEmpty {
      members.append(("malformed", array(explanation.malformed) { heap.string($0) }))
    }
    if let recorded { members.append(("recorded", heap.string(recorded))) }
    if let value = explanation.value { members.append(("value", read(value))) }
    if let error = explanation.error {
      var parts = [("code", heap.string(error.code.rawValue)), ("message", heap.string(error.message))]
      if let location = error.location { parts.append(("location", place(location))) }
      members.append(("error", object(parts)))
    }
    return object(members)
  }

  private func document(_ document: Explanation.Document) -> Value {
    object([
      ("name", heap.string(document.name)), ("effect", heap.string(document.effect)), ("holds", Value(document.speaks)),
      ("rules", array(document.rules, rule)),
    ])
  }

  private func rule(_ rule: Explanation.Rule) -> Value {
    object([
      ("document", heap.string(rule.document)), ("location", place(rule.location)),
      ("branch", heap.integer(rule.branch)), ("outcome", heap.string(rule.outcome.rawValue)),
      ("failures", heap.integer(rule.failures)), ("expressions", array(rule.expressions, expression)),
    ])
  }

  private func expression(_ expression: Explanation.Expression) -> Value {
    var members: [(String, Value)] = [
      ("location", place(expression.location)), ("text", heap.string(expression.text)),
      ("negated", Value(expression.isNegated)),
      (
        "operands",
        array(expression.operands) { object([("text", heap.string($0.text)), ("value", heap.string($0.value))]) }
      ),
      ("inside", array(expression.inside, self.expression)), ("needs", array(expression.needs, rule)),
    ]
    if let undefined = expression.undefined { members.append(("undefined", heap.string(undefined))) }
    return object(members)
  }

  private func flip(_ flip: Flip) -> Value {
    object([
      ("decision", heap.string(flip.effect)),
      (
        "input",
        array(flip.changes) { change in
          var members = [("place", heap.string(change.place))]
          if let old = change.old { members.append(("old", read(old))) }
          if let new = change.new { members.append(("new", read(new))) }
          return object(members)
        }
      ),
    ])
  }

  private func place(_ location: Location) -> Value {
    let file = Int(location.file)
    return object([
      ("file", heap.string(files.indices.contains(file) ? files[file] : "query")),
      ("row", heap.integer(Int(location.line))), ("col", heap.integer(Int(location.column))),
    ])
  }

  private func read(_ json: [UInt8]) -> Value {
    (try? JSONReader.read(json, into: heap)) ?? heap.string(String(decoding: json, as: UTF8.self))
  }

  private func array<T>(_ items: [T], _ value: (T) -> Value) -> Value { heap.array(items.map(value)) }

  private func object(_ members: [(String, Value)]) -> Value {
    heap.object(members.map { (key: heap.string($0.0), value: $0.1) })
  }
}
