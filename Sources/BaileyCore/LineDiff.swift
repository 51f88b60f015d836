/// One place where two texts differ: the old lines that the new lines stand for.
package struct LineEdit: Sendable, Equatable {
  package var old: Range<Int>
  package var new: Range<Int>
}

/// The difference of two texts by lines: E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
///
/// The result is always right, and the shortest one as long as it has at most `maximumDistance` lines; beyond that the differing middle is one
/// edit, because the time and memory of the search grow with the square of that number.
package struct LineDiff: Sendable {
  package let old: TextLines
  package let new: TextLines
  /// In order, neither overlapping nor touching.
  package let edits: [LineEdit]

  static let maximumDistance = 1500

  package init(old: [UInt8], new: [UInt8]) {
    self.old = TextLines(old)
    self.new = TextLines(new)
    edits = Self.edits(Self.numbered(self.old, self.new))
  }

  /// Equal lines get equal numbers, so that the search compares integers.
  private static func numbered(_ old: TextLines, _ new: TextLines) -> (old: [Int32], new: [Int32]) {
    var numbers: [ArraySlice<UInt8>: Int32] = [:]
    func number(_ text: TextLines) -> [Int32] {
      text.ranges.map { range in
        if let known = numbers[text.bytes[range]] { return known }
        let next = Int32(truncatingIfNeeded: numbers.count)
        numbers[text.bytes[range]] = next
        return next
      }
    }
    return (number(old), number(new))
  }

  private static func edits(_ lines: (old: [Int32], new: [Int32])) -> [LineEdit] {
    let (old, new) = lines
    let shorter = min(old.count, new.count)
    var head = 0
    while head < shorter, old[head] == new[head] { head += 1 }
    var tail = 0
    while tail < shorter - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] { tail += 1 }
    let oldMiddle = head..<(old.count - tail)
    let newMiddle = head..<(new.count - tail)
    if oldMiddle.isEmpty && newMiddle.isEmpty { return [] }
    if oldMiddle.isEmpty || newMiddle.isEmpty { return [LineEdit(old: oldMiddle, new: newMiddle)] }
    var search = ShortestEdit(old: Array(old[oldMiddle]), new: Array(new[newMiddle]))
    guard let found = search.run(maximumDistance: maximumDistance) else {
      return [LineEdit(old: oldMiddle, new: newMiddle)]
    }
    return found.map {
      LineEdit(
        old: ($0.old.lowerBound + head)..<($0.old.upperBound + head),
        new: ($0.new.lowerBound + head)..<($0.new.upperBound + head))
    }
  }
}

/// The greedy search of the paper, section 4, with the frontier of each round kept for the way back.
private struct ShortestEdit {
  let old: [Int32]
  let new: [Int32]
  var rounds: [[Int32]] = []

  init(old: [Int32], new: [Int32]) {
    self.old = old
    self.new = new
  }

  /// `nil` when more than `maximumDistance` lines differ.
  mutating func run(maximumDistance: Int) -> [LineEdit]? {
    let limit = min(old.count + new.count, maximumDistance)
    var frontier = [Int32](repeating: 0, count: 2 * limit + 3)
    let zero = limit + 1
    for distance in 0...limit {
      for diagonal in stride(from: -distance, through: distance, by: 2) {
        let down =
          diagonal == -distance
          || (diagonal != distance && frontier[zero + diagonal - 1] < frontier[zero + diagonal + 1])
        var x = Int(down ? frontier[zero + diagonal + 1] : frontier[zero + diagonal - 1] + 1)
        var y = x - diagonal
        while x < old.count, y < new.count, x >= 0, y >= 0, old[x] == new[y] {
          x += 1
          y += 1
        }
        frontier[zero + diagonal] = Int32(truncatingIfNeeded: x)
        if x >= old.count, y >= new.count {
          rounds.append(Array(frontier[(zero - distance)...(zero + distance)]))
          return edits(distance: distance)
        }
      }
      rounds.append(Array(frontier[(zero - distance)...(zero + distance)]))
    }
    return nil
  }

  /// Walks back from the end, joining steps that touch into one edit.
  private func edits(distance: Int) -> [LineEdit] {
    var reversed: [LineEdit] = []
    var x = old.count
    var y = new.count
    for step in stride(from: distance, to: 0, by: -1) {
      let before = rounds[step - 1]
      let diagonal = x - y
      func reach(_ diagonal: Int) -> Int32 {
        let index = diagonal + step - 1
        return before.indices.contains(index) ? before[index] : -1
      }
      let down = diagonal == -step || (diagonal != step && reach(diagonal - 1) < reach(diagonal + 1))
      let previous = down ? diagonal + 1 : diagonal - 1
      let startX = Int(reach(previous))
      let startY = startX - previous
      let edit = LineEdit(old: startX..<(down ? startX : startX + 1), new: startY..<(down ? startY + 1 : startY))
      if let last = reversed.last, edit.old.upperBound == last.old.lowerBound,
        edit.new.upperBound == last.new.lowerBound
      {
        reversed[reversed.count - 1] = LineEdit(
          old: edit.old.lowerBound..<last.old.upperBound, new: edit.new.lowerBound..<last.new.upperBound)
      } else {
        reversed.append(edit)
      }
      x = startX
      y = startY
    }
    return reversed.reversed()
  }
}
