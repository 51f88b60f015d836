/// Writes the view as operations, and remembers what was mounted where.
///
/// Paths given to it are the agent's; it puts `/view` before targets and `/host` before sources. It never emits a source that it was not
/// given.
struct ViewBuilder {
  static let view = "/view"
  static let host = "/host"
  static let fileMask = "/masks/file"
  static let directoryMask = "/masks/directory"

  private(set) var parent: [JailOperation] = []
  private(set) var operations: [JailOperation] = []
  private(set) var mounts: [ViewMount] = []
  private(set) var masked: [String] = []
  private var made: Set<String> = ["/"]
  private var nextSlot: Int
  /// Host trees that lie mapped below `/layers`.
  private var layers: [String: String] = [:]
  private let isRoot: Bool

  /// - Parameter isRoot: whether host trees must be mapped to the agent's unprivileged id.
  init(isRoot: Bool, firstSlot: Int) {
    self.isRoot = isRoot
    nextSlot = firstSlot
  }

  static func bytes(_ path: String) -> [UInt8] { Array(path.utf8) }
  static func inView(_ path: String) -> [UInt8] { bytes(InsidePath.join(view, path)) }
  static func onHost(_ path: String) -> [UInt8] { bytes(InsidePath.join(host, path)) }

  mutating func append(_ operation: JailOperation) { operations.append(operation) }

  /// Makes the directory and its ancestors where nothing provides them.
  mutating func directory(_ path: String, mode: UInt16 = 0o755) {
    for step in InsidePath.chain(path) where !made.contains(step) {
      made.insert(step)
      if cover(of: step)?.mirrorsHost == true { continue }
      append(.directory(path: Self.inView(step), mode: step == path ? mode : 0o755))
    }
  }

  mutating func file(_ path: String, _ content: String) { file(path, Array(content.utf8)) }

  mutating func file(_ path: String, _ content: [UInt8]) {
    directory(InsidePath.parent(path))
    append(.file(path: Self.inView(path), mode: 0o644, content: content))
  }

  /// Lays a file of the view over another one that is there.
  mutating func cover(_ path: String, with file: String) {
    append(
      .bind(
        source: .path(Self.inView(file)), path: Self.inView(path), recursive: false,
        attributes: [.readOnly, .noSetuid, .noDevices, .noExecute], optional: false))
  }

  mutating func symlink(_ path: String, to target: String) {
    directory(InsidePath.parent(path))
    append(.symlink(target: Self.bytes(target), path: Self.inView(path)))
  }

  /// The innermost mount in which the path lies.
  func cover(of path: String) -> ViewMount? {
    mounts.filter { InsidePath.contains($0.path, path) }.max { $0.path.utf8.count < $1.path.utf8.count }
  }

  /// Mounts unless the same tree with the same rights is there already.
  ///
  /// - Parameter isDirectory: a file's mount point is made by the jail.
  mutating func mount(_ mount: ViewMount, isDirectory: Bool = true, optional: Bool = false) {
    if let cover = cover(of: mount.path), cover.mirrorsHost, mount.mirrorsHost, cover.isWritable || !mount.isWritable {
      return
    }
    directory(isDirectory ? mount.path : InsidePath.parent(mount.path))
    write(mount, optional: optional)
    mounts.append(mount)
  }

  private mutating func write(_ mount: ViewMount, optional: Bool) {
    let path = Self.inView(mount.path)
    switch mount.content {
    case .memory(let size, let inodes, let mode):
      append(.tmpfs(path: path, size: size, inodes: inodes, mode: mode, attributes: mount.attributes))
    case .host(let source, let mapped):
      append(
        .bind(
          source: mapped && isRoot ? mappedSource(source) : .path(Self.onHost(source)), path: path,
          recursive: !(mapped && isRoot), attributes: mount.attributes, optional: optional))
    case .overlay(let lower, let upper, let work, let mapped):
      guard mapped, isRoot else {
        append(
          .overlay(
            path: path, lower: Self.onHost(lower), upper: Self.onHost(upper), work: Self.onHost(work),
            attributes: mount.attributes))
        return
      }
      writeMappedOverlay(path, lower: lower, upper: upper, work: work, mount.attributes)
    }
  }

  /// Upper and work directory must lie on one mount, so their common parent is mapped.
  private mutating func writeMappedOverlay(
    _ path: [UInt8], lower: String, upper: String, work: String, _ attributes: MountAttributes
  ) {
    let common = zip(InsidePath.chain(upper), InsidePath.chain(work)).prefix { $0 == $1 }.last?.0 ?? "/"
    for (name, source) in [("lower", lower), ("session", common)] {
      append(.directory(path: Self.bytes("/layers/" + name), mode: 0o755))
      append(
        .bind(
          source: .slot(slot(for: source)), path: Self.bytes("/layers/" + name), recursive: false,
          attributes: [.noSetuid, .noDevices], optional: false))
    }
    layers[lower] = "/layers/lower"
    layers[common] = "/layers/session"
    let inLayer = { (path: String) in Self.bytes("/layers/session" + InsidePath.suffix(path, after: common.utf8.count))
    }
    append(
      .overlay(
        path: path, lower: Self.bytes("/layers/lower"), upper: inLayer(upper), work: inLayer(work),
        attributes: attributes))
  }

  /// What lies in a layer that is mapped already needs no slot, of which there are few.
  private mutating func mappedSource(_ path: String) -> TreeSource {
    for (root, layer) in layers where InsidePath.contains(root, path) {
      return .path(Self.bytes(layer + InsidePath.suffix(path, after: root.utf8.count)))
    }
    return .slot(slot(for: path))
  }

  private mutating func slot(for path: String) -> Int {
    defer { nextSlot += 1 }
    parent.append(.openTree(slot: nextSlot, path: Self.bytes(path), recursive: false, idmapped: true))
    return nextSlot
  }

  /// Makes a visible path read-only by binding it onto itself.
  mutating func protect(_ path: String) { bindOntoItself(path, [.readOnly, .noSetuid, .noDevices]) }

  /// Makes a mount point of a directory: those cannot be renamed or removed.
  mutating func pin(_ path: String) { bindOntoItself(path, [.noSetuid, .noDevices]) }

  private mutating func bindOntoItself(_ path: String, _ attributes: MountAttributes) {
    let place = Self.inView(path)
    append(.bind(source: .path(place), path: place, recursive: true, attributes: attributes, optional: false))
  }

  /// Covers a path with a file of other content, which nobody changes.
  mutating func standIn(_ path: String, _ content: String) {
    if masked.contains(where: { $0.utf8.elementsEqual(path.utf8) }) { return }
    masked.append(path)
    let file = Self.bytes("/masks/\(masked.count)")
    append(.file(path: file, mode: 0o444, content: Array(content.utf8)))
    append(
      .bind(
        source: .path(file), path: Self.inView(path), recursive: false,
        attributes: [.readOnly, .noSetuid, .noDevices, .noExecute], optional: false))
  }

  /// Covers a path with something that cannot be opened. Not optional: a mask that cannot be put ends the launch.
  mutating func mask(_ path: String, isDirectory: Bool, optional: Bool = false) {
    if masked.contains(where: { $0.utf8.elementsEqual(path.utf8) }) { return }
    masked.append(path)
    append(
      .bind(
        source: .path(Self.bytes(isDirectory ? Self.directoryMask : Self.fileMask)), path: Self.inView(path),
        recursive: false, attributes: [.readOnly, .noSetuid, .noDevices, .noExecute], optional: optional))
  }
}
