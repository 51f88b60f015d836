/// What the expressions of one body ask of one reference or variable.
struct Constraint {
  /// One expression's demand.
  struct Demand {
    var kind: Kind
    var location: Location
    /// It is met, too, where there is no value: a negated equality, or what the schema says.
    var isOptional = false
  }

  enum Kind {
    case oneOf([Value])
    case not(Value)
    case less(Value, orEqual: Bool)
    case greater(Value, orEqual: Bool)
    case prefix([UInt8])
    case suffix([UInt8])
    case contains([UInt8])
    /// The schema's: of one of these types.
    case types([String])
  }

  private var demands: [Demand]

  init(demands: [Demand] = []) { self.demands = demands }

  /// The demand that cannot be met together with the new one; nil when all can be, as far as is seen.
  mutating func add(_ demand: Demand) -> Demand? {
    demands.append(demand)
    guard demands.contains(where: { !$0.isOptional }) else { return nil }
    if let values = candidates() { return values.isEmpty ? culprit(demand) : nil }
    return demands.dropLast().first { !Self.areCompatible($0.kind, demand.kind) }
  }

  /// The values that some demand names and that all demands accept; nil when none names any.
  private func candidates() -> [Value]? {
    for case .oneOf(let values) in demands.map(\.kind) {
      return values.filter { value in demands.allSatisfy { Self.accepts($0.kind, value) } }
    }
    return nil
  }

  /// With several, the first that alone is against the last.
  private func culprit(_ last: Demand) -> Demand? {
    let others = demands.dropLast()
    return others.first { Constraint(demands: [$0, last]).candidates()?.isEmpty == true } ?? others.first ?? last
  }

  private static func accepts(_ kind: Kind, _ value: Value) -> Bool {
    switch kind {
    case .oneOf(let values): values.contains { Value.equal($0, value) }
    case .not(let other): !Value.equal(value, other)
    case .less(let bound, let orEqual): isBelow(value, bound, orEqual)
    case .greater(let bound, let orEqual): isBelow(bound, value, orEqual)
    case .prefix(let text): value.tag == .string && value.text.starts(with: text)
    case .suffix(let text): value.tag == .string && Array(value.text).suffix(text.count).elementsEqual(text)
    case .contains(let text): value.tag == .string && (text.isEmpty || Array(value.text).firstRange(of: text) != nil)
    case .types(let names): names.contains { InputShape.isOfType(value, $0) }
    }
  }

  private static func isBelow(_ left: Value, _ right: Value, _ orEqual: Bool) -> Bool {
    let order = Value.compare(left, right)
    return order < 0 || (orEqual && order == 0)
  }

  /// Whether two demands that name no values can be met by one value.
  private static func areCompatible(_ first: Kind, _ second: Kind) -> Bool {
    switch (first, second) {
    case (.less(let most, let orEqual), .greater(let least, let isToo)),
      (.greater(let least, let isToo), .less(let most, let orEqual)):
      isBelow(least, most, orEqual && isToo)
    case (.prefix(let one), .prefix(let other)): one.starts(with: other) || other.starts(with: one)
    case (.suffix(let one), .suffix(let other)):
      one.suffix(other.count).elementsEqual(other.suffix(one.count)) || one.count == 0 || other.count == 0
    case (.types(let names), .prefix), (.types(let names), .suffix), (.types(let names), .contains):
      names.contains("string")
    default: true
    }
  }
}
