internal import BaileyCore
internal import BaileyLinux

/// The walk that `SensitiveFiles.scan` and `SensitiveWatch` share: every directory is opened beneath the project's descriptor.
struct SensitiveWalk: ~Copyable, Sendable {
  let project: String
  let root: Descriptor
  let patterns: SensitivePatterns

  init(project: String, patterns: SensitivePatterns) throws(Fault) {
    self.project = project
    self.patterns = patterns
    do throws(Errno) {
      root = try Descriptor.open(project, [.readOnly, .directory])
    } catch {
      throw Fault("sensitive-scan-failed", subject: project, why: "cannot open the project: \(error)")
    }
  }

  /// Visits the directory and all below it, shallow ones first.
  ///
  /// - Parameters:
  ///   - seen: called with each entry and the directory in which it is.
  ///   - opened: called with each directory before it is read, so that a watch set there misses nothing.
  borrowing func visit(
    below start: [UInt8], into scan: inout SensitiveFiles.Scan,
    seen: (DirectoryEntry, [UInt8]) -> Void = { _, _ in }, opened: (borrowing Descriptor, [UInt8]) -> Void
  ) throws(Fault) {
    var queue = [start]
    var next = 0
    while next < queue.count {
      let directory = queue[next]
      queue[next] = []
      next += 1
      guard let entries = try read(directory, &scan, opened) else { continue }
      scan.directories += 1
      for entry in entries {
        seen(entry, directory)
        try note(entry, in: directory, &scan, &queue)
      }
    }
  }

  private borrowing func read(
    _ directory: [UInt8], _ scan: inout SensitiveFiles.Scan, _ opened: (borrowing Descriptor, [UInt8]) -> Void
  ) throws(Fault) -> [DirectoryEntry]? {
    do throws(Errno) {
      return try list(directory, opened)
    } catch {
      switch error {
      case .noSuchFile, .notDirectory, .tooManyLinks: return nil  // Gone or replaced since it was listed.
      case .accessDenied:
        scan.masks.append(try absolute(directory))
        return nil
      default:
        throw Fault(
          "sensitive-scan-failed", subject: String(decoding: directory, as: UTF8.self),
          why: "cannot read the directory: \(error)")
      }
    }
  }

  private borrowing func list(_ directory: [UInt8], _ opened: (borrowing Descriptor, [UInt8]) -> Void) throws(Errno)
    -> [DirectoryEntry]
  {
    let path = directory.isEmpty ? [UInt8(ascii: ".")] : directory
    let descriptor = try root.open(path, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
    opened(descriptor, directory)
    var entries = try descriptor.entries()
    for index in entries.indices where entries[index].type == .unknown {
      do throws(Errno) { entries[index].type = try descriptor.status(of: entries[index].name).type } catch {
        if error != .noSuchFile { throw error }
      }
    }
    return entries
  }

  private borrowing func note(
    _ entry: DirectoryEntry, in directory: [UInt8], _ scan: inout SensitiveFiles.Scan, _ queue: inout [[UInt8]]
  ) throws(Fault) {
    let isDirectory = entry.type == .directory
    if entry.name == Self.dotGit { scan.repositories.append(directory) }
    if patterns.matches(path: join(directory, entry.name), name: entry.name, isDirectory: isDirectory) {
      let path = join(directory, entry.name)
      if entry.type == .symlink { scan.links.append(path) }
      scan.masks += try masks(for: path, type: entry.type)
    } else if isDirectory, !Self.holdsObjects(entry.name, in: directory) {
      queue.append(join(directory, entry.name))
    }
  }

  /// What covers this path: itself, or for a symbolic link what it leads to inside the project, since a link cannot be covered.
  borrowing func masks(for path: [UInt8], type: FileType) throws(Fault) -> [String] {
    guard type == .symlink else { return [try absolute(path)] }
    guard let real = try? Descriptor.realPath(Array(project.utf8) + [UInt8(ascii: "/")] + path),
      let base = try? Descriptor.realPath(project), real.starts(with: base + [UInt8(ascii: "/")])
    else { return [] }
    return [try absolute(Array(real.dropFirst(base.count + 1)))]
  }

  /// Masks are text; a name that is not UTF-8 could not be covered, and so nothing starts.
  borrowing func absolute(_ path: [UInt8]) throws(Fault) -> String {
    guard let text = String(validating: path, as: UTF8.self), !text.isEmpty, path.count < 3800 else {
      throw Fault(
        "sensitive-unmaskable", subject: String(decoding: path, as: UTF8.self),
        why: "a sensitive or unreadable path cannot be hidden, because of its name",
        hint: "rename it, make it readable, or use --workspace copy, which leaves it out")
    }
    return project + "/" + text
  }

  private static let dotGit = Array(".git".utf8)
  private static let objects = Array("objects".utf8)

  /// Git's object store: many directories, and no names but hashes.
  private static func holdsObjects(_ name: [UInt8], in directory: [UInt8]) -> Bool {
    guard name == objects else { return false }
    return directory == dotGit || directory.suffix(5).elementsEqual([UInt8(ascii: "/")] + dotGit)
  }
}
