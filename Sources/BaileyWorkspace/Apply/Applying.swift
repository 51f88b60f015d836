import BaileyCore
import BaileyLinux

/// One apply or undo of a session, under the project's lock.
struct Applying: Sendable {
  let staged: StagedSession
  let session: SessionID

  /// What there is to apply now, if it is what the person was shown.
  func read(digest: String) throws(Fault) -> StagedSession.Reading {
    let reading = try staged.read()
    if reading.set.digest != digest {
      throw Fault(
        "workspace-changed", subject: session.text,
        why: "the session or the project has changed since the changes were shown",
        hint: "look at them again with bailey diff, then apply")
    }
    return reading
  }

  func apply(_ selection: ChangeSelection, _ reading: StagedSession.Reading) throws(Fault) -> ApplyReport {
    let plan = try ApplyPlan(
      reading.changes, selection, lower: staged.lower, staged: staged.staged, hasher: staged.hasher)
    var report = ApplyReport(
      applied: plan.operations.map(\.path).unique, conflicts: plan.conflicts, heldBack: plan.heldBack, refs: [])
    let refs = reading.set.refs.filter { selection.selects($0) }
    report.refs = refs
    if selection.isDryRun || (plan.operations.isEmpty && refs.isEmpty) { return report }
    let (journal, refused) = try run(plan.operations, undoes: nil)
    let paths = Set(refused.map(\.path))
    report.applied.removeAll { paths.contains($0) }
    report.conflicts += refused
    let planned = selection.movesRefs ? refs.filter { $0.conflict == nil } : []
    report.refs = move(refs, planned: planned, journal) { git, refs throws(Fault) in
      try git.apply(refs, move: selection.movesRefs)
    }
    Journal.prune(in: staged.files.journals)
    return report
  }

  func undo() throws(Fault) -> ApplyReport {
    try staged.requireStaged()
    guard let journal = try lastApplied(), let operations = journal.operations else {
      throw Fault("nothing-to-undo", subject: session.text, why: "no apply of this session is left to take back")
    }
    let refused = journal.refused
    let done = operations.indices.filter { !refused.contains($0) }.map { operations[$0] }
    let inverse = done.inverted.ordered
    let (inverseJournal, refusals) = try run(inverse, undoes: journal.number)
    let moved = journal.refs
    let planned = moved.filter { $0.conflict == nil && $0.name != "index" }.map(\.inverted)
    let refs = move(moved, planned: planned, inverseJournal) { git, refs throws(Fault) in try git.undo(refs) }
    try attempting("closing the journal", []) { () throws(Errno) in try journal.setState(.undone) }
    let paths = Set(refusals.map(\.path))
    return ApplyReport(
      applied: inverse.map(\.path).unique.filter { !paths.contains($0) }, conflicts: refusals, heldBack: [], refs: refs)
  }

  /// Moves refs once the files are in place. A failure leaves the files applied and is told with each ref.
  private func move(
    _ refs: [RefChange], planned: [RefChange], _ journal: Journal,
    _ body: (GitStage, [RefChange]) throws(Fault) -> [RefChange]
  ) -> [RefChange] {
    guard let git = staged.git, !refs.isEmpty else { return [] }
    do throws(Fault) {
      try attempting("writing the journal", []) { () throws(Errno) in try journal.plan(refs: planned) }
      let moved = try body(git, refs)
      try attempting("writing the journal", []) { () throws(Errno) in try journal.settle(refs: moved) }
      try accept(moved)
      return moved
    } catch {
      return refs.map { ref in
        var ref = ref
        ref.conflict = error.why
        return ref
      }
    }
  }

  /// Without this the session's own move would be somebody else's to its next apply.
  private func accept(_ moved: [RefChange]) throws(Fault) {
    var memory = try staged.files.load()
    memory.git.accept(moved, project: memory.project)
    try staged.files.save(memory)
  }

  private func lastApplied() throws(Fault) -> Journal? {
    for number in Journal.numbers(in: staged.files.journals).reversed() {
      let journals = staged.files.journals
      let journal = try attempting("reading the journal", Array(journals.utf8)) { () throws(Errno) in
        try Journal(in: journals, number: number)
      }
      if journal.state == .done, journal.undoes == nil { return journal }
    }
    return nil
  }

  /// Returns what was refused at the last moment.
  private func run(_ operations: [Operation], undoes: Int?) throws(Fault) -> (Journal, [ApplyReport.Refusal]) {
    let journals = staged.files.journals
    let number = (Journal.numbers(in: journals).last ?? 0) + 1
    let journal = try attempting("making the journal", Array(journals.utf8)) { () throws(Errno) in
      try Descriptor.makeDirectories(journals)
      return try Journal.create(in: journals, number: number)
    }
    let acceptance = Acceptance(files: staged.files, project: staged.lower, hasher: staged.hasher)
    var transaction = try Transaction.prepare(
      operations, project: staged.lower, journal: journal, undoes: undoes,
      ownParents: Acceptance.ownParents(of: operations, in: staged.lower, staged.memory.base), hasher: staged.hasher)
    do throws(Fault) { try transaction.commit() } catch {
      try? acceptance.run(operations, wereTakenBack: true, journal)
      throw error
    }
    let refusals = transaction.refusals
    let done = operations.indices.filter { refusals[$0] == nil }.map { operations[$0] }
    // The files are in place and the journal says so: a full disk is no failure of the apply, and whoever reads next catches up.
    try? acceptance.run(done, wereTakenBack: false, journal)
    let refused = refusals.sorted { $0.key < $1.key }
    return (journal, refused.map { ApplyReport.Refusal(path: operations[$0.key].path, why: $0.value) })
  }
}

extension RefChange {
  fileprivate var inverted: RefChange { RefChange(repository: repository, name: name, old: new, new: old) }
}

extension [[UInt8]] {
  /// In order, each once: a directory can have two operations.
  var unique: [[UInt8]] {
    var seen: Set<[UInt8]> = []
    return filter { seen.insert($0).inserted }
  }
}
