internal import BaileyCore
internal import BaileyLinux

/// The allowlist that comes with what is scanned.
///
/// Nobody named it, so it is taken only where it stands itself, not behind a link, and where nobody else could have written it.
enum ProjectAllowlist {
  static let maximumBytes = 1 << 20
  private static let name = ".bailey/inspection.yaml"

  static func path(in project: String) -> String { ShownPath.normal(project + "/" + name) }

  /// Nil where there is none.
  static func read(in project: String) throws(Fault) -> [UInt8]? {
    let file: (bytes: [UInt8], status: FileStatus)
    do throws(Errno) {
      let root = try Descriptor.open(project, [.path, .directory])
      file = try WholeFile.read(
        try root.open(Array(name.utf8), WholeFile.flags, resolve: [.beneath, .noSymlinks]), limit: maximumBytes)
    } catch {
      switch error {
      case .noSuchFile, .notDirectory: return nil
      case .tooManyLinks: throw unsafe(project, "it is a link, or behind one")
      default: throw Fault("scan-file-unreadable", subject: path(in: project), why: error.message)
      }
    }
    guard [0, CurrentProcess.user].contains(file.status.user) else { throw unsafe(project, "it is somebody else's") }
    guard file.status.mode & 0o002 == 0 else { throw unsafe(project, "everybody can write it") }
    return file.bytes
  }

  private static func unsafe(_ project: String, _ why: String) -> Fault {
    Fault(
      "scan-allowlist-unsafe", subject: path(in: project), why: why,
      hint: "name it with --allow if you trust it, else use --no-allow")
  }
}
