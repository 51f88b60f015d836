import BaileyCore
import BaileyLinux

/// Carries out operations on a project so that all happen or, after a fault or a kill at any moment, none.
///
/// Everything new is first written into a staging directory beside the files it will replace, so that the changes themselves are renames,
/// which need no space. Where something is replaced, the two entries are exchanged in one step and the old one is looked at
/// afterwards: if it is not what the person was shown, they are exchanged back. So nothing that somebody else wrote in between is lost.
struct Transaction: ~Copyable {
  let project: Tree
  let journal: Journal
  let hasher: HasherFactory
  var operations: [Operation]
  /// Operations that met another state than they expected, and why. Nothing was changed there.
  private(set) var refusals: [Int: String] = [:]
  private let staging: Descriptor
  private let stagingName: String
  private let device: UInt64
  /// Whether what is replaced or removed is copied to the journal; an undo is not taken back itself.
  private let keepsFormer: Bool
  /// For looking at the project while nothing of it is changed.
  private let reader: TreeReader

  /// From here on syncing the whole file system is cheaper than each file.
  private static let manyFiles = 64

  private init(
    project: Tree, journal: Journal, operations: [Operation], stagingName: String, staging: consuming Descriptor,
    device: UInt64, keepsFormer: Bool, hasher: @escaping HasherFactory
  ) {
    self.project = project
    self.journal = journal
    self.hasher = hasher
    self.operations = operations
    self.stagingName = stagingName
    self.staging = staging
    self.device = device
    self.keepsFormer = keepsFormer
    reader = TreeReader(project)
  }

  /// Stages all content and saves all that will be replaced. The project's own files are not changed.
  static func prepare(
    _ operations: [Operation], project: Tree, journal: Journal, undoes: Int? = nil, ownParents: [[UInt8]] = [],
    hasher: @escaping HasherFactory
  ) throws(Fault) -> Transaction {
    let name = stagingPrefix + hexadecimal(randomBytes(8))
    do throws(Errno) {
      try journal.begin(staging: name, project: project.path, undoes: undoes, ownParents: ownParents)
      try project.root.makeDirectory(name, mode: 0o700)
    } catch {
      try? journal.remove()
      throw Fault.workspace(error, project.path, doing: "preparing to apply")
    }
    do throws(Fault) {
      var transaction = try attempting("preparing to apply", []) { () throws(Errno) in
        let staging = try project.directory(Array(name.utf8))
        let device = try staging.status().device
        return Transaction(
          project: project, journal: journal, operations: operations, stagingName: name, staging: staging,
          device: device, keepsFormer: undoes == nil, hasher: hasher)
      }
      try transaction.stageAll()
      return transaction
    } catch {
      abandon(name, project, journal)
      throw error
    }
  }

  /// Copies that a journal keeps of what was not changed would keep a full disk full. What cannot be removed now, recovery removes.
  private static func abandon(_ staging: String, _ project: Tree, _ journal: Journal) {
    do throws(Errno) {
      try project.root.removeTree(staging)
      try journal.remove()
    } catch {}
  }

  static let stagingPrefix = ".bailey-apply-"

  private mutating func stageAll() throws(Fault) {
    for index in operations.indices {
      let path = operations[index].path
      do throws(Errno) {
        if let why = try save(index) {
          refusals[index] = why
        } else {
          try stage(index)
        }
      } catch .canceled {
        throw Fault(
          "workspace-changed",
          subject: operations[index].path.isEmpty ? nil : printable(String(decoding: path, as: UTF8.self)),
          why: "the session changed it while it was being applied", hint: "look at the changes again, then apply")
      } catch {
        throw Fault.workspace(error, path, doing: "preparing to apply")
      }
    }
    try attempting("preparing to apply", []) { () throws(Errno) in
      if operations.count > Self.manyFiles {
        try staging.syncFileSystem()
        try journal.tree.root.syncFileSystem()
      } else {
        try staging.fsync()
        try journal.tree.directory(Array("old".utf8)).fsync()
      }
      try journal.plan(operations)
    }
  }

