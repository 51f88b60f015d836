import BaileyCore
import BaileyLinux

/// What both sides began with, as far as it is known: by change times, and where there is a base, by content.
struct StartState {
  let record: BaseRecord
  /// Those that the project had; `nil` where that was not recorded.
  let directories: DirectoryRecord?
  /// Clones of files and links as they were at the start; `nil` where the file system shares no blocks.
  let base: Tree?
  let hasher: HasherFactory

  /// `nil` is "not known", never "nothing was there".
  func state(_ path: [UInt8]) -> NodeState? {
    guard let state = try? base?.state(path, hasher) else { return nil }
    return state.type == .file || state.type == .symlink ? state : nil
  }

  /// Whether the project's entry is another one than at the start, by somebody else's hand.
  ///
  /// - Parameters:
  ///   - before: what stands in the project now.
  ///   - isMoved: it came with another directory, so its own times say nothing.
  func isTouched(
    _ path: [UInt8], _ status: FileStatus, _ before: NodeState, directoryMatters: Bool = false, isMoved: Bool
  ) -> Bool {
    let isTouched =
      isMoved
      ? !record.isAccepted(path, status) : record.isTouched(path, status, directoryMatters: directoryMatters)
    return isTouched && state(path) != before
  }

  /// Whether another directory stands in this one's place.
  ///
  /// A directory that is moved gets a new change time itself. So numbers that a file system does not keep (NFS, FUSE, overlayfs over several
  /// file systems) are compared only where the person changed something in the directory.
  func isReplaced(_ path: [UInt8], _ status: FileStatus?) -> Bool {
    guard let directories, let status, status.isDirectory,
      record.isTouched(path, status, directoryMatters: true)
    else { return false }
    return status.inode != record.accepted[path]??.inode ?? directories.inodes[path]
  }

  func hadDirectory(_ path: [UInt8]) -> Bool { directories?.inodes[path] != nil }

  /// Whether the session left as it was at the start what the project has changed since.
  func isUntouchedBySession(_ path: [UInt8], _ status: FileStatus, _ after: NodeState, isMoved: Bool) -> Bool {
    !record.accepted.keys.contains(path) && (isMoved || record.isTouched(path, status)) && state(path) == after
  }

  /// Whether the project had a file here, at the start or from an apply of ours, that no apply or undo of ours removed.
  func hadFile(_ path: [UInt8]) -> Bool {
    record.accepted.keys.contains(path) ? record.hasLeft(path) : state(path) != nil
  }

  func content(_ path: [UInt8], limit: Int) -> [UInt8]? { base?.content(path, limit: limit) }
}
