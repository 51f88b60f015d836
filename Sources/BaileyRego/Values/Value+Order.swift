extension Value {
  /// OPA's order over all types: null, booleans, numbers, strings, arrays, objects, sets.
  package static func compare(_ left: Value, _ right: Value) -> Int {
    if left.bits == right.bits { return 0 }
    let (leftRank, rightRank) = (left.rank, right.rank)
    if leftRank != rightRank { return leftRank < rightRank ? -1 : 1 }
    switch left.tag {
    case .integer where right.tag == .integer: return left.integer < right.integer ? -1 : 1
    case .integer, .number: return Number.compare(left, right)
    case .string: return left.text.compare(right.text)
    case .array, .set, .object:
      var comparer = Comparer()
      return comparer.compare(left, right)
    case .boolean: return left.bits < right.bits ? -1 : 1
    case .undefined, .null: return 0
    }
  }

  @inline(__always) package static func equal(_ left: Value, _ right: Value) -> Bool {
    if left.bits == right.bits { return true }
    // Strings and small values are one handle each.
    let tag = left.tag
    if tag == .string || tag == .boolean || tag == .null || tag == .undefined { return false }
    return compare(left, right) == 0
  }

  private var rank: UInt8 { tag == .number ? Tag.integer.rawValue : tag.rawValue }

  /// Where a key is among the keys of an object or the members of a set.
  func index(of key: Value) -> Int? {
    if count <= 16 {
      if let found = scan(key) { return found }
      if key.tag == .string { return nil }
    }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let order = Value.compare(item(middle), key)
      if order == 0 { return middle }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return nil
  }

  /// What Rego's `value[key]` is; undefined where there is none.
  package func child(_ key: Value) -> Value {
    switch tag {
    case .object: return index(of: key).map { value($0) } ?? .undefined
    case .set: return index(of: key).map { item($0) } ?? .undefined
    case .array:
      guard let at = key.wholeNumber, at >= 0, at < count else { return .undefined }
      return item(at)
    default: return .undefined
    }
  }

  /// The integer of a number without a fraction, `1.0` included.
  package var wholeNumber: Int? {
    switch tag {
    case .integer: return integer
    case .number: return Number.whole(self)
    default: return nil
    }
  }

  package var isNumber: Bool { tag == .integer || tag == .number }
  package var isCollection: Bool { tag == .array || tag == .object || tag == .set }
}
