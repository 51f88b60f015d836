import BaileyCore
import BaileyLinux

/// Makes what an apply, undo or rollback of ours left in the project part of the session's base.
///
/// Every rename moves the change time, so without this our own work would look like somebody else's: a false conflict for good.
struct Acceptance {
  let files: SessionFiles
  let project: Tree
  let hasher: HasherFactory

  /// - Parameters:
  ///   - operations: of the journal `number`.
  ///   - wereTakenBack: whether the project is at their start and not at their end.
  func run(_ operations: [Operation], wereTakenBack: Bool, journal number: Int) throws(Fault) {
    var memory = try files.load()
    var parents: Set<[UInt8]> = []
    for operation in operations.inverted {
      let expected = wereTakenBack ? operation.after : operation.before
      // What is not as we left it was changed by somebody else, and stays a conflict.
      guard let state = try? project.state(operation.path, hasher), state == expected else { continue }
      memory.base.accepted[operation.path] = stamp(operation.path)
      if expected == .absent { forget(operation.path) }
      parents.insert(Tree.split(operation.path).parent)
    }
    for parent in parents { memory.base.accepted[parent] = stamp(parent) }
    memory.settled = max(memory.settled, number)
    try files.save(memory)
  }

  /// What is gone by our own hand was not removed by somebody else.
  private func forget(_ path: [UInt8]) {
    guard let base = try? Tree(files.base), let place = try? base.place(path) else { return }
    try? place.folder.removeTree(place.name)
  }

  private func stamp(_ path: [UInt8]) -> Stamp? {
    guard let status = try? project.status(path) else { return nil }
    return Stamp(status)
  }
}
