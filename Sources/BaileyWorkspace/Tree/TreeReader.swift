import BaileyCore
import BaileyLinux

/// Reads a tree directory by directory: the directory of the last path stays open, so that its next name costs one system call.
///
/// Who moves or replaces that directory meanwhile is not noticed before another one is read. That is good for comparing, where
/// everything may be old as soon as it is read; whatever is written goes through `Tree`, which resolves every path anew.
final class TreeReader {
  let tree: Tree
  private var path: [UInt8]?
  private var folder: Folder?
  /// Directories that were opened or found missing: what a path costs beside its last name.
  private(set) var resolutions = 0

  private final class Folder {
    let descriptor: Descriptor
    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  }

  init(_ tree: Tree) { self.tree = tree }

  /// `nil` when there is nothing, or when what should be a directory on the way is none.
  func status(_ path: [UInt8]) throws(Errno) -> FileStatus? {
    if path.isEmpty { return try tree.root.status() }
    let (parent, name) = try split(path)
    return try folder(parent)?.descriptor.find(name)
  }

  func state(_ path: [UInt8], _ hasher: HasherFactory) throws(Errno) -> NodeState {
    let (parent, name) = try split(path)
    return try folder(parent)?.descriptor.state(of: name, hasher) ?? .absent
  }

  /// The whole content of a regular file; `nil` when it is none or larger than `limit`.
  func content(_ path: [UInt8], limit: Int) -> [UInt8]? {
    try? withFile(path) { (file: borrowing Descriptor) throws(Errno) in try file.readAll(limit: limit) }
  }

  func hasAttribute(_ path: [UInt8], _ name: String) -> Bool {
    (try? withFile(path) { (file: borrowing Descriptor) throws(Errno) in try file.attribute(name) }) != nil
  }

  func withFile<Value>(
    _ path: [UInt8], _ body: (borrowing Descriptor) throws(Errno) -> Value
  ) throws(Errno) -> Value {
    let (parent, name) = try split(path)
    guard let folder = try folder(parent) else { throw .noSuchFile }
    return try body(folder.descriptor.regular(name))
  }

  private func split(_ path: [UInt8]) throws(Errno) -> (parent: [UInt8], name: [UInt8]) {
    let (parent, name) = Tree.split(path)
    if name.isEmpty || name == [0x2E] || name == [0x2E, 0x2E] { throw .invalid }
    return (parent, name)
  }

  /// What is no directory is remembered as well: below a new directory the other side has none for any of its names.
  private func folder(_ path: [UInt8]) throws(Errno) -> Folder? {
    if self.path == path { return folder }
    self.path = nil
    resolutions += 1
    do throws(Errno) { folder = Folder(try tree.directory(path)) } catch {
      guard error == .noSuchFile || error == .notDirectory || error == .tooManyLinks else { throw error }
      folder = nil
    }
    self.path = path
    return folder
  }
}
