import BaileyCore
import BaileyLinux

/// What both sides began with, as far as it is known: by change times, and where there is a base, by content.
struct StartState {
  let record: BaseRecord
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
  /// - Parameter before: what stands in the project now.
  func isTouched(_ path: [UInt8], _ status: FileStatus, _ before: NodeState, directoryMatters: Bool = false) -> Bool {
    guard record.isTouched(path, status, directoryMatters: directoryMatters) else { return false }
    return state(path) != before
  }

  /// Whether the session left as it was at the start what the project has changed since.
  func isUntouchedBySession(_ path: [UInt8], _ status: FileStatus, _ after: NodeState) -> Bool {
    !record.accepted.keys.contains(path) && record.isTouched(path, status) && state(path) == after
  }

  /// Whether the project had a file here, at the start or from an apply of ours, that no apply or undo of ours removed.
  func hadFile(_ path: [UInt8]) -> Bool {
    record.accepted.keys.contains(path) ? record.hasLeft(path) : state(path) != nil
  }

  func content(_ path: [UInt8], limit: Int) -> [UInt8]? { base?.content(path, limit: limit) }
}
