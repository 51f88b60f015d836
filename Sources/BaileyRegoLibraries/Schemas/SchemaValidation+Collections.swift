internal import BaileyRego

extension SchemaValidation {
  mutating func object(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    var found: [Problem] = []
    if let minimum = schema.propertyCount.minimum, value.count < minimum {
      found.append(
        Problem(type: "array_min_properties", field: field, description: "Must have at least \(minimum) properties"))
    }
    if let maximum = schema.propertyCount.maximum, value.count > maximum {
      found.append(
        Problem(type: "array_max_properties", field: field, description: "Must have at most \(maximum) properties"))
    }
    for name in schema.required where value.child(name).tag == .undefined {
      found.append(Problem(type: "required", field: field, description: "\(try plain(name)) is required"))
    }
    for (key, inner) in value.pairs { found += try property(key, inner, schema, field) }
    for (name, inner) in schema.properties {
      let child = value.child(name)
      if child.tag != .undefined { found += try check(child, inner, try below(field, try plain(name))) }
    }
    return found
  }

  private mutating func property(_ key: Value, _ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure)
    -> [Problem]
  {
    let name = try plain(key)
    var (found, isKnown) = ([Problem](), schema.properties.contains { Value.equal($0.name, key) })
    for (pattern, inner) in schema.patterns where key.tag == .string && pattern.isMatch(key.text) {
      isKnown = true
      found += try check(value, inner, try below(field, name))
    }
    if !isKnown, let additional = schema.additional {
      if additional.always == false {
        found.append(
          Problem(
            type: "additional_property_not_allowed", field: field,
            description: "Additional property \(name) is not allowed"))
      } else {
        found += try check(value, additional, try below(field, name))
      }
    }
    guard let names = schema.propertyNames else { return found }
    let problems = try check(key, names, field)
    if problems.isEmpty { return found }
    return found + [
      Problem(type: "invalid_property_name", field: field, description: "Property name of \"\(name)\" does not match")
    ] + problems
  }

  mutating func array(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    var found: [Problem] = []
    let tuple = schema.tuple ?? []
    for (index, item) in value.items.enumerated() {
      let place = try below(field, String(index))
      if let items = schema.items {
        found += try check(item, items, place)
      } else if index < tuple.count {
        found += try check(item, tuple[index], place)
      } else if schema.tuple != nil, let additional = schema.additionalItems, additional.always != false {
        found += try check(item, additional, place)
      }
    }
    if schema.tuple != nil, schema.additionalItems?.always == false, value.count > tuple.count {
      found.append(
        Problem(type: "array_no_additional_items", field: field, description: "No additional items allowed on array"))
    }
    if let minimum = schema.itemCount.minimum, value.count < minimum {
      found.append(
        Problem(type: "array_min_items", field: field, description: "Array must have at least \(minimum) items"))
    }
    if let maximum = schema.itemCount.maximum, value.count > maximum {
      found.append(
        Problem(type: "array_max_items", field: field, description: "Array must have at most \(maximum) items"))
    }
    if schema.isUnique, let pair = duplicate(value) {
      found.append(
        Problem(type: "unique", field: field, description: "array items[\(pair.0),\(pair.1)] must be unique"))
    }
    return try found + contained(value, schema, field)
  }

  /// The places of two equal items.
  private func duplicate(_ value: Value) -> (Int, Int)? {
    let order = (0..<value.count).sorted {
      let order = Value.compare(value.item($0), value.item($1))
      return order != 0 ? order < 0 : $0 < $1
    }
    let pairs = zip(order, order.dropFirst()).filter { Value.equal(value.item($0), value.item($1)) }
    return pairs.min { $0.1 < $1.1 }
  }

  private mutating func contained(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem]
  {
    guard let contains = schema.contains else { return [] }
    var first: [Problem] = []
    for (index, item) in value.items.enumerated() {
      let problems = try check(item, contains, try below(field, String(index)))
      if problems.isEmpty { return [] }
      if first.isEmpty { first = problems }
    }
    return [Problem(type: "contains", field: field, description: "At least one of the items must match")] + first
  }
}
