import BaileyCore
import BaileyLinux

/// Puts in order what a controller left that died in the middle of an apply: each is rolled back, or found to be finished.
struct Recovery {
  let stateDirectory: String
  let hasher: HasherFactory

  /// Returns a sentence for each apply that had not ended.
  func run() throws(Fault) -> [String] {
    var sentences: [String] = []
    let sessions = (try? Descriptor.entries(of: stateDirectory + "/sessions")) ?? []
    for id in sessions.compactMap({ SessionID($0.text) }).sorted(by: { $0.text < $1.text }) {
      let files = SessionFiles(stateDirectory: stateDirectory, session: id)
      Placeholders.remove(files)
      let settled = (try? files.load())?.settled ?? 0
      for number in Journal.numbers(in: files.journals) {
        guard let journal = try? Journal(in: files.journals, number: number) else { continue }
        if let sentence = try settle(journal, files.journals) { sentences.append("session \(id.text): \(sentence)") }
        if number > settled { try Acceptance.run(journal, files, hasher) }
        if let sentence = try settleRefs(journal, files) { sentences.append("session \(id.text): \(sentence)") }
      }
    }
    return sentences
  }

  /// Takes up again what could not be put back when it was tried: nothing may be built on a project that is between two states.
  ///
  /// Errors: `workspace-unfinished`.
  func requireFinished(_ files: SessionFiles) throws(Fault) {
    for number in Journal.numbers(in: files.journals) {
      guard let journal = try? Journal(in: files.journals, number: number), journal.state == .applying else { continue }
      let sentence = try rollBack(journal)
      if journal.state == .applying {
        throw Fault(
          "workspace-unfinished", subject: journal.project.map { printable($0) },
          why: sentence ?? "an earlier apply did not come to its end", hint: "make the project writable, then try again"
        )
      }
      try Acceptance.run(journal, files, hasher)
    }
  }

  private func settle(_ journal: Journal, _ journals: String) throws(Fault) -> String? {
    switch journal.state {
    case .rolledBack, .undone: return try clear(journal)
    case .done:
      if let number = journal.undoes, let undone = try? Journal(in: journals, number: number), undone.state == .done {
        try attempting("closing the journal", []) { () throws(Errno) in try undone.setState(.undone) }
        _ = try clear(journal)
        return Self.refsLeft(by: journal, of: undone)
      }
      return try clear(journal)
    case .preparing, .applying: return try rollBack(journal)
    }
  }

  /// The files were put back, and the controller died before it came to the refs.
  private static func refsLeft(by undo: Journal, of apply: Journal) -> String? {
    let moved = apply.refs.filter { $0.conflict == nil && $0.name != "index" }
    if moved.isEmpty || undo.hasRefs { return nil }
    let former = moved.map { "\(printable($0.name)) (before the apply: \($0.old ?? "none"))" }.joined(separator: ", ")
    return "an undo put the files back, but the controller ended before it came to the git refs: \(former)"
  }

  /// Finds out which of the planned refs moved before the controller died, so that they can be undone and are not taken for somebody else's.
  private func settleRefs(_ journal: Journal, _ files: SessionFiles) throws(Fault) -> String? {
    guard let planned = journal.plannedRefs else { return nil }
    var memory = try files.load()
    let moved = memory.git.happened(planned, project: memory.project)
    memory.git.accept(moved, project: memory.project)
    try files.save(memory)
    try attempting("writing the journal", []) { () throws(Errno) in try journal.settle(refs: moved) }
    if moved.count == planned.count { return nil }
    return "\(planned.count - moved.count) of \(planned.count) git refs were not moved before the controller ended"
  }

  private func rollBack(_ journal: Journal) throws(Fault) -> String? {
    guard let path = journal.project else {
      // Nothing was made in the project before `begin` was complete.
      return nil
    }
    guard let project = try? Tree(path) else {
      return "\(printable(path)) cannot be opened to put back an unfinished apply"
    }
    let lock = try ProjectLock.take(stateDirectory: stateDirectory, project: project)
    defer { try? lock.unlock() }
    // State may have moved on while another process held the lock.
    if journal.state.isEnd { return nil }
    let problems = Rollback(project: project, journal: journal, hasher: hasher).run()
    let result = problems.isEmpty ? "was rolled back" : "was rolled back except: " + problems.joined(separator: "; ")
    return "an unfinished \(journal.undoes == nil ? "apply" : "undo") to \(printable(path)) \(result)"
  }

  /// Removes a staging directory that outlived its apply.
  private func clear(_ journal: Journal) throws(Fault) -> String? {
    guard let name = journal.staging, let path = journal.project, let project = try? Tree(path) else { return nil }
    guard name.hasPrefix(Transaction.stagingPrefix), !name.contains("/") else { return nil }
    if (try? project.root.status(of: name)) != nil { try? project.root.removeTree(name) }
    return nil
  }
}
