package import BaileyCore

/// Entries of one page: usually far below a frame. A page of the longest paths, each byte escaped, goes as a message in several frames.
package let pageSize = 1000

/// Long lists are cut into pages 0 to `lastPage`; the last goes in the reply, with the refs.
extension ChangeSet {
  package var lastPage: Int { max(0, changes.count - 1) / pageSize }

  package func page(_ number: Int) -> ChangeSet {
    ChangeSet(changes: changes.page(number), refs: number == lastPage ? refs : [], digest: digest)
  }
}

extension ApplyReport {
  package var lastPage: Int { max(0, max(applied.count, conflicts.count, heldBack.count) - 1) / pageSize }

  package func page(_ number: Int) -> ApplyReport {
    ApplyReport(
      applied: applied.page(number), conflicts: conflicts.page(number), heldBack: heldBack.page(number),
      refs: number == lastPage ? refs : [])
  }

  /// Joins what comes after this page.
  package mutating func append(_ next: ApplyReport) {
    applied += next.applied
    conflicts += next.conflicts
    heldBack += next.heldBack
    refs += next.refs
  }
}

extension Array {
  fileprivate func page(_ number: Int) -> Self { Array(dropFirst(number * pageSize).prefix(pageSize)) }
}
