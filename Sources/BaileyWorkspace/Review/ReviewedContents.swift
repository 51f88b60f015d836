import BaileyCore
import BaileyLinux
import Synchronization

/// What was found in contents that were inspected, so that an apply need not do again what the diff before it did.
///
/// By hash, path and rules: the same content has the same findings.
final class ReviewedContents: Sendable {
  struct Key: Hashable {
    var path: [UInt8]
    var before: [UInt8]
    var after: [UInt8]
    var basis: InspectionBasis
  }

  /// Contents and findings together.
  private static let limit = 50_000
  private let known = Mutex<(count: Int, findings: [Key: [ContentFinding]])>((0, [:]))

  static func key(_ change: StagedChange, _ basis: InspectionBasis) -> Key? {
    guard case .file(_, _, let after) = change.after else { return nil }
    var before: [UInt8] = change.change.kind == .added ? [1] : [0]
    if case .file(_, _, let hash) = change.before { before = hash }
    return Key(path: change.path, before: before, after: after, basis: basis)
  }

  subscript(key: Key) -> [ContentFinding]? { known.withLock { $0.findings[key] } }

  func keep(_ findings: [ContentFinding], _ key: Key) {
    known.withLock { known in
      known.count += 1 + findings.count
      if known.count > Self.limit { known = (1 + findings.count, [:]) }
      known.findings[key] = findings
    }
  }
}

extension Workspaces {
  /// Nanoseconds for all contents of a change set.
  static let patience: Int64 = 600_000_000_000
  private static let workers = 8

  /// The changes with what is found in them, by several threads at once.
  func inspected(_ reading: StagedSession.Reading, of staged: StagedSession) async -> StagedSession.Reading {
    guard let inspector else { return reading }
    let session = staged.files.session
    let work = ReviewWork(reading.changes, inspector, session, reviewed)
    do throws(Fault) { try await recall(session, staged, inspector) } catch {
      // Without what the session knows nothing is inspected, and that is found.
      let result = work.result(reading)
      return result.set.refs.isEmpty ? result : CommitReview.failed(result, error)
    }
    let deadline = Clock.monotonic + Self.patience
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<min(Self.workers, max(1, Kernel.processors), reading.changes.count) {
        group.addTask {
          // A thread that is missing leaves its share to the others, or uninspected, which is found.
          _ = try? await onOwnThread("inspect") { () throws(Fault) in
            work.run(ContentReview(staged, inspector, deadline: deadline))
          }
        }
      }
    }
    let result = work.result(reading)
    guard let git = staged.git, !reading.set.refs.isEmpty else { return result }
    do throws(Fault) {
      return try await onOwnThread("inspect") { () throws(Fault) in
        CommitReview(git, inspector, session, deadline: deadline).run(result)
      }
    } catch {
      return CommitReview.failed(result, error)
    }
  }
}

/// Changes to inspect, one after the other by whoever is free.
private final class ReviewWork: Sendable {
  private let changes: [StagedChange]
  private let basis: InspectionBasis
  private let known: ReviewedContents
  private let state: Mutex<(next: Int, told: Int, findings: [[ContentFinding]?])>
  /// Findings in all that are held and told each by itself: a reply has an end, and so has memory. Of what comes later the strictest of
  /// each change are, without samples.
  private static let mostTold = 5_000

  init(
    _ changes: [StagedChange], _ inspector: any ContentInspector, _ session: SessionID, _ known: ReviewedContents
  ) {
    self.changes = changes
    basis = inspector.basis(of: session)
    self.known = known
    state = Mutex((0, 0, Array(repeating: nil, count: changes.count)))
  }

  func run(_ review: ContentReview) {
    while let index = next() {
      let findings = findings(of: changes[index], review)
      state.withLock { state in
        state.told += findings.count
        state.findings[index] = state.told > Self.mostTold ? findings.strictest.map(\.bare) : findings
      }
    }
  }

  private func next() -> Int? {
    state.withLock { state in
      guard state.next < changes.count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }

  private func findings(of change: StagedChange, _ review: ContentReview) -> [ContentFinding] {
    let key = ReviewedContents.key(change, basis)
    if let key, let findings = known[key] { return findings }
    do throws(Fault) {
      let (findings, isFinal) = try review.findings(of: change)
      if let key, isFinal { known.keep(findings, key) }
      return findings
    } catch {
      return [.unread("there are no rules to inspect it by: \(error.why)")]
    }
  }

  func result(_ reading: StagedSession.Reading) -> StagedSession.Reading {
    var reading = reading
    let found = state.withLock { $0.findings }
    for (index, findings) in found.enumerated() {
      let findings = findings ?? [.unread("nobody could inspect it")]
      reading.changes[index].change.findings = findings
      reading.set.changes[index].findings = findings
    }
    return reading
  }
}

extension ContentFinding {
  /// With nothing of what was found.
  fileprivate var bare: ContentFinding {
    var bare = self
    (bare.sample, bare.disguises, bare.fingerprint) = ("", [], "")
    return bare
  }
}
