extension Machine {
  func pushBuilder() {
    if builderCount == builders.count {
      builders.append([])
    } else {
      builders[builderCount].removeAll(keepingCapacity: true)
    }
    builderCount += 1
  }

  func finishBuilder(_ kind: BuilderKind, _ location: Location) throws(RegoError) -> Value {
    builderCount -= 1
    switch kind {
    case .array: return heap.array(builders[builderCount])
    case .set: return heap.set(builders[builderCount])
    case .object: return try object(builders[builderCount], location)
    }
  }

  /// Keys and values in turn; one key may not have two values.
  func object(_ items: [Value], _ location: Location) throws(RegoError) -> Value {
    var pairs: [(key: Value, value: Value)] = []
    pairs.reserveCapacity(items.count / 2)
    for index in stride(from: 0, to: items.count - 1, by: 2) { pairs.append((items[index], items[index + 1])) }
    let object = heap.object(pairs)
    if object.count < pairs.count, !heap.exhausted {
      for pair in pairs where !Value.equal(object.child(pair.key), pair.value) {
        throw RegoError(.evalConflict, "object keys must be unique", location)
      }
    }
    return object
  }

  func template(_ parts: [Value]) -> Value {
    var text: [UInt8] = []
    for part in parts where text.count <= heap.room {
      switch part.tag {
      case .undefined: text += "<undefined>".utf8
      case .string: text += part.text
      default: text += RegoWriter.write(part, limit: heap.room)
      }
    }
    return heap.string(text)
  }
}
