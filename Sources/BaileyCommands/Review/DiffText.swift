import BaileyCore

/// Unified diffs of a change set for a person to read.
///
/// Not a patch to be applied: control and invisible characters of names and lines are written out.
struct DiffText {
  var palette: Palette

  func text(_ set: ChangeSet) -> String { set.changes.map(text).joined() }

  func text(_ change: Change) -> String {
    var text = heading(change)
    if !change.hunks.isEmpty { text += names(change) }
    for hunk in change.hunks { text += self.text(hunk) }
    return text
  }

  /// What a change is beside its hunks: kind, modes, targets, sizes.
  func heading(_ change: Change) -> String {
    let path = change.displayPath
    var lines = [palette.bold("diff \(path)")]
    for risk in change.risks { lines.append(palette.red("risk \(printable(risk.code)): \(printable(risk.sentence))")) }
    if let conflict = change.conflict { lines.append(palette.yellow("conflict: \(printable(conflict))")) }
    switch change.kind {
    case .added: lines.append("new \(change.type.rawValue)" + (change.newMode.map { " mode \(octal($0))" } ?? ""))
    case .deleted: lines.append("deleted \(change.type.rawValue)" + (change.oldMode.map { " mode \(octal($0))" } ?? ""))
    case .typeChanged: lines.append("now a \(change.type.rawValue)")
    case .modified, .modeChanged: if let modes = change.modes { lines.append("mode \(modes)") }
    }
    if let old = change.oldTarget { lines.append(palette.red("-link to \(printable(old))")) }
    if let new = change.newTarget { lines.append(palette.green("+link to \(printable(new))")) }
    if change.isMerged { lines.append(palette.cyan("joined: you edited it meanwhile; this is both edits over yours")) }
    if change.isBinary { lines.append(binary(change)) }
    return lines.joined(separator: "\n") + "\n"
  }

  func text(_ hunk: Hunk) -> String {
    palette.cyan(hunk.heading) + "\n"
      + hunk.body { line, text in
        switch line {
        case .context: text
        case .removed: palette.red(text)
        case .added: palette.green(text)
        }
      }
  }

  private func names(_ change: Change) -> String {
    let old = change.kind == .added ? "/dev/null" : "a/" + change.displayPath
    let new = change.kind == .deleted ? "/dev/null" : "b/" + change.displayPath
    return palette.bold("--- \(old)") + "\n" + palette.bold("+++ \(new)") + "\n"
  }

  private func binary(_ change: Change) -> String {
    let sizes = [change.oldSize, change.newSize].compactMap { $0.map { "\($0) bytes" } }
    return "binary: " + sizes.joined(separator: " -> ")
  }
}
