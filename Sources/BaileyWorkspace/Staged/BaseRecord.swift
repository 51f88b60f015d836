import BaileyCore
import BaileyLinux

/// What is known of the project at the moment a session began, without having copied it.
///
/// docs/decisions/0201-workspace-base.md says why the change time decides.
struct BaseRecord: Sendable {
  /// The file system's own clock at the start, nanoseconds.
  var started: Int64
  /// Paths that this session's own apply and undo have written since, as they left them; `nil` where they left nothing.
  var accepted: [[UInt8]: Stamp?]

  static let touched = "changed in the project since the session began"

  /// Whether our own hand left the project's entry, or the lack of one, just so.
  func isAccepted(_ path: [UInt8], _ status: FileStatus?) -> Bool {
    guard let left = accepted[path] else { return false }
    return left == status.map(Stamp.init)
  }

  /// Whether our own hand left something here.
  func hasLeft(_ path: [UInt8]) -> Bool { accepted[path].flatMap(\.self) != nil }

  /// Whether the project's entry may have been changed by someone else since the start.
  ///
  /// - Parameter mattersForDirectory: a directory's change time moves with every entry, so it counts only where the directory itself
  ///   is what changes.
  func isTouched(_ path: [UInt8], _ status: FileStatus, directoryMatters: Bool = false) -> Bool {
    if isAccepted(path, status) { return false }
    if status.isDirectory && !directoryMatters { return false }
    return status.changed > started
  }
}
