internal import BaileyCore
internal import BaileyLinux
internal import BaileyPolicy

/// A bundle on disk: an archive, or a directory.
struct BundleSource {
  let path: String
  let isDirectory: Bool
  let files: BundleFiles

  private static let maximumDepth = 32
  private static let maximumFiles = 10_000

  /// Of a directory everything counts but hidden files, the manifest and the signatures excepted.
  init(_ path: String) throws(ToolFailure) {
    self.path = path
    let status: FileStatus
    do { status = try Descriptor.status(of: path, followingLinks: true) } catch {
      throw PolicyFiles.unreadable(path, error)
    }
    isDirectory = status.isDirectory
    if isDirectory {
      var contents: [String: [UInt8]] = [:]
      try Self.walk(path, [], &contents)
      files = try ToolFailure.from { () throws(Fault) in try BundleFiles(name: path, files: contents) }
    } else {
      let bytes = try PolicyFiles.read(path)
      files = try ToolFailure.from { () throws(Fault) in try BundleFiles(name: path, archive: bytes) }
    }
  }

  private static func walk(_ path: String, _ folders: [String], _ contents: inout [String: [UInt8]])
    throws(ToolFailure)
  {
    guard folders.count < maximumDepth, contents.count <= maximumFiles else {
      throw ToolFailure(Fault("bundle-too-large", subject: path, why: "too many files or folders"))
    }
    let entries: [DirectoryEntry]
    do { entries = try Descriptor.entries(of: path) } catch { throw PolicyFiles.unreadable(path, error) }
    for entry in entries where BundleFiles.isWanted(entry.text) {
      let inner = path + (path.hasSuffix("/") ? "" : "/") + entry.text
      switch entry.type {
      case .directory: try walk(inner, folders + [entry.text], &contents)
      case .regular: contents[(folders + [entry.text]).joined(separator: "/")] = try PolicyFiles.read(inner)
      default:
        throw ToolFailure(
          Fault(
            "bundle-entry-kind", subject: inner, why: "it is neither a file nor a directory",
            hint: "a link could lead outside of the bundle: put the file itself there"))
      }
    }
  }
}

/// Files that a tool makes.
enum ToolOutput {
  /// Replaces the file in one step; everybody may read it, as he may the policies of `/etc/bailey`.
  static func replace(_ path: String, with bytes: [UInt8]) throws(ToolFailure) {
    let place = path.contains("/") ? path : "./" + path
    do throws(Errno) {
      try WholeFile.replace(place, with: bytes)
      try Descriptor.workingDirectory.setMode(of: place, 0o644, noFollow: false)
    } catch {
      throw ToolFailure(Fault("policy-file-unwritable", subject: path, why: error.message))
    }
  }
}

extension ToolFailure {
  static func from<T>(_ body: () throws(Fault) -> T) throws(ToolFailure) -> T {
    do throws(Fault) { return try body() } catch { throw ToolFailure(error) }
  }
}
