package import BaileyCore

/// Entries of one page: usually far below a frame. A page of the longest paths, each byte escaped, goes as a message in several frames.
package let pageSize = 1000

extension ChangeSet {
  /// The first page, which is removed; `nil` when what is left fits into the reply.
  package mutating func takePage() -> [Change]? {
    if changes.count <= pageSize { return nil }
    defer { changes.removeFirst(pageSize) }
    return Array(changes.prefix(pageSize))
  }
}

extension ApplyReport {
  package mutating func takePage() -> ApplyReport? {
    if max(applied.count, conflicts.count, heldBack.count) <= pageSize { return nil }
    defer {
      applied.removeFirst(min(pageSize, applied.count))
      conflicts.removeFirst(min(pageSize, conflicts.count))
      heldBack.removeFirst(min(pageSize, heldBack.count))
    }
    return ApplyReport(
      applied: Array(applied.prefix(pageSize)), conflicts: Array(conflicts.prefix(pageSize)),
      heldBack: Array(heldBack.prefix(pageSize)), refs: [])
  }

  /// Joins what comes after this page; the refs come with the last.
  package mutating func append(_ next: ApplyReport) {
    applied += next.applied
    conflicts += next.conflicts
    heldBack += next.heldBack
    refs += next.refs
  }
}
