import BaileyCore
import BaileyLinux

/// Inspects what the refs of a session bring into the project's repositories: what was committed and taken out again is in no file.
///
/// Nothing else in a change set says what is in a commit, so that what is in it is told as that of its repository's first ref. It is told also
/// where a file has it: whoever takes the commits need not take the file.
struct CommitReview {
  private let git: GitStage
  private let inspector: any ContentInspector
  private let session: SessionID
  private let deadline: Int64

  init(_ git: GitStage, _ inspector: any ContentInspector, _ session: SessionID, deadline: Int64) {
    self.git = git
    self.session = session
    self.inspector = inspector
    self.deadline = deadline
  }

  func run(_ reading: StagedSession.Reading) -> StagedSession.Reading {
    Self.telling(reading) { repository, refs in
      do throws(Fault) { return try findings(in: repository, refs) } catch {
        return [.unread("its commits cannot be inspected: \(error.why)")]
      }
    }
  }

  /// What could not be looked at hides anything.
  static func failed(_ reading: StagedSession.Reading, _ fault: Fault) -> StagedSession.Reading {
    telling(reading) { _, _ in [.unread("its commits cannot be inspected: \(fault.why)")] }
  }

  /// Each repository for itself: one that cannot be read says nothing of the others.
  private static func telling(
    _ reading: StagedSession.Reading, _ findings: ([UInt8], [RefChange]) -> [ContentFinding]
  ) -> StagedSession.Reading {
    var reading = reading
    let brought = reading.set.refs.indices.filter { reading.set.refs[$0].new != nil }
    for (repository, indices) in Dictionary(grouping: brought, by: { reading.set.refs[$0].repository }) {
      reading.set.refs[indices[0]].findings = findings(repository, indices.map { reading.set.refs[$0] })
    }
    return reading
  }

  private func findings(in repository: [UInt8], _ refs: [RefChange]) throws(Fault) -> [ContentFinding] {
    let work = CommitWork(inspector, session, deadline: deadline)
    for ref in refs { try work.look(at: ref.name) }
    guard let objects = try git.newObjects(repository, refs, deadline: deadline) else { return work.told(without: [:]) }
    defer { objects.remove() }
    try objects.contents(work)
    let old = VersionWork(work.paths, each: objects.bases.count, inspector, session, deadline: deadline)
    if !work.paths.isEmpty, !objects.bases.isEmpty { try objects.before(work.paths, old) }
    return work.told(without: old.found)
  }
}

/// One object after the other, each by itself, and what is found in those that have findings.
private final class CommitWork: BatchSink {
  /// Findings that are told each by itself; beyond, the strictest are.
  private static let mostTold = 1_000

  private let inspector: any ContentInspector
  private let session: SessionID
  private let deadline: Int64
  private var inspection: (any ContentInspection)?
  private var path: [UInt8] = []
  private var found: [(path: [UInt8], findings: [ContentFinding])] = []
  private var rest: [ContentFinding] = []
  private var count = 0

  init(_ inspector: any ContentInspector, _ session: SessionID, deadline: Int64) {
    (self.inspector, self.session, self.deadline) = (inspector, session, deadline)
  }

  /// Of files with findings.
  var paths: [[UInt8]] { Set(found.map(\.path)).subtracting([[]]).sorted { $0.lexicographicallyPrecedes($1) } }

  func look(at name: String) throws(Fault) {
    let inspection = try inspector.begin("", of: session)
    inspection.feed(Array(name.utf8))
    keep(inspection.finish(), [])
  }

  func begin(_ object: BatchReader.Object?) throws(Fault) {
    guard let object else { throw GitQuarantine.refusal("an object is missing") }
    // One content may lie at many paths: that one of them is accepted accepts no other.
    inspection = try inspector.begin("", of: session)
    path = object.isBlob ? object.rest : []
  }

  func feed(_ bytes: [UInt8]) { inspection?.feed(bytes) }

  func end() -> Bool {
    keep(inspection?.finish() ?? [], path)
    if Clock.monotonic < deadline { return true }
    rest.append(.unread("there are too many commits to be inspected in time"))
    return false
  }

  private func keep(_ placed: [PlacedFinding], _ path: [UInt8]) {
    if placed.isEmpty { return }
    count += placed.count
    if count > Self.mostTold {
      rest = (rest + placed.map(\.finding)).strictest
    } else {
      found.append((path, placed.map(\.finding)))
    }
  }

  func told(without old: [[UInt8]: [ContentFinding]]) -> [ContentFinding] {
    found.flatMap { $0.findings.without(old[$0.path] ?? []) } + rest
  }
}

/// What is found in the versions of files that the project has.
private final class VersionWork: BatchSink {
  private let paths: [[UInt8]]
  private let each: Int
  private let inspector: any ContentInspector
  private let session: SessionID
  private let deadline: Int64
  private var index = 0
  private var inspection: (any ContentInspection)?
  /// Of the first version of each that has any.
  private(set) var found: [[UInt8]: [ContentFinding]] = [:]

  init(
    _ paths: [[UInt8]], each: Int, _ inspector: any ContentInspector, _ session: SessionID, deadline: Int64
  ) {
    (self.paths, self.each, self.inspector) = (paths, each, inspector)
    (self.session, self.deadline) = (session, deadline)
  }

  func begin(_ object: BatchReader.Object?) throws(Fault) {
    guard object != nil else { return index += 1 }
    inspection = try inspector.begin("", of: session)
  }

  func feed(_ bytes: [UInt8]) { inspection?.feed(bytes) }

  func end() -> Bool {
    let findings = inspection?.finish().map(\.finding) ?? []
    let path = paths[index / each]
    if found[path, default: []].isEmpty { found[path] = findings }
    index += 1
    return Clock.monotonic < deadline
  }
}
