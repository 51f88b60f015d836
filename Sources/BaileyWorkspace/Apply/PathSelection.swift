import BaileyCore

/// Paths that a person named, each with all below it; asked in steps of the path's depth, however many were named.
struct PathSelection {
  /// `nil` is everything.
  private let named: Set<[UInt8]>?

  init(_ paths: [[UInt8]]?) {
    // The empty path is the project itself.
    named = paths.flatMap { $0.contains([]) ? nil : Set($0) }
  }

  func contains(_ path: [UInt8]) -> Bool {
    guard let named else { return true }
    return Self.withParents(path).contains(where: named.contains)
  }

  /// A name that is not in the change set is more likely a mistake than a wish for nothing.
  static func require(_ names: [[UInt8]], in changes: [StagedChange]) throws(Fault) {
    if names.isEmpty { return }
    var known: Set<[UInt8]> = []
    for change in changes {
      for path in withParents(change.path) where !known.insert(path).inserted { break }
    }
    guard let missing = names.first(where: { !known.contains($0) }) else { return }
    throw Fault(
      "change-not-found", subject: printable(String(decoding: missing, as: UTF8.self)),
      why: "the session has no such change", hint: "bailey diff lists the changes")
  }

  /// The path and the directories above it, deepest first; not the empty one.
  private static func withParents(_ path: [UInt8]) -> some Sequence<[UInt8]> {
    sequence(first: path) { path in
      let parent = Tree.split(path).parent
      return parent.isEmpty ? nil : parent
    }
  }
}
