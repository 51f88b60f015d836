internal import BaileyRego

extension SchemaValidation {
  func string(_ value: Value, _ schema: Schema, _ field: String) -> [Problem] {
    var found: [Problem] = []
    let length = value.text.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    if let minimum = schema.length.minimum, length < minimum {
      found.append(
        Problem(
          type: "string_gte", field: field, description: "String length must be greater than or equal to \(minimum)"))
    }
    if let maximum = schema.length.maximum, length > maximum {
      found.append(
        Problem(type: "string_lte", field: field, description: "String length must be less than or equal to \(maximum)")
      )
    }
    if let pattern = schema.pattern, !pattern.isMatch(value.text) {
      found.append(Problem(type: "pattern", field: field, description: "Does not match pattern '\(pattern.source)'"))
    }
    return found
  }

  func number(_ value: Value, _ schema: Schema, _ field: String) throws(BuiltinFailure) -> [Problem] {
    var found: [Problem] = []
    if let multiple = schema.multiple, try !isMultiple(value, multiple) {
      found.append(
        Problem(type: "multiple_of", field: field, description: "Must be a multiple of \(try json(multiple))"))
    }
    for (bound, limit) in schema.bounds {
      let order = Value.compare(value, limit)
      switch bound {
      case .maximum where order > 0:
        found.append(
          Problem(type: "number_lte", field: field, description: "Must be less than or equal to \(try json(limit))"))
      case .exclusiveMaximum where order >= 0:
        found.append(Problem(type: "number_lt", field: field, description: "Must be less than \(try json(limit))"))
      case .minimum where order < 0:
        found.append(
          Problem(type: "number_gte", field: field, description: "Must be greater than or equal to \(try json(limit))"))
      case .exclusiveMinimum where order <= 0:
        found.append(Problem(type: "number_gt", field: field, description: "Must be greater than \(try json(limit))"))
      default: break
      }
    }
    return found
  }

  private func isMultiple(_ value: Value, _ divisor: Value) throws(BuiltinFailure) -> Bool {
    if let whole = value.wholeNumber, let other = divisor.wholeNumber, other != 0 { return whole % other == 0 }
    guard let number = Double(try json(value)), let other = Double(try json(divisor)) else { return false }
    let quotient = number / other
    return abs(quotient - quotient.rounded()) < 1e-9
  }
}
