/// How far one name is from another: insertions, deletions and replacements.
enum Spelling {
  static func distance(_ left: String, _ right: String) -> Int {
    let (first, second) = (Array(left.utf8), Array(right.utf8))
    if abs(first.count - second.count) > 3 { return 4 }
    var row = Array(0...second.count)
    for (index, byte) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in second.indices {
        let above = row[column + 1]
        row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == second[column] ? 0 : 1))
        diagonal = above
      }
    }
    return row[second.count]
  }
}
