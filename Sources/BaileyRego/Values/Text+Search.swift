extension Text {
  /// Knuth, Morris and Pratt's search: never looks at a byte of the text again.
  func search(_ other: Text, from offset: Int) -> Int? {
    var borders = [Int](repeating: 0, count: other.count)
    var matched = 0
    for index in 1..<other.count {
      while matched > 0, other[index] != other[matched] { matched = borders[matched - 1] }
      if other[index] == other[matched] { matched += 1 }
      borders[index] = matched
    }
    matched = 0
    for index in offset..<count {
      while matched > 0, self[index] != other[matched] { matched = borders[matched - 1] }
      if self[index] == other[matched] { matched += 1 }
      if matched == other.count { return index - matched + 1 }
    }
    return nil
  }
}
