/// What a text of a diff is, for whoever has colours.
package enum DiffPaint: Sendable { case plain, heading, place, removed, added, risk, conflict }

extension ChangeSet {
  /// Unified diffs for a person to read, as `bailey diff` shows them, one change after the other.
  ///
  /// Not a patch to be applied: control and invisible characters of names and lines are written out.
  package func text(_ painted: (DiffPaint, String) -> String = { $1 }) -> String {
    changes.map { $0.text(painted) }.joined()
  }
}

extension Change {
  package func text(_ painted: (DiffPaint, String) -> String = { $1 }) -> String {
    var text = heading(painted)
    if !hunks.isEmpty { text += names(painted) }
    for hunk in hunks { text += hunk.text(painted) }
    return text
  }

  /// What a change is beside its hunks: kind, modes, targets, sizes.
  package func heading(_ painted: (DiffPaint, String) -> String = { $1 }) -> String {
    var lines = [painted(.heading, "diff \(displayPath)")]
    for risk in risks { lines.append(painted(.risk, "risk \(printable(risk.code)): \(printable(risk.sentence))")) }
    for finding in findings where finding.tier != .hint { lines.append(painted(.risk, "found \(finding.text)")) }
    if let conflict { lines.append(painted(.conflict, "conflict: \(printable(conflict))")) }
    switch kind {
    case .added: lines.append("new \(type.rawValue)" + (newMode.map { " mode \(octal($0))" } ?? ""))
    case .deleted: lines.append("deleted \(type.rawValue)" + (oldMode.map { " mode \(octal($0))" } ?? ""))
    case .typeChanged: lines.append("now a \(type.rawValue)")
    case .modified, .modeChanged: if let modes { lines.append("mode \(modes)") }
    }
    if let oldTarget { lines.append(painted(.removed, "-link to \(printable(oldTarget))")) }
    if let newTarget { lines.append(painted(.added, "+link to \(printable(newTarget))")) }
    if isMerged { lines.append(painted(.place, "joined: you edited it meanwhile; this is both edits over yours")) }
    if isBinary { lines.append(binary) }
    if let content { lines.append("content \(printable(content))") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func names(_ painted: (DiffPaint, String) -> String) -> String {
    let old = kind == .added ? "/dev/null" : "a/" + displayPath
    let new = kind == .deleted ? "/dev/null" : "b/" + displayPath
    return painted(.heading, "--- \(old)") + "\n" + painted(.heading, "+++ \(new)") + "\n"
  }

  private var binary: String {
    let sizes = [oldSize, newSize].compactMap { $0.map { "\($0) bytes" } }
    return "binary: " + sizes.joined(separator: " -> ")
  }

  /// `0644 -> 0755`, where the permission bits changed.
  package var modes: String? {
    guard let oldMode, let newMode, oldMode != newMode else { return nil }
    return "\(octal(oldMode)) -> \(octal(newMode))"
  }
}

extension ContentFinding {
  /// By which name a value is known.
  package var named: String { notes["name"].map { ": \($0)" } ?? "" }

  /// Tier, rule, place and what it is, without any of it.
  package var text: String {
    let place = line > 0 ? " in line \(line)" : ""
    let hidden = disguises.isEmpty ? "" : " (in \(disguises.joined(separator: ", in ")))"
    return "\(tier.rawValue) \(printable(rule))\(place): \(printable(title + named))\(printable(hidden))"
  }
}

extension Hunk {
  package func text(_ painted: (DiffPaint, String) -> String) -> String {
    painted(.place, heading) + "\n"
      + body { line, text in
        switch line {
        case .context: painted(.plain, text)
        case .removed: painted(.removed, text)
        case .added: painted(.added, text)
        }
      }
  }
}

package func octal(_ mode: UInt16) -> String {
  let digits = String(mode, radix: 8)
  return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
