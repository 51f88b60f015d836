internal import BaileyCore
internal import BaileyInspect
internal import Synchronization

/// A finding with the place it has for a person.
struct LocatedFinding: Sendable {
  var finding: Finding
  var path: [UInt8]
  /// Nil when the beginning was read too long ago to know its line.
  var start: TextPlace?
  var end: TextPlace?
  /// Bytes from the beginning of the file or object.
  var offset: Int
  var commit: CommitInfo?

  /// What could not be unpacked has none, and so nothing by which it could be known again.
  var hasValue: Bool { !finding.fingerprint.isEmpty }
}

/// Whose commit a finding came in with.
struct CommitInfo: Sendable, Equatable {
  var id: String
  var author: String
  /// Seconds since 1970.
  var time: Int64
}

/// Something that was not read, or not to its end.
struct ScanProblem: Sendable, Equatable {
  var path: [UInt8]
  var fault: Fault
}

/// What was passed over on purpose.
enum Skipped: String, Sendable, CaseIterable {
  case ignored, links, special, repositories, submodules
}

/// How much a scan did.
struct ScanCounts: Sendable, Equatable {
  var files = 0
  var bytes = 0
  var skipped: [Skipped: Int] = [:]
  /// Accepted, by the file that does so.
  var allowed: [String: Int] = [:]
  /// Excused by a comment.
  var excused = 0
  /// From a baseline or from before.
  var known = 0
  /// Let go of because there were too many.
  var dropped = 0
}

/// Where all threads leave what they found.
final class ScanResults: Sendable {
  /// More are only counted.
  static let maximumFindings = 100_000
  static let maximumProblems = 1_000

  struct Contents: Sendable {
    var findings: [(number: Int, isBefore: Bool, finding: LocatedFinding)] = []
    var problems: [ScanProblem] = []
    var moreProblems = 0
    var counts = ScanCounts()
  }

  private let state = Mutex(Contents())
  private let stopping = Atomic(false)

  var isStopping: Bool { stopping.load(ordering: .relaxed) }

  func stop() { stopping.store(true, ordering: .relaxed) }

  func skip(_ what: Skipped) { state.withLock { $0.counts.skipped[what, default: 0] += 1 } }

  func tell(_ problem: ScanProblem) {
    state.withLock { state in
      if state.problems.count < Self.maximumProblems {
        state.problems.append(problem)
      } else {
        state.moreProblems += 1
      }
    }
  }

  func add(_ findings: [LocatedFinding], of task: ScanTask) {
    state.withLock { state in
      for finding in findings {
        if state.findings.count < Self.maximumFindings {
          state.findings.append((task.number, task.isBefore, finding))
        } else {
          state.counts.dropped += 1
        }
      }
    }
  }

  func count(allowed: [String: Int], excused: Int) {
    state.withLock { state in
      state.counts.allowed.merge(allowed, uniquingKeysWith: +)
      state.counts.excused += excused
    }
  }

  func count(bytes: Int) { state.withLock { $0.counts.bytes += bytes } }

  func countFile() { state.withLock { $0.counts.files += 1 } }

  var contents: Contents { state.withLock { $0 } }

  /// For those who wait.
  var progress: (counts: ScanCounts, findings: Int) { state.withLock { ($0.counts, $0.findings.count) } }
}
