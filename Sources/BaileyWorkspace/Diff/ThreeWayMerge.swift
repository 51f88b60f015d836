import BaileyCore

/// Joins two independent edits of one text.
///
/// Only what cannot be doubted is joined: edits that overlap or touch, and are not the same edit, are a conflict. No markers are written.
enum ThreeWayMerge {
  /// `nil` is a conflict.
  static func merge(base: [UInt8], mine: [UInt8], theirs: [UInt8]) -> [UInt8]? {
    let left = LineDiff(old: base, new: mine)
    let right = LineDiff(old: base, new: theirs)
    var result: [UInt8] = []
    var at = 0
    var leftEdits = left.edits[...]
    var rightEdits = right.edits[...]
    while let (edit, text) = next(&leftEdits, left, &rightEdits, right) {
      guard let edit, edit.old.lowerBound >= at else { return nil }
      result += left.old.bytes(of: at..<edit.old.lowerBound)
      result += text.bytes(of: edit.new)
      at = edit.old.upperBound
    }
    return result + left.old.bytes(of: at..<left.old.count)
  }

  /// The edit that comes first in the base; one without an edit is a conflict, `nil` the end.
  private static func next(
    _ lefts: inout ArraySlice<LineEdit>, _ left: LineDiff, _ rights: inout ArraySlice<LineEdit>, _ right: LineDiff
  ) -> (LineEdit?, TextLines)? {
    guard let mine = lefts.first else { return rights.popFirst().map { ($0, right.new) } }
    guard let theirs = rights.first else { return lefts.popFirst().map { ($0, left.new) } }
    if mine.old.upperBound < theirs.old.lowerBound {
      lefts.removeFirst()
      return (mine, left.new)
    }
    if theirs.old.upperBound < mine.old.lowerBound {
      rights.removeFirst()
      return (theirs, right.new)
    }
    let isSame = mine.old == theirs.old && left.new.bytes(of: mine.new).elementsEqual(right.new.bytes(of: theirs.new))
    guard isSame else { return (nil, left.new) }
    lefts.removeFirst()
    rights.removeFirst()
    return (mine, left.new)
  }
}
