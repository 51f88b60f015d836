package import BaileyCore
internal import BaileyLinux

/// Reads the text files of a source, one after the other.
///
/// Symbolic links inside are never followed, folders of version control are passed over, and so are binary files (with a NUL byte) and those of more than
/// 8 MiB.
package struct SourceWalk {
  package static let largestFile = 8 << 20
  /// Bytes and files of one source.
  package static let mostBytes = 256 << 20
  package static let mostFiles = 200_000
  private static let deepest = 100
  private static let versionControl: Set<String> = [".git", ".hg", ".svn", ".jj", "CVS"]
  /// Bytes that are looked at for NUL.
  private static let head = 8192

  /// What was read, and what was passed over.
  package struct Counts: Sendable, Equatable {
    package var files = 0
    package var bytes = 0
    package var binary = 0
    package var large = 0
    package var links = 0
    package var unreadable = 0

    package init() {}

    package var passedOver: Int { binary + large + links + unreadable }
  }

  package private(set) var counts = Counts()
  private let path: String
  private let tell: (Counts) -> Void

  /// - Parameter tell: hears of each file.
  package init(_ path: String, tell: @escaping (Counts) -> Void = { _ in }) { (self.path, self.tell) = (path, tell) }

  /// - Parameter body: gets each file.
  /// - Throws: `fingerprint-source-unreadable`, `fingerprint-too-much`, `fingerprint-nothing`.
  package mutating func run(_ body: ([UInt8]) -> Void) throws(Fault) {
    do { try start(body) } catch {
      throw error as? Fault
        ?? Fault("fingerprint-source-unreadable", subject: path, why: (error as? Errno)?.message ?? "\(error)")
    }
    if counts.files == 0 {
      throw Fault(
        "fingerprint-nothing", subject: path, why: "there is no text file here",
        hint: "binary files, links and files above 8 MiB are passed over")
    }
  }

  private mutating func start(_ body: ([UInt8]) -> Void) throws {
    let top = try Descriptor.open(path, WholeFile.flags)
    let status = try top.status()
    if status.isDirectory { return try walk(top, 0, body) }
    guard status.isRegular else { throw Errno.invalid }
    try read(top, status, body)
  }

  private mutating func walk(_ folder: borrowing Descriptor, _ depth: Int, _ body: ([UInt8]) -> Void) throws {
    let entries = try folder.entries().sorted { $0.name.lexicographicallyPrecedes($1.name) }
    for entry in entries where !Self.versionControl.contains(entry.text) {
      do {
        try visit(try folder.open(entry.name, [WholeFile.flags, .noFollow]), depth, body)
      } catch let error as Errno {
        if error == .tooManyLinks { counts.links += 1 } else { counts.unreadable += 1 }
      }
    }
  }

  private mutating func visit(_ file: borrowing Descriptor, _ depth: Int, _ body: ([UInt8]) -> Void) throws {
    let status = try file.status()
    if status.isDirectory {
      if depth == Self.deepest { counts.unreadable += 1 } else { try walk(file, depth + 1, body) }
    } else if status.isRegular {
      try read(file, status, body)
    } else {
      counts.unreadable += 1
    }
  }

  private mutating func read(_ file: borrowing Descriptor, _ status: FileStatus, _ body: ([UInt8]) -> Void) throws {
    guard status.size <= Self.largestFile else { return counts.large += 1 }
    let bytes = try file.readAll(limit: Self.largestFile)
    if bytes.prefix(Self.head).contains(0) { return counts.binary += 1 }
    guard counts.files < Self.mostFiles, counts.bytes + bytes.count <= Self.mostBytes else {
      throw Fault(
        "fingerprint-too-much", subject: path,
        why: "a source has at most \(Self.mostFiles) files and \(Self.mostBytes >> 20) MiB",
        hint: "register its parts, each with --name")
    }
    counts.files += 1
    counts.bytes += bytes.count
    body(bytes)
    tell(counts)
  }
}