  /// Keeps the content that an operation will replace; returns why the operation cannot be done.
  private func save(_ index: Int) throws(Errno) -> String? {
    let operation = operations[index]
    guard operation.before.type == .file, operation.step != .setMode else { return nil }
    do throws(Errno) {
      if !keepsFormer { return try reader.state(operation.path, hasher) == operation.before ? nil : Self.changed }
      let place = try project.place(operation.path)
      let status = try place.folder.status(of: place.name)
      let source = try place.folder.regular(place.name)
      let copy = try journal.tree.root.open(Journal.former(index), [.readWrite, .create, .exclusive, .noFollow])
      try copy.copyContents(of: source)
      let (size, hash) = try copy.digest(hasher)
      let state = NodeState.file(mode: UInt16(truncatingIfNeeded: status.mode), size: size, hash: hash)
      if state != operation.before { return Self.changed }
      if operations.count <= Self.manyFiles { try copy.fsync() }
      return nil
    } catch {
      if [.noSuchFile, .notDirectory, .tooManyLinks, .invalid, .crossDevice].contains(error) { return Self.changed }
      throw error
    }
  }

  private static let changed = "changed in the project meanwhile"

  /// Makes the new entry in the staging directory.
  private mutating func stage(_ index: Int) throws(Errno) {
    let operation = operations[index]
    guard operation.step == .create || operation.step == .replace else { return }
    let slot = Self.slot(index)
    switch operation.after {
    case .file(let mode, let size, let hash):
      let file = try staging.open(slot, [.readWrite, .create, .exclusive, .noFollow])
      try fill(file, operation.content)
      guard try file.digest(hasher) == (size, hash) else { throw .canceled }
      try own(slot, operation.path)
      try file.setMode(UInt32(mode))
      if operations.count <= Self.manyFiles { try file.fsync() }
    case .symlink(let target):
      try staging.symlink(target: target, at: slot)
      try own(slot, operation.path)
    case .directory(let mode):
      try staging.makeDirectory(slot, mode: 0o700)
      try own(slot, operation.path)
      try staging.setMode(of: slot, UInt32(mode))
    case .absent, .other: throw .invalid
    }
    operations[index].inode = try staging.status(of: slot).inode
  }

  private func fill(_ file: borrowing Descriptor, _ content: Operation.Content) throws(Errno) {
    switch content {
    case .none: return
    case .bytes(let bytes): try file.writeAll(bytes, at: 0)
    case .copy(let tree, let path):
      do throws(Errno) {
        let place = try tree.place(path)
        try file.copyContents(of: place.folder.regular(place.name))
      } catch {
        // The agent took the file away, or put something else there.
        if [.noSuchFile, .notDirectory, .tooManyLinks, .invalid].contains(error) { throw .canceled }
        throw error
      }
    }
  }

  /// Gives a new entry the owner of what it replaces, or of the directory it comes into. Only root can; others own it themselves.
  private func own(_ slot: String, _ path: [UInt8]) throws(Errno) {
    var at = path
    var found = try reader.status(at)
    while found == nil, !at.isEmpty {
      at = Tree.split(at).parent
      found = try reader.status(at)
    }
    guard let status = found else { return }
    let mine = try staging.status(of: slot)
    if mine.user == status.user, mine.group == status.group { return }
    do throws(Errno) { try staging.setOwner(of: slot, user: status.user, group: status.group) } catch {
      if error != .notPermitted { throw error }
    }
  }

  static func slot(_ index: Int) -> String { String(index) }
}

extension Transaction {
  /// Makes the changes. After a fault everything is as before, and the fault says so.
  mutating func commit() throws(Fault) {
    do throws(Errno) {
      try journal.setState(.applying)
    } catch {
      Self.abandon(stagingName, project, journal)
      throw Fault.workspace(error, project.path, doing: "writing the journal")
    }
    for index in operations.indices where refusals[index] == nil {
      do throws(Errno) {
        refusals[index] = try perform(index)
      } catch {
        try rollBack(because: error, operations[index].path)
      }
    }
    do throws(Errno) {
      try syncProject()
      try journal.setState(.done, refused: refusals.keys.sorted())
    } catch {
      try rollBack(because: error, [])
    }
    // What stays behind here is found and removed by the next recovery.
    try? project.root.removeTree(stagingName)
  }

