/// Compares collections. Values that share parts heavily have far more places than blocks: after a while it remembers which
/// pairs are equal, and so looks at each pair of blocks once.
struct Comparer {
  private var visits = 0
  private var equal: Set<Pair> = []
  private static let patience = 10_000

  private struct Pair: Hashable {
    var left: UInt64
    var right: UInt64
  }

  mutating func compare(_ left: Value, _ right: Value) -> Int {
    if left.bits == right.bits { return 0 }
    guard left.tag == right.tag, left.isCollection else { return Value.compare(left, right) }
    visits += 1
    let isPatient = visits < Self.patience
    let pair = Pair(left: left.bits, right: right.bits)
    if !isPatient, equal.contains(pair) { return 0 }
    let order = left.tag == .object ? objects(left, right) : items(left, right)
    if order == 0, visits >= Self.patience { equal.insert(pair) }
    return order
  }

  private mutating func items(_ left: Value, _ right: Value) -> Int {
    let (leftCount, rightCount) = (left.count, right.count)
    for index in 0..<min(leftCount, rightCount) {
      let order = compare(left.item(index), right.item(index))
      if order != 0 { return order }
    }
    return leftCount == rightCount ? 0 : (leftCount < rightCount ? -1 : 1)
  }

  private mutating func objects(_ left: Value, _ right: Value) -> Int {
    let (leftCount, rightCount) = (left.count, right.count)
    for index in 0..<min(leftCount, rightCount) {
      let keys = compare(left.item(index), right.item(index))
      if keys != 0 { return keys }
      let values = compare(left.value(index), right.value(index))
      if values != 0 { return values }
    }
    return leftCount == rightCount ? 0 : (leftCount < rightCount ? -1 : 1)
  }
}
