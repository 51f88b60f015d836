import BaileyCore
import BaileyLinux

/// The record on disk of one apply or undo: what it was to do, what was there before, and how far it came.
///
///     begin.json   project, name of the staging directory, directories that are ours afterwards; written before anything is made in the project
///     old/N        content before operation N, synced before the first change; not for an undo, which is not taken back
///     plan.jsonl   all operations; its presence means that everything is prepared
///     refs.json    refs to be moved, then those that were
///     state.json   applying | done | rolled-back | undone, with the operations that were refused
///
/// Each file appears by write, fsync, rename, fsync of the directory, so that a reader sees all of it or nothing.
struct Journal: Sendable {
  enum State: String, Sendable {
    case preparing, applying, done, rolledBack = "rolled-back", undone

    var isEnd: Bool { self != .preparing && self != .applying }
  }

  /// The session's journals directory and the number below it.
  let tree: Tree
  let number: Int

  static func name(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// Opens an existing journal.
  init(in directory: String, number: Int) throws(Errno) {
    tree = try Tree(directory + "/" + Self.name(number))
    self.number = number
  }

  static func create(in directory: String, number: Int) throws(Errno) -> Journal {
    try Descriptor.makeDirectories(directory + "/" + name(number) + "/old")
    try Descriptor.open(directory, [.readOnly, .directory]).fsync()
    return try Journal(in: directory, number: number)
  }

  /// Numbers of all journals in a directory, oldest first.
  static func numbers(in directory: String) -> [Int] {
    let entries = (try? Descriptor.open(directory, [.readOnly, .directory]).entries()) ?? []
    return entries.compactMap { Int($0.text) }.sorted()
  }

  func write(_ name: String, _ json: JSON) throws(Errno) {
    try write(name) { (file: borrowing Descriptor) throws(Errno) in try file.writeAll(json.canonical) }
  }

  func write(_ name: String, _ content: (borrowing Descriptor) throws(Errno) -> Void) throws(Errno) {
    let temporary = name + ".new"
    do throws(Errno) { try tree.root.unlink(temporary) } catch {}
    let file = try tree.root.open(temporary, [.writeOnly, .create, .exclusive, .noFollow])
    try content(file)
    try file.fsync()
    try tree.root.rename(temporary, to: name)
    try tree.root.fsync()
  }

  /// `nil` when there is no such file, or it is damaged.
  func read(_ name: String) -> JSON? {
    guard let bytes = tree.content(Array(name.utf8), limit: 1 << 30) else { return nil }
    return try? JSON.parse(bytes, maximumBytes: 1 << 30)
  }

  var state: State { read("state.json")?["state"]?.string.flatMap(State.init(rawValue:)) ?? .preparing }

  func setState(_ state: State, refused: [Int] = []) throws(Errno) {
    try write("state.json", ["state": .string(state.rawValue), "refused": .array(refused.map { .int(Int64($0)) })])
  }

  var refused: Set<Int> { Set(read("state.json")?["refused"]?.array?.compactMap { $0.int.map(Int.init) } ?? []) }

  func begin(staging: String, project: String, undoes: Int?, ownParents: [[UInt8]]) throws(Errno) {
    try write(
      "begin.json",
      [
        "staging": .string(staging), "project": .string(project), "undoes": undoes.map { .int(Int64($0)) } ?? .null,
        "own_parents": .array(ownParents.map(JSON.init(bytes:))),
      ])
  }

  var staging: String? { read("begin.json")?["staging"]?.string }
  var project: String? { read("begin.json")?["project"]?.string }
  /// See `Acceptance.ownParents`.
  var ownParents: [[UInt8]] { read("begin.json")?["own_parents"]?.array?.compactMap(\.bytes) ?? [] }
  /// The number of the apply that this one takes back.
  var undoes: Int? { read("begin.json")?["undoes"]?.int.map(Int.init) }

  /// Before the first ref moves, so that a crash in between leaves nothing that nobody knows of.
  func plan(refs: [RefChange]) throws(Errno) { try write("refs.json", ["planned": .array(refs.map(\.json))]) }

  func settle(refs: [RefChange]) throws(Errno) { try write("refs.json", .array(refs.map(\.json))) }

  /// Whether it came to the refs.
  var hasRefs: Bool { read("refs.json") != nil }

  /// Refs that were about to be moved when the controller died; `nil` once it is known which were.
  var plannedRefs: [RefChange]? {
    read("refs.json")?["planned"]?.array?.compactMap(RefChange.init(json:))
  }

  /// Refs that this apply moved, or may have moved.
  var refs: [RefChange] {
    plannedRefs ?? read("refs.json")?.array?.compactMap(RefChange.init(json:)) ?? []
  }

  func remove() throws(Errno) {
    let (parent, name) = Tree.split(Array(tree.path.utf8))
    try Descriptor.open(parent, [.readOnly, .directory]).removeTree(name)
  }

  /// Path in the journal of the content before operation `index`.
  static func former(_ index: Int) -> [UInt8] { Array("old/\(index)".utf8) }
}
