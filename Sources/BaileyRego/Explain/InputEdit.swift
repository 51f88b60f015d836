/// One change of the input that might change what a rule says.
struct InputEdit {
  enum Change {
    case set(Value)
    case append(Value)
    case remove
  }
  var place: [Value]
  var change: Change
}

extension InputEdit {
  /// The input with the change made; nil where it has no meaning. What is missing on the way is made.
  func applied(to input: Value, _ heap: Heap) -> Value? {
    Self.edited(input, place[...], change, heap)
  }

  private static func edited(_ value: Value, _ place: ArraySlice<Value>, _ change: Change, _ heap: Heap) -> Value? {
    guard let key = place.first else { return changed(value, change, heap) }
    let rest = place.dropFirst()
    if value.tag == .array {
      guard key.tag == .integer, key.integer >= 0, key.integer < value.count else { return nil }
      var items = value.items
      if rest.isEmpty, case .remove = change {
        items.remove(at: key.integer)
      } else {
        guard let item = edited(items[key.integer], rest, change, heap) else { return nil }
        items[key.integer] = item
      }
      return heap.array(items)
    }
    guard key.tag == .string, value.tag == .object || value.isUndefined else { return nil }
    var pairs = value.tag == .object ? value.pairs : []
    let at = pairs.firstIndex { Value.equal($0.key, key) }
    if rest.isEmpty, case .remove = change {
      guard let at else { return nil }
      pairs.remove(at: at)
      return heap.object(pairs)
    }
    guard let inner = edited(at.map { pairs[$0].value } ?? .undefined, rest, change, heap) else { return nil }
    if let at { pairs[at].value = inner } else { pairs.append((key, inner)) }
    return heap.object(pairs)
  }

  private static func changed(_ value: Value, _ change: Change, _ heap: Heap) -> Value? {
    switch change {
    case .set(let new): return Value.equal(value, new) ? nil : new
    case .append(let item):
      guard value.tag == .array || value.isUndefined else { return nil }
      let items = value.tag == .array ? value.items : []
      return items.contains { Value.equal($0, item) } ? nil : heap.array(items + [item])
    case .remove: return nil
    }
  }
}

/// One place in which two inputs differ, as JSON.
package struct InputChange: Sendable, Equatable {
  /// `input.a.b`.
  package var place: String
  /// Nil where there was nothing.
  package var old: [UInt8]?
  /// Nil where there is nothing any more.
  package var new: [UInt8]?
}

extension InputChange {
  static func all(from old: Value, to new: Value, at place: String = "input") -> [InputChange] {
    if Value.equal(old, new) { return [] }
    if old.tag == .object, new.tag == .object { return members(old, new, place) }
    if old.tag == .array, new.tag == .array, old.count == new.count {
      return (0..<old.count).flatMap { all(from: old.item($0), to: new.item($0), at: "\(place)[\($0)]") }
    }
    return [InputChange(place: place, old: json(old), new: json(new))]
  }

  private static func members(_ old: Value, _ new: Value, _ place: String) -> [InputChange] {
    var keys = old.items
    for key in new.items where old.child(key).isUndefined { keys.append(key) }
    return keys.flatMap { all(from: old.child($0), to: new.child($0), at: place + TermText.step($0)) }
  }

  private static func json(_ value: Value) -> [UInt8]? {
    value.isUndefined ? nil : JSONWriter.write(value, escapesHTML: false)
  }
}

/// References as a person writes them.
enum TermText {
  /// `.name`, or `["a b"]` where a name will not do.
  static func step(_ key: Value) -> String {
    guard key.tag == .string else { return "[\(String(decoding: JSONWriter.write(key, limit: 1000), as: UTF8.self))]" }
    let isWord = key.text.first.map(Lexer.startsWord) ?? false && key.text.allSatisfy(Lexer.continuesWord)
    return isWord ? "." + String(key) : "[" + String(decoding: RegoWriter.write(key), as: UTF8.self) + "]"
  }

  /// A reference whose keys are constants.
  static func reference(_ term: Term) -> String {
    guard case .ref(let head, let path) = term.node else { return "" }
    let start =
      switch head.node {
      case .input: "input"
      default: "data"
      }
    return path.reduce(start) { text, key in
      if case .scalar(let value) = key.node { return text + step(value) }
      return text + "[_]"
    }
  }
}
