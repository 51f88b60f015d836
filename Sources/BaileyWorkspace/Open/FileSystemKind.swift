import BaileyCore
import BaileyLinux

/// Whether a directory can carry the upper layer of an overlay.
enum FileSystemKind {
  /// The type of the file system that a directory lies on, as in /proc/self/mountinfo (proc(5)); `nil` if it cannot be told.
  static func name(of directory: borrowing Descriptor) -> String? {
    guard let mount = try? directory.status().mount,
      let file = try? Descriptor.open("/proc/self/mountinfo"), let bytes = try? file.readAll(limit: 8 << 20)
    else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let first = fields.first, UInt64(first) == mount, let dash = fields.firstIndex(of: "-") else { continue }
      return dash + 1 < fields.endIndex ? String(fields[dash + 1]) : nil
    }
    return nil
  }

  /// Throws where overlayfs would not mount, or would lose changes: an upper layer needs user attributes and a local file system.
  static func requireUpper(_ path: String) throws(Fault) {
    let name: String? = try attempting("looking at the state directory", Array(path.utf8)) { () throws(Errno) in
      Self.name(of: try Descriptor.open(path, [.readOnly, .directory]))
    }
    if let name, ["overlay", "nfs", "nfs4", "cifs", "smb3", "9p", "vfat", "exfat", "ecryptfs"].contains(name) {
      throw unsupported(path, "\(name) cannot hold the upper layer of an overlay")
    }
    do throws(Errno) { try Descriptor.setAttribute(of: path, "user.bailey.probe", [1]) } catch {
      if error == .noSpace || error == .quota {
        throw Fault.workspace(error, path, doing: "making the session's layers")
      }
      throw unsupported(path, "the file system keeps no user attributes (\(error.name)), which overlayfs needs")
    }
  }

  private static func unsupported(_ path: String, _ why: String) -> Fault {
    Fault(
      "overlay-unsupported", subject: path, why: why,
      hint: "use --workspace copy, or put the state directory on ext4, xfs or btrfs (XDG_STATE_HOME)")
  }
}
