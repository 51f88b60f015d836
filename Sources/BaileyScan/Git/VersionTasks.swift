internal import BaileyCore

/// Makes each version of a file one task, and one more of what was there before a range of commits.
///
/// What is excused by its path is excused there only: the same content counts again at another.
struct VersionTasks {
  static let submodule = "160000"

  private struct Version: Hashable {
    var name: ObjectName
    /// Empty where it does not matter.
    var path: [UInt8]
  }

  private let setup: ScanSetup
  /// Whether what a path held before, or what a baseline has of it, is left out.
  private let isByPath: Bool
  private var number = 0
  private var seen: Set<Version> = []
  private var before: Set<Version> = []
  private var waiting: [ScanTask] = []

  init(_ setup: ScanSetup, withBefore: Bool) {
    self.setup = setup
    isByPath = withBefore || setup.isBaselined
  }

  mutating func next() -> ScanTask? { waiting.isEmpty ? nil : waiting.removeFirst() }

  mutating func add(_ content: ScanTask.Content, path: [UInt8], commit: ObjectName?, isBefore: Bool = false) {
    waiting.append(ScanTask(number: number, content: content, path: path, commit: commit, isBefore: isBefore))
    number += 1
  }

  /// - Parameter old: what it changes, where that was perhaps not read itself.
  mutating func add(
    _ mode: String, _ old: ObjectName?, _ new: ObjectName, _ path: [UInt8], commit: ObjectName?
  ) {
    guard mode != Self.submodule, !new.isNull, seen.insert(version(new, path)).inserted else { return }
    if let old, !old.isNull, !seen.contains(version(old, path)), before.insert(version(old, path)).inserted {
      add(.blob(old), path: path, commit: nil, isBefore: true)
    }
    add(.blob(new), path: path, commit: commit)
  }

  private func version(_ name: ObjectName, _ path: [UInt8]) -> Version {
    Version(name: name, path: isByPath || setup.allows(path) ? path : [])
  }
}
