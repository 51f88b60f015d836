import BaileyInspect
import Synchronization

// SAFETY: a scratch is out of the pool while a loan of it lives, and a loan is not Sendable, so one thread at a time has it.

/// What inspections share, lent to one after the other; at most eight lie ready.
final class ScratchPool: Sendable {
  fileprivate struct Kept: @unchecked Sendable {
    let rules: RuleSet
    let scratch: InspectionScratch
  }

  private static let limit = 8
  private let kept = Mutex<[Kept]>([])

  func lend(_ rules: RuleSet) -> ScratchLoan {
    let known = kept.withLock { kept in kept.lastIndex { $0.rules === rules }.map { kept.remove(at: $0) } }
    return ScratchLoan(known ?? Kept(rules: rules, scratch: InspectionScratch(rules)), self)
  }

  /// Other rules are in force: what long streams still need of the old ones comes back by itself.
  func empty() { kept.withLock { $0 = [] } }

  fileprivate func giveBack(_ scratch: Kept) {
    kept.withLock { if $0.count < Self.limit { $0.append(scratch) } }
  }
}

/// Gives the scratch back when nobody uses it any more.
final class ScratchLoan {
  private let kept: ScratchPool.Kept
  private let pool: ScratchPool

  fileprivate init(_ kept: ScratchPool.Kept, _ pool: ScratchPool) {
    self.kept = kept
    self.pool = pool
  }

  var scratch: InspectionScratch { kept.scratch }

  deinit { pool.giveBack(kept) }
}
