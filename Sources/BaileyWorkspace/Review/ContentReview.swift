import BaileyCore
import BaileyLinux

/// Inspects what one change would bring into the project.
///
/// What is inspected is what the change set's digest covers, by hash: an apply copies these bytes or none. What cannot be read as it was
/// shown is a finding itself.
final class ContentReview {
  private let lower: TreeReader
  private let staged: TreeReader
  private let hasher: HasherFactory
  private let inspector: any ContentInspector
  private let session: SessionID
  /// Nanoseconds, monotonic: what is not inspected by then is a finding.
  private let deadline: Int64

  init(_ session: StagedSession, _ inspector: any ContentInspector, deadline: Int64) {
    lower = TreeReader(session.lower)
    staged = TreeReader(session.staged)
    hasher = session.hasher
    self.session = session.files.session
    self.inspector = inspector
    self.deadline = deadline
  }

  /// - Returns: `isFinal` where the next time would find the same.
  func findings(of change: StagedChange) throws(Fault) -> (findings: [ContentFinding], isFinal: Bool) {
    var isFinal = true
    var found = change.change.kind == .added ? try texts(Tree.split(change.path).name, change) : []
    switch change.after {
    case .symlink(let target): found += try texts(target, change)
    case .file(_, _, let hash):
      if case .file(_, _, hash) = change.before { break }
      let new = try content(of: change.after, change.merged, staged, change)
      // What the project has already is no news, as far as that could be read.
      let old = new.isEmpty ? [] : try content(of: change.before, nil, lower, change)
      isFinal = !old.holdsUnread
      found += isFinal ? new.without(old) : new
    case .absent, .directory, .other: break
    }
    return (found, isFinal && !found.holdsUnread)
  }

  /// A name, or where a link leads.
  private func texts(_ text: [UInt8], _ change: StagedChange) throws(Fault) -> [ContentFinding] {
    let inspection = try inspector.begin(change.change.displayPath, of: session)
    inspection.feed(text)
    return inspection.finish().map(\.finding)
  }

  private func content(
    of state: NodeState, _ merged: [UInt8]?, _ tree: TreeReader, _ change: StagedChange
  ) throws(Fault) -> [ContentFinding] {
    guard case .file(_, let size, let hash) = state, size > 0 else { return [] }
    let inspection = try inspector.begin(change.change.displayPath, of: session)
    if let merged {
      inspection.feed(merged)
      return inspection.finish().map { $0.finding(inLine: merged.line(at: $0.offset)) }
    }
    do throws(Errno) {
      return try tree.withFile(change.path) { (file: borrowing Descriptor) throws(Errno) in
        try read(file, size: size, hash: hash, inspection)
      }
    } catch {
      return [.unread("it cannot be read: \(error.message)")]
    }
  }

  private func read(
    _ file: borrowing Descriptor, size: Int64, hash: [UInt8], _ inspection: any ContentInspection
  ) throws(Errno) -> [ContentFinding] {
    var (sum, lines) = (BlockHash(hasher), LineTable())
    var inTime = true
    try file.eachBlock { block, offset in
      sum.add(block, at: offset)
      lines.add(block, at: offset)
      inspection.feed(lines.gap(before: offset) + block)
      inTime = Clock.monotonic < deadline
      return inTime
    }
    let placed = inspection.finish()
    var found: [ContentFinding] = []
    for finding in placed { found.append(finding.finding(inLine: try lines.line(at: finding.offset, file))) }
    if !inTime { return found + [.unread("it is too large to be inspected in time")] }
    let isSame = try file.status().size == size && sum.finish() == hash
    return isSame ? found : found + [.unread("it changed while it was inspected")]
  }
}

extension [ContentFinding] {
  fileprivate var holdsUnread: Bool { contains { $0.rule == "not-inspected" } }

  /// Without those whose values are there already, as often as they are. What tells of no value stays.
  func without(_ old: [ContentFinding]) -> [ContentFinding] {
    var known: [String: Int] = [:]
    for finding in old { known[finding.rule + " " + finding.fingerprint, default: 0] += 1 }
    return filter { finding in
      let key = finding.rule + " " + finding.fingerprint
      guard !finding.fingerprint.isEmpty, let count = known[key], count > 0 else { return true }
      known[key] = count - 1
      return false
    }
  }
}

extension PlacedFinding {
  fileprivate func finding(inLine line: Int) -> ContentFinding {
    var finding = finding
    finding.line = line
    return finding
  }
}

extension [UInt8] {
  func line(at offset: Int) -> Int { 1 + prefix(offset).count { $0 == 0x0A } }
}
