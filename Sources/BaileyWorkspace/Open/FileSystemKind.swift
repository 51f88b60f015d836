import BaileyCore
import BaileyLinux

/// What a file system can carry, by its magic number (statfs(2)).
enum FileSystemKind {
  /// overlayfs would not mount with an upper layer there, or would lose changes.
  private static let withoutUpper: [Int: String] = [
    0x794C_7630: "overlay", 0x6969: "nfs", 0xFF53_4D42: "cifs", 0xFE53_4D42: "smb3", 0x0102_1997: "9p", 0x4D44: "vfat",
    0x2011_BAB0: "exfat", 0xF15F: "ecryptfs",
  ]
  /// ext4 and tmpfs, where most state directories lie, share no blocks between files.
  private static let withoutSharedBlocks: Set<Int> = [0xEF53, 0x0102_1994]

  /// `false` where FICLONE can only fail; elsewhere only a try can tell.
  static func mayShareBlocks(_ path: String) -> Bool {
    number(of: path).map { !withoutSharedBlocks.contains($0) } ?? false
  }

  private static func number(of path: String) -> Int? {
    try? Descriptor.open(path, [.readOnly, .directory]).fileSystemMagic()
  }

  /// Throws where overlayfs would not mount, or would lose changes: an upper layer needs user attributes and a local file system.
  static func requireUpper(_ path: String) throws(Fault) {
    let number = try attempting("looking at the state directory", Array(path.utf8)) { () throws(Errno) in
      try Descriptor.open(path, [.readOnly, .directory]).fileSystemMagic()
    }
    if let name = withoutUpper[number] {
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
