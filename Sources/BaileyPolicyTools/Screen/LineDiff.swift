internal import BaileyCore

/// What changed between two texts, for people: lines with `-` and `+`, and three lines around each change.
enum LineDiff {
  private static let context = 3
  /// Beyond it, finding the shortest way takes too long; then everything counts as changed.
  private static let maximumLines = 20_000

  private enum Line { case same(ArraySlice<UInt8>), gone(ArraySlice<UInt8>), new(ArraySlice<UInt8>) }

  static func text(_ name: String, _ old: [UInt8], _ new: [UInt8]) -> String {
    let script = script(lines(old), lines(new))
    var text = "--- \(printable(name))\n+++ \(printable(name))\n"
    let changed = script.indices.filter { if case .same = script[$0] { false } else { true } }
    var next = 0
    while next < changed.count {
      let first = max(0, changed[next] - context)
      var last = changed[next]
      while next < changed.count, changed[next] <= last + 2 * context { (last, next) = (changed[next], next + 1) }
      let hunk = first..<min(script.count, last + context + 1)
      text += header(script, hunk) + script[hunk].map(shown).joined()
    }
    return text
  }

  private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    return lines.last?.isEmpty == true ? lines.dropLast() : lines
  }

  private static func script(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Line] {
    guard old.count + new.count <= maximumLines else { return old.map { .gone($0) } + new.map { .new($0) } }
    var (removed, inserted) = (Set<Int>(), Set<Int>())
    for change in new.difference(from: old) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var (script, at) = ([Line](), 0)
    for (index, line) in old.enumerated() {
      if removed.contains(index) {
        script.append(.gone(line))
        continue
      }
      while inserted.contains(at) { script.append(.new(new[at])); at += 1 }
      script.append(.same(line))
      at += 1
    }
    return script + new[min(at, new.count)...].map { .new($0) }
  }

  private static func header(_ script: [Line], _ hunk: Range<Int>) -> String {
    func count(_ part: ArraySlice<Line>) -> (old: Int, new: Int) {
      part.reduce((0, 0)) { sum, line in
        switch line {
        case .same: (sum.0 + 1, sum.1 + 1)
        case .gone: (sum.0 + 1, sum.1)
        case .new: (sum.0, sum.1 + 1)
        }
      }
    }
    let (before, inside) = (count(script[..<hunk.lowerBound]), count(script[hunk]))
    return "@@ -\(before.old + 1),\(inside.old) +\(before.new + 1),\(inside.new) @@\n"
  }

  private static func shown(_ line: Line) -> String {
    switch line {
    case .same(let bytes): " " + shown(bytes)
    case .gone(let bytes): "-" + shown(bytes)
    case .new(let bytes): "+" + shown(bytes)
    }
  }

  private static func shown(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.split(separator: 0x09, omittingEmptySubsequences: false)
      .map { printable(String(decoding: $0, as: UTF8.self)) }.joined(separator: "\t") + "\n"
  }
}
