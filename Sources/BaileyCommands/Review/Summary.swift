import BaileyCore

/// The summary of a change set: what is harmless, what plants code for later, what cannot be applied.
struct Summary {
  var palette: Palette

  func text(_ set: ChangeSet, session: SessionID) -> String {
    if set.changes.isEmpty, set.refs.isEmpty { return "session \(session.text): no changes\n" }
    let plain = set.changes.filter { $0.risks.isEmpty && $0.conflict == nil }
    let risky = set.changes.filter { !$0.risks.isEmpty && $0.conflict == nil }
    let conflicts = set.changes.filter { $0.conflict != nil }
    var text = palette.bold("session \(session.text): \(Self.count(set))") + "\n"
    for change in plain { text += "  " + line(change) + "\n" }
    if !set.refs.isEmpty { text += refs(set.refs) }
    if !risky.isEmpty { text += self.risky(risky) }
    if !conflicts.isEmpty { text += self.conflicts(conflicts) }
    return text + found(set.changes, set.refs)
  }

  static func count(_ set: ChangeSet) -> String {
    let added = set.changes.reduce(0) { $0 + $1.added }
    let removed = set.changes.reduce(0) { $0 + $1.removed }
    var text = "\(counted(set.changes.count, "file")) changed, \(counted(added, "line")) added, \(removed) removed"
    if !set.refs.isEmpty { text += ", \(counted(set.refs.count, "git ref"))" }
    return text
  }

  /// Letter, path, and what happened in a few words.
  func line(_ change: Change) -> String {
    let letter =
      switch change.kind {
      case .added: palette.green("A")
      case .modified: palette.yellow("M")
      case .deleted: palette.red("D")
      case .typeChanged: palette.yellow("T")
      case .modeChanged: palette.yellow("m")
      }
    let detail = self.detail(change)
    return "\(letter) \(change.displayPath)\(detail.isEmpty ? "" : "  " + detail)"
  }

  func risky(_ changes: [Change]) -> String {
    var text = palette.red("risky, because they can run code later; they need a separate yes:") + "\n"
    for change in changes {
      text += "  " + line(change) + "\n"
      for risk in change.risks { text += "      \(palette.red(printable(risk.code))): \(printable(risk.sentence))\n" }
    }
    return text
  }

  private static let mostShown = 50

  /// What the inspection found; hints as a count.
  func found(_ changes: [Change], _ refs: [RefChange]) -> String {
    let all =
      changes.flatMap { change in change.findings.map { (change.displayPath, $0) } }
      + refs.flatMap { ref in ref.findings.map { ("\(printable(ref.place)) \(printable(ref.name))", $0) } }
    if all.isEmpty { return "" }
    // What is beyond doubt first: however much else there is, it is seen.
    let shown = all.filter(\.1.needsYes) + all.filter { $0.1.tier != .hint && !$0.1.needsYes }
    var text = shown.isEmpty ? "" : palette.red("found by the inspection:") + "\n"
    for (path, finding) in shown.prefix(Self.mostShown) {
      let place = path + (finding.line > 0 ? ":\(finding.line)" : "")
      let sample = finding.sample.isEmpty ? "" : "  " + printable(finding.sample)
      let hidden = finding.disguises.isEmpty ? "" : "  in " + printable(finding.disguises.joined(separator: ", in "))
      let tier = finding.tier == .certain ? palette.red("certain") : palette.yellow("likely")
      text +=
        "  \(place)  \(tier) \(printable(finding.rule)): \(printable(finding.title + finding.named))\(sample)\(hidden)\n"
    }
    if shown.count > Self.mostShown { text += "  and \(shown.count - Self.mostShown) more\n" }
    let hints = all.count - shown.count
    return text + (hints > 0 ? "\(counted(hints, "hint")) of the inspection: --json has them\n" : "")
  }

  private func conflicts(_ changes: [Change]) -> String {
    var text = palette.yellow("conflicts, which are left to you:") + "\n"
    for change in changes {
      text += "  " + line(change) + "\n      \(printable(change.conflict ?? ""))\n"
      for risk in change.risks { text += "      \(palette.red(printable(risk.code))): \(printable(risk.sentence))\n" }
    }
    return text
  }

  private func refs(_ refs: [RefChange]) -> String {
    refs.map { ref in
      let place = ref.repository.isEmpty ? "" : printable(ref.repository) + ": "
      let why = ref.conflict.map { "  conflict: " + printable($0) } ?? ""
      return "  git \(place)\(printable(ref.name)) \(short(ref.old)) -> \(short(ref.new))\(why)\n"
    }.joined()
  }

  private func short(_ name: String?) -> String { name.map { printable(String($0.prefix(12))) } ?? "none" }

  private func detail(_ change: Change) -> String {
    var words: [String] = []
    if change.type == .symlink || change.newTarget != nil { words.append(link(change)) }
    if change.type == .directory { words.append("directory") }
    if change.isMerged { words.append(palette.cyan("joined with your edits")) }
    if change.isBinary { words.append("binary " + sizes(change)) }
    if change.added > 0 { words.append(palette.green("+\(change.added)")) }
    if change.removed > 0 { words.append(palette.red("-\(change.removed)")) }
    if let modes = change.modes { words.append("mode " + modes) }
    return words.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func link(_ change: Change) -> String {
    switch (change.oldTarget, change.newTarget) {
    case (let old?, let new?): "link \(printable(old)) -> \(printable(new))"
    case (nil, let new?): "link to \(printable(new))"
    case (let old?, nil): "link to \(printable(old))"
    case (nil, nil): "link"
    }
  }

  private func sizes(_ change: Change) -> String {
    [change.oldSize, change.newSize].compactMap { $0.map(sizeText) }.joined(separator: " -> ")
  }
}

extension Change {
  var added: Int { lineCount { if case .added = $0 { true } else { false } } }
  var removed: Int { lineCount { if case .removed = $0 { true } else { false } } }

  private func lineCount(_ matches: (Hunk.Line) -> Bool) -> Int {
    hunks.reduce(0) { $0 + $1.lines.count(where: matches) }
  }
}
