package import BaileyLinux

/// One name of a directory as a session sees it.
package struct StagedName: Sendable, Equatable {
  package var name: [UInt8]
  package var type: FileType
  /// Whether the session made or changed it; `false` where it is the project's own.
  package var isStaged: Bool
}

/// A directory tree as a session sees it, read from outside. Whatever it says is hostile.
package protocol StagedView: Sendable {
  /// Opens a regular file; `nil` when there is none of that name, or it is something else. Never follows a link.
  func open(_ path: [UInt8]) throws(Errno) -> Descriptor?
  /// The names of a directory; empty where there is none.
  func list(_ path: [UInt8]) throws(Errno) -> [StagedName]
  /// Names of the directories in a directory that the session made or changed. Looks at nothing else in it.
  func stagedDirectories(_ path: [UInt8]) throws(Errno) -> [[UInt8]]
}

extension StagedView {
  /// The bytes of a regular file; more than `limit` is `EFBIG`.
  func read(_ path: [UInt8], limit: Int) throws(Errno) -> [UInt8]? {
    guard let file = try open(path) else { return nil }
    return try file.readAll(limit: limit)
  }
}

/// The view that overlayfs gives of an upper layer over a lower one; without a lower one, a plain directory.
package struct LayeredView: StagedView {
  private let upper: Root
  private let lower: Root?

  private final class Root: Sendable {
    let directory: Descriptor
    init(_ path: String) throws(Errno) { directory = try Descriptor.open(path, [.readOnly, .directory]) }
  }

  /// - Parameters:
  ///   - upper: what the session wrote, or the whole tree of a copy.
  ///   - lower: the project's own side; `nil` where `upper` is all there is.
  package init(upper: String, lower: String?) throws(Errno) {
    self.upper = try Root(upper)
    self.lower = try lower.map { path throws(Errno) in try Root(path) }
  }

  package func open(_ path: [UInt8]) throws(Errno) -> Descriptor? {
    switch try place(path) {
    case .nowhere: return nil
    case .upper(_, true): return nil
    case .upper: return try Self.file(upper, path)
    case .lower: return try lower.flatMap { root throws(Errno) in try Self.file(root, path) }
    }
  }

  package func list(_ path: [UInt8]) throws(Errno) -> [StagedName] {
    switch try place(path) {
    case .nowhere: return []
    case .lower: return try names(lower, path, isStaged: false)
    case .upper(let hidesLower, _):
      let above = try names(upper, path, isStaged: true)
      if hidesLower { return above.filter { $0.type != .characterDevice } }
      let taken = Set(above.map(\.name))
      let below = try names(lower, path, isStaged: false).filter { !taken.contains($0.name) }
      return above.filter { $0.type != .characterDevice } + below
    }
  }

  package func stagedDirectories(_ path: [UInt8]) throws(Errno) -> [[UInt8]] {
    guard let directory = try Self.directory(upper, path) else { return [] }
    var names: [[UInt8]] = []
    for entry in try directory.entries() {
      var type = entry.type
      if type == .unknown { type = try directory.find(entry.name)?.type ?? .unknown }
      if type == .directory { names.append(entry.name) }
    }
    return names
  }

  private enum Place {
    case nowhere, lower
    case upper(hidesLower: Bool, isWhiteout: Bool)
  }

  /// Which layer shows the path: each directory on the way may hide the lower side, by a whiteout or by being opaque.
  private func place(_ path: [UInt8]) throws(Errno) -> Place {
    var hidden = lower == nil
    var prefix: [UInt8] = []
    for component in [[]] + path.split(separator: UInt8(ascii: "/")).map(Array.init) {
      prefix = prefix.isEmpty ? component : prefix + [UInt8(ascii: "/")] + component
      guard let status = try Self.status(upper, prefix) else { return hidden ? .nowhere : .lower }
      if try isWhiteout(prefix, status) {
        return prefix == path ? .upper(hidesLower: true, isWhiteout: true) : .nowhere
      }
      if status.type != .directory {
        return prefix == path ? .upper(hidesLower: true, isWhiteout: false) : .nowhere
      }
      if !hidden { hidden = try isOpaque(prefix) }
    }
    return .upper(hidesLower: hidden, isWhiteout: false)
  }

  private func isWhiteout(_ path: [UInt8], _ status: FileStatus) throws(Errno) -> Bool {
    if lower == nil { return false }
    if status.type == .characterDevice { return status.specialDevice == 0 }
    guard status.type == .regular, status.size == 0, let file = try Self.file(upper, path) else { return false }
    return (try? file.attribute("user.overlay.whiteout")) != nil
  }

  private func isOpaque(_ path: [UInt8]) throws(Errno) -> Bool {
    guard let directory = try Self.directory(upper, path) else { return false }
    return (try? directory.attribute("user.overlay.opaque")) == [UInt8(ascii: "y")]
      || (try? directory.attribute("trusted.overlay.opaque")) == [UInt8(ascii: "y")]
  }

  private func names(_ root: Root?, _ path: [UInt8], isStaged: Bool) throws(Errno) -> [StagedName] {
    guard let root, let directory = try Self.directory(root, path) else { return [] }
    var result: [StagedName] = []
    for entry in try directory.entries() {
      var type = entry.type
      let child = path.isEmpty ? entry.name : path + [UInt8(ascii: "/")] + entry.name
      if isStaged, lower != nil, type == .regular || type == .characterDevice,
        let status = try Self.status(root, child), try isWhiteout(child, status)
      {
        type = .characterDevice
      } else if type == .unknown {
        type = try Self.status(root, child)?.type ?? .unknown
      }
      result.append(StagedName(name: entry.name, type: type, isStaged: isStaged))
    }
    return result
  }

  private static func status(_ root: Root, _ path: [UInt8]) throws(Errno) -> FileStatus? {
    try absentIsNil { () throws(Errno) in
      try root.directory.open(anchored(path), [.path, .noFollow], resolve: [.beneath, .noSymlinks]).status()
    }
  }

  private static func directory(_ root: Root, _ path: [UInt8]) throws(Errno) -> Descriptor? {
    try absentIsNil { () throws(Errno) in
      try root.directory.open(
        anchored(path), [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
    }
  }

  private static func file(_ root: Root, _ path: [UInt8]) throws(Errno) -> Descriptor? {
    let file: Descriptor? = try absentIsNil { () throws(Errno) in
      try root.directory.open(
        anchored(path), [.readOnly, .noFollow, .nonBlocking, .noControllingTerminal], resolve: [.beneath, .noSymlinks])
    }
    guard let file, try file.status().isRegular else { return nil }
    return file
  }

  private static func anchored(_ path: [UInt8]) -> [UInt8] { path.isEmpty ? [UInt8(ascii: ".")] : path }

  private static func absentIsNil<Value: ~Copyable>(_ body: () throws(Errno) -> Value) throws(Errno) -> Value? {
    do throws(Errno) { return try body() } catch {
      // ENXIO: a socket or a FIFO without a reader, which is no file either.
      if [.noSuchFile, .notDirectory, .tooManyLinks, .crossDevice, Errno(6)].contains(error) { return nil }
      throw error
    }
  }
}
