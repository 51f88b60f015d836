import BaileyCore
import BaileyLinux

/// Takes back an apply that did not come to its end, from what its journal and its staging directory say.
///
/// It needs no memory of how far the apply came: each operation shows by where its two entries are whether it happened. So it can itself be
/// killed and run again. What somebody changed after the apply stays as it is and is reported.
struct Rollback {
  let project: Tree
  let journal: Journal
  let hasher: HasherFactory

  /// Returns what could not be put back, as sentences.
  ///
  /// What failed may go through another time, when the file system is writable again: the journal stays open until then, and the staging
  /// directory, which holds what was replaced, where it is.
  func run() -> [String] {
    guard let name = journal.staging else { return [] }
    var problems: [String] = []
    do throws(Errno) {
      if try journal.isPlanned, let staging = try staging(name), try !revertAll(staging, &problems) { return problems }
    } catch {
      return ["what it replaced, in \(name), could not be read: \(error)"]
    }
    finish(name, &problems)
    return problems
  }

  /// `nil` where it was never made, or is gone.
  private func staging(_ name: String) throws(Errno) -> Descriptor? {
    do throws(Errno) { return try project.directory(Array(name.utf8)) } catch .noSuchFile { return nil } catch {
      throw error
    }
  }

  /// `false` if something failed that may go through another time.
  private func revertAll(_ staging: borrowing Descriptor, _ problems: inout [String]) throws(Errno) -> Bool {
    guard let operations = journal.operations else { throw .io }
    var isWhole = true
    for index in operations.indices.reversed() {
      let operation = operations[index]
      do throws(Errno) {
        if try revert(operation, Transaction.slot(index), staging) { continue }
        problems.append("\(operation.printablePath) was changed by somebody else and left as it is")
      } catch {
        isWhole = false
        problems.append("\(operation.printablePath) could not be put back: \(error)")
      }
    }
    return isWhole
  }

  private func finish(_ name: String, _ problems: inout [String]) {
    do throws(Errno) {
      try project.root.syncFileSystem()
      try journal.setState(.rolledBack)
      try project.root.removeTree(name)
    } catch {
      problems.append("the journal could not be closed: \(error)")
    }
  }

  /// `false` when somebody else has changed the entry since.
  private func revert(_ operation: Operation, _ slot: String, _ staging: borrowing Descriptor) throws(Errno) -> Bool {
    let place: Place
    do throws(Errno) { place = try project.place(operation.path) } catch {
      // Nothing of ours can be in a directory that is not there.
      if error == .noSuchFile || error == .notDirectory || error == .tooManyLinks { return operation.before == .absent }
      throw error
    }
    let here = try place.folder.find(place.name)
    let staged = try staging.find(Array(slot.utf8))
    switch operation.step {
    case .none: return true
    case .create:
      if staged != nil { return true }
      return try uncreate(operation, place, staging, slot)
    case .replace:
      guard here?.inode == operation.inode, staged != nil else { return true }
      guard try place.folder.state(of: place.name, hasher) == operation.after else { return false }
      try staging.rename(slot, to: place.folder, place.name, .exchange)
      return true
    case .remove:
      if staged == nil { return true }
      do throws(Errno) { try staging.rename(slot, to: place.folder, place.name, .keepExisting) } catch {
        if error == .exists { return false }
        throw error
      }
      return true
    case .removeDirectory:
      if here != nil { return true }
      return try remake(operation, place)
    case .setMode:
      guard let mode = operation.before.mode, let here, here.mode == UInt32(operation.after.mode ?? 0) else {
        return true
      }
      try place.folder.setMode(of: place.name, UInt32(mode))
      return true
    }
  }

  private func uncreate(
    _ operation: Operation, _ place: borrowing Place, _ staging: borrowing Descriptor, _ slot: String
  ) throws(Errno) -> Bool {
    guard let here = try place.folder.find(place.name), here.inode == operation.inode else { return true }
    if operation.after.type == .directory {
      do throws(Errno) { try place.folder.removeDirectory(place.name) } catch {
        if error == .notEmpty { return false }
        throw error
      }
      return true
    }
    guard try place.folder.state(of: place.name, hasher) == operation.after else { return false }
    try place.folder.rename(place.name, to: staging, slot, .keepExisting)
    return true
  }

  private func remake(_ operation: Operation, _ place: borrowing Place) throws(Errno) -> Bool {
    try place.folder.makeDirectory(place.name)
    let parent = try place.folder.status()
    do throws(Errno) { try place.folder.setOwner(of: place.name, user: parent.user, group: parent.group) } catch {
      if error != .notPermitted { throw error }
    }
    try place.folder.setMode(of: place.name, UInt32(operation.before.mode ?? 0o700))
    return true
  }
}

extension Operation {
  var printablePath: String { printable(String(decoding: path, as: UTF8.self)) }
}
