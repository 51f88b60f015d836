extension LineDiff {
  /// Lines of context around an edit, as in `diff -u`.
  static let context = 3

  /// Edits whose contexts touch, as one group each.
  var groups: [[LineEdit]] {
    var groups: [[LineEdit]] = []
    for edit in edits {
      if let last = groups.last?.last, edit.old.lowerBound - last.old.upperBound <= 2 * Self.context {
        groups[groups.count - 1].append(edit)
      } else {
        groups.append([edit])
      }
    }
    return groups
  }

  package var hunks: [Hunk] { groups.map(hunk) }

  private func hunk(_ group: [LineEdit]) -> Hunk {
    let first = group.first ?? LineEdit(old: 0..<0, new: 0..<0)
    let last = group.last ?? first
    let lead = min(Self.context, first.old.lowerBound)
    let trail = min(Self.context, old.count - last.old.upperBound)
    let oldRange = (first.old.lowerBound - lead)..<(last.old.upperBound + trail)
    let newRange = (first.new.lowerBound - lead)..<(last.new.upperBound + trail)
    var lines: [Hunk.Line] = []
    var at = oldRange.lowerBound
    for edit in group {
      lines += (at..<edit.old.lowerBound).map { .context(old.shown($0)) }
      lines += edit.old.map { .removed(old.shown($0)) }
      lines += edit.new.map { .added(new.shown($0)) }
      at = edit.old.upperBound
    }
    lines += (at..<oldRange.upperBound).map { .context(old.shown($0)) }
    // An empty side is numbered by the line before it (POSIX diff, "Diff -u output format").
    var hunk = Hunk(
      oldStart: oldRange.isEmpty ? oldRange.lowerBound : oldRange.lowerBound + 1, oldCount: oldRange.count,
      newStart: newRange.isEmpty ? newRange.lowerBound : newRange.lowerBound + 1, newCount: newRange.count,
      lines: lines)
    hunk.oldEndsWithoutNewline = !oldRange.isEmpty && oldRange.upperBound == old.count && old.endsWithoutNewline
    hunk.newEndsWithoutNewline = !newRange.isEmpty && newRange.upperBound == new.count && new.endsWithoutNewline
    return hunk
  }

  /// The old text with only the chosen hunks taken; `nil` when an index names no hunk.
  package func text(taking chosen: Set<Int>) -> [UInt8]? {
    let groups = groups
    guard chosen.allSatisfy(groups.indices.contains) else { return nil }
    var result: [UInt8] = []
    var at = 0
    for index in groups.indices where chosen.contains(index) {
      for edit in groups[index] {
        result += old.bytes(of: at..<edit.old.lowerBound)
        result += new.bytes(of: edit.new)
        at = edit.old.upperBound
      }
    }
    return result + old.bytes(of: at..<old.count)
  }
}
