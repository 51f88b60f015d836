import BaileyCore

/// What one change set may hold, so that a session cannot fill the controller's memory.
struct ChangeLimit {
  static let changes = 400_000
  /// Bytes of all paths and link targets.
  static let names = 128 << 20

  private(set) var changes = 0
  private(set) var names = 0

  /// Errors: `workspace-too-large`.
  mutating func take(_ change: StagedChange) throws(Fault) {
    changes += 1
    names += change.path.count + (change.before.target?.count ?? 0) + (change.after.target?.count ?? 0)
    if changes <= Self.changes, names <= Self.names { return }
    throw Fault(
      "workspace-too-large", why: "the session made more than 400,000 changes, or their names are longer than 128 MiB",
      hint: "remove generated files inside the session, or keep them out of the project")
  }
}
