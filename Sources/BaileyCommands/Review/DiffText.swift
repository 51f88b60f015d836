import BaileyCore

/// Unified diffs of a change set with the colours of a terminal.
struct DiffText {
  var palette: Palette

  func text(_ set: ChangeSet) -> String { set.text(painted) }

  func text(_ change: Change) -> String { change.text(painted) }

  /// What a change is beside its hunks: kind, modes, targets, sizes.
  func heading(_ change: Change) -> String { change.heading(painted) }

  func text(_ hunk: Hunk) -> String { hunk.text(painted) }

  private func painted(_ paint: DiffPaint, _ text: String) -> String {
    switch paint {
    case .plain: text
    case .heading: palette.bold(text)
    case .place: palette.cyan(text)
    case .removed, .risk: palette.red(text)
    case .added: palette.green(text)
    case .conflict: palette.yellow(text)
    }
  }
}
