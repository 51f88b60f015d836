import BaileyCore

/// What an apply or undo did, for a person.
struct ReportText {
  var palette: Palette

  func text(_ report: ApplyReport, session: SessionID, verb: String) -> String {
    var text = "\(verb) \(counted(report.applied.count, "change")) of session \(session.text)\n"
    for path in report.applied { text += "  \(printable(path))\n" }
    for ref in report.refs { text += "  git \(printable(ref.name))\n" }
    if !report.heldBack.isEmpty {
      text += palette.yellow("held back, because they are risky and have no separate yes:") + "\n"
      for path in report.heldBack { text += "  \(printable(path))\n" }
    }
    if !report.conflicts.isEmpty {
      text += palette.yellow("left to you:") + "\n"
      for conflict in report.conflicts { text += "  \(printable(conflict.path)): \(printable(conflict.why))\n" }
    }
    return text
  }
}
