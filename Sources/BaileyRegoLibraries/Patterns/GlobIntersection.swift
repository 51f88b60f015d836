internal import BaileyRego

/// Whether two globs have a text in common, found the way OPA does: a star at the end of one does not meet an empty rest.
struct GlobIntersection {
  private let left: [SimpleGlob.Token]
  private let right: [SimpleGlob.Token]
  private var known: [Int: Bool] = [:]
  private var steps = 0
  private let context: BuiltinContext
  private static let maximumSteps = 4_000_000

  static func isNonEmpty(
    _ left: [SimpleGlob.Token], _ right: [SimpleGlob.Token], _ context: BuiltinContext
  ) throws(BuiltinFailure) -> Bool {
    guard let (first, second) = trimmed(left, right) else { return false }
    var search = GlobIntersection(left: first, right: second, context: context)
    return try search.fromHere(0, 0)
  }

  private init(left: [SimpleGlob.Token], right: [SimpleGlob.Token], context: BuiltinContext) {
    (self.left, self.right, self.context) = (left, right, context)
  }

  /// Leaves one plain token at either end.
  private static func trimmed(
    _ left: [SimpleGlob.Token], _ right: [SimpleGlob.Token]
  ) -> ([SimpleGlob.Token], [SimpleGlob.Token])? {
    var start = 0
    while start < left.count, start < right.count, left[start].flag == .none, right[start].flag == .none {
      if !left[start].meets(right[start]) { return nil }
      start += 1
    }
    start = max(0, start - 1)
    var (leftEnd, rightEnd) = (left.count - 1, right.count - 1)
    while leftEnd >= start, rightEnd >= start, left[leftEnd].flag == .none, right[rightEnd].flag == .none {
      if !left[leftEnd].meets(right[rightEnd]) { return nil }
      (leftEnd, rightEnd) = (leftEnd - 1, rightEnd - 1)
    }
    if leftEnd < left.count - 1 { (leftEnd, rightEnd) = (leftEnd + 1, rightEnd + 1) }
    guard start <= leftEnd + 1, start <= rightEnd + 1 else { return ([], []) }
    return (Array(left[start..<(leftEnd + 1)]), Array(right[start..<(rightEnd + 1)]))
  }

  private mutating func fromHere(_ first: Int, _ second: Int) throws(BuiltinFailure) -> Bool {
    let key = first << 32 | second
    if let answer = known[key] { return answer }
    var (i, j) = (first, second)
    var answer: Bool?
    while answer == nil, i < left.count, j < right.count {
      if left[i].flag != .none {
        answer = try repeated(i, j, leftRepeats: true)
      } else if right[j].flag != .none {
        answer = try repeated(i, j, leftRepeats: false)
      } else if !left[i].meets(right[j]) {
        answer = false
      }
      (i, j) = (i + 1, j + 1)
    }
    let result = answer ?? (i == left.count && j == right.count)
    known[key] = result
    return result
  }

  private mutating func repeated(_ i: Int, _ j: Int, leftRepeats: Bool) throws(BuiltinFailure) -> Bool {
    let (star, other) = leftRepeats ? (left[i], right) : (right[j], left)
    var at = leftRepeats ? j : i
    let next = leftRepeats ? i + 1 : j + 1
    let nextToken = leftRepeats ? (next < left.count ? left[next] : nil) : (next < right.count ? right[next] : nil)
    if star.flag == .plus {
      if !star.meets(other[at]) { return false }
      // One that repeats itself may hold more than the first.
      if other[at].flag == .none { at += 1 }
    }
    while at < other.count {
      steps += 1
      try context.spend(1)
      if steps > Self.maximumSteps { throw BuiltinFailure("the globs are too complex") }
      if let nextToken, other[at].meets(nextToken) {
        if leftRepeats ? try fromHere(next, at) : try fromHere(at, next) { return true }
      }
      if !star.meets(other[at]) { return false }
      at += 1
    }
    return nextToken == nil
  }
}
