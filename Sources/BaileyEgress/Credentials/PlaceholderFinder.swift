/// Finds placeholders in bytes, all of them in one pass.
///
/// Wu and Manber's method with blocks of two bytes: most bytes are never looked at.
struct PlaceholderFinder: Sendable {
  struct Match: Sendable, Equatable {
    /// Of the placeholder that was found.
    var index: Int
    var range: Range<Int>
  }

  private let patterns: [[UInt8]]
  private let shortest: Int
  /// By two bytes: how far no placeholder can end.
  private let shifts: [UInt8]
  /// Placeholders by the two bytes at the place `shortest`.
  private let candidates: [Int: [Int]]

  /// - Parameter patterns: of two bytes at least.
  init(_ patterns: [[UInt8]]) {
    self.patterns = patterns
    let shortest = min(patterns.map(\.count).min() ?? 2, 255)
    self.shortest = shortest
    var shifts = [UInt8](repeating: UInt8(shortest - 1), count: patterns.isEmpty ? 0 : 1 << 16)
    var candidates: [Int: [Int]] = [:]
    for (index, pattern) in patterns.enumerated() {
      for end in 1..<shortest {
        let block = Int(pattern[end - 1]) << 8 | Int(pattern[end])
        shifts[block] = min(shifts[block], UInt8(shortest - 1 - end))
        if end == shortest - 1 { candidates[block, default: []].append(index) }
      }
    }
    (self.shifts, self.candidates) = (shifts, candidates)
  }

  /// Matches that do not overlap, in order.
  func matches(in bytes: [UInt8]) -> [Match] {
    var found: [Match] = []
    var start = 0
    while let match = first(in: bytes, from: start) {
      found.append(match)
      start = match.range.upperBound
    }
    return found
  }

  func first(in bytes: [UInt8], from start: Int = 0) -> Match? {
    guard !patterns.isEmpty else { return nil }
    var end = start + shortest - 1
    while end < bytes.count {
      let block = Int(bytes[end - 1]) << 8 | Int(bytes[end])
      let shift = Int(shifts[block])
      if shift == 0, let match = match(bytes, from: end - shortest + 1, candidates[block] ?? []) { return match }
      end += max(shift, 1)
    }
    return nil
  }

  private func match(_ bytes: [UInt8], from start: Int, _ candidates: [Int]) -> Match? {
    for index in candidates where bytes[start...].starts(with: patterns[index]) {
      return Match(index: index, range: start..<(start + patterns[index].count))
    }
    return nil
  }

  /// How many of the last bytes may be the beginning of a placeholder that goes on.
  func openEnd(of bytes: [UInt8]) -> Int {
    var longest = 0
    for pattern in patterns {
      let most = min(pattern.count - 1, bytes.count)
      guard most > longest else { continue }
      for count in stride(from: most, to: longest, by: -1)
      where bytes[bytes.count - count] == pattern[0] && bytes[(bytes.count - count)...].elementsEqual(pattern[..<count])
      {
        longest = count
        break
      }
    }
    return longest
  }
}
