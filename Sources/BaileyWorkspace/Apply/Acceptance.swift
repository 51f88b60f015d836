import BaileyCore
import BaileyLinux

/// Makes what an apply, undo or rollback of ours left in the project part of the session's base.
///
/// Every rename moves the change time, so without this our own work would look like somebody else's: a false conflict for good.
struct Acceptance {
  let files: SessionFiles
  let project: Tree
  let hasher: HasherFactory

  /// Directories in which an apply is to work and nobody else has since the start: only those are ours afterwards.
  static func ownParents(of operations: [Operation], in project: Tree, _ record: BaseRecord) -> [[UInt8]] {
    Set(operations.map { Tree.split($0.path).parent }).filter { parent in
      guard let status = (try? project.status(parent)).flatMap(\.self) else { return false }
      return !record.isTouched(parent, status, directoryMatters: true)
    }
  }

  /// - Parameters:
  ///   - operations: of the journal.
  ///   - wereTakenBack: whether the project is at their start and not at their end.
  func run(_ operations: [Operation], wereTakenBack: Bool, _ journal: Journal) throws(Fault) {
    var memory = try files.load()
    let reader = TreeReader(project)
    for operation in operations.inverted.sorted(by: { $0.path.lexicographicallyPrecedes($1.path) }) {
      let expected = wereTakenBack ? operation.after : operation.before
      // What is not as we left it was changed by somebody else, and stays a conflict.
      guard let state = try? reader.state(operation.path, hasher), state == expected else { continue }
      memory.base.accepted.updateValue(stamp(operation.path, reader), forKey: operation.path)
    }
    for parent in journal.ownParents { memory.base.accepted.updateValue(stamp(parent, reader), forKey: parent) }
    memory.settled = max(memory.settled, journal.number)
    try files.save(memory)
  }

  /// The same from the journals alone, for those that ended without it: the controller died, or there was no space left to write it down.
  static func catchUp(_ files: SessionFiles, _ hasher: @escaping HasherFactory) throws(Fault) {
    let settled = try files.load().settled
    for number in Journal.numbers(in: files.journals) where number > settled {
      guard let journal = try? Journal(in: files.journals, number: number) else { continue }
      try run(journal, files, hasher)
    }
  }

  /// Nothing for a journal that is not at its end.
  static func run(_ journal: Journal, _ files: SessionFiles, _ hasher: @escaping HasherFactory) throws(Fault) {
    let state = journal.state
    guard state.isEnd, let path = journal.project, let project = try? Tree(path), let operations = journal.operations
    else { return }
    try Acceptance(files: files, project: project, hasher: hasher).run(
      operations, wereTakenBack: state == .rolledBack, journal)
  }

  private func stamp(_ path: [UInt8], _ reader: TreeReader) -> Stamp? {
    guard let status = try? reader.status(path) else { return nil }
    return Stamp(status)
  }
}