  private func rollBack(because error: Errno, _ path: [UInt8]) throws(Fault) -> Never {
    var fault = Fault.workspace(error, path, doing: "applying it")
    let problems = Rollback(project: project, journal: journal, hasher: hasher).run()
    fault.why += problems.isEmpty ? "; everything was put back" : "; " + problems.joined(separator: "; ")
    throw fault
  }

  private func syncProject() throws(Errno) {
    if operations.count > Self.manyFiles { return try project.root.syncFileSystem() }
    for parent in Set(operations.map { Tree.split($0.path).parent }) {
      do throws(Errno) { try project.directory(parent).fsync() } catch {
        if error != .noSuchFile && error != .notDirectory && error != .tooManyLinks { throw error }
      }
    }
  }

  /// Returns why the operation was refused; nothing was changed then.
  private func perform(_ index: Int) throws(Errno) -> String? {
    let operation = operations[index]
    if operation.step == .none { return nil }
    let place: Place
    do throws(Errno) { place = try project.place(operation.path) } catch {
      switch error {
      case .noSuchFile, .notDirectory, .tooManyLinks:
        return "its directory is gone, or is not a plain directory any more"
      case .crossDevice: return "lies on another file system, below a mount"
      default: throw error
      }
    }
    if try place.folder.status().device != device { return "lies on another file system" }
    switch operation.step {
    case .none: return nil
    case .create: return try create(index, place)
    case .replace: return try replace(index, place)
    case .remove: return try remove(index, place)
    case .removeDirectory: return try removeDirectory(place)
    case .setMode: return try setMode(index, place)
    }
  }

  private func create(_ index: Int, _ place: borrowing Place) throws(Errno) -> String? {
    do throws(Errno) { try staging.rename(Self.slot(index), to: place.folder, place.name, .keepExisting) } catch {
      if error == .exists { return "something is there now" }
      throw error
    }
    return nil
  }

  private func replace(_ index: Int, _ place: borrowing Place) throws(Errno) -> String? {
    let slot = Self.slot(index)
    do throws(Errno) { try staging.rename(slot, to: place.folder, place.name, .exchange) } catch {
      if error == .noSuchFile { return "removed from the project meanwhile" }
      throw error
    }
    if try holdsOld(slot, operations[index].before) { return nil }
    try staging.rename(slot, to: place.folder, place.name, .exchange)
    return Self.changed
  }

  private func remove(_ index: Int, _ place: borrowing Place) throws(Errno) -> String? {
    let slot = Self.slot(index)
    do throws(Errno) { try place.folder.rename(place.name, to: staging, slot, .keepExisting) } catch {
      if error == .noSuchFile { return "removed from the project meanwhile" }
      throw error
    }
    if try holdsOld(slot, operations[index].before) { return nil }
    try staging.rename(slot, to: place.folder, place.name, .keepExisting)
    return Self.changed
  }

  /// Whether what was moved out of the project is what was shown; a directory must be empty as well.
  private func holdsOld(_ slot: String, _ before: NodeState) throws(Errno) -> Bool {
    let bytes = Array(slot.utf8)
    guard try staging.state(of: bytes, hasher) == before else { return false }
    guard before.type == .directory else { return true }
    return try staging.open(slot, [.readOnly, .directory, .noFollow]).entries().isEmpty
  }

  private func removeDirectory(_ place: borrowing Place) throws(Errno) -> String? {
    do throws(Errno) { try place.folder.removeDirectory(place.name) } catch {
      switch error {
      case .notEmpty, .exists: return "the directory still holds files"
      case .noSuchFile: return "removed from the project meanwhile"
      case .notDirectory: return Self.changed
      default: throw error
      }
    }
    return nil
  }

  private func setMode(_ index: Int, _ place: borrowing Place) throws(Errno) -> String? {
    let operation = operations[index]
    guard try place.folder.state(of: place.name, hasher) == operation.before, let mode = operation.after.mode else {
      return Self.changed
    }
    try place.folder.setMode(of: place.name, UInt32(mode))
    return nil
  }
}

func randomBytes(_ count: Int) -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
}
