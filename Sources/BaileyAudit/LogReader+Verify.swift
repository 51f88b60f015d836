package import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle

/// What a verification found.
package struct LogVerification: Sendable, Equatable {
  /// One thing that is not as it was signed.
  package struct Problem: Sendable, Equatable {
    /// Stable code, kebab-case: `entry-changed`, `piece-missing`, `tile-changed`, `root-mismatch`, `head-mismatch`, `segment-changed`,
    /// `head-invalid`, `head-missing`.
    package var code: String
    /// The first record that is touched, where that can be said.
    package var index: UInt64?
    package var path: String
    package var why: String
  }

  /// Records that a signed head covers.
  package var size: UInt64 = 0
  package var root: String = ""
  /// Whole records beyond that, on disk but not signed yet.
  package var unsigned: UInt64 = 0
  /// Whether the segments end in a frame that is not whole: a write in progress, or a crash that the next start tidies up.
  package var hasTornTail = false
  /// In order of discovery; empty means that the log is whole.
  package var problems: [Problem] = []

  package var isWhole: Bool { problems.isEmpty }

  package var json: JSON {
    let problems = problems.map { problem -> JSON in
      var members: [String: JSON] = [
        "code": .string(problem.code), "path": .string(problem.path), "why": .string(problem.why),
      ]
      if let index = problem.index { members["index"] = .int(Int64(clamping: index)) }
      return .object(members)
    }
    return [
      "size": .int(Int64(clamping: size)), "root": .string(root), "unsigned": .int(Int64(clamping: unsigned)),
      "torn_tail": .bool(hasTornTail), "whole": .bool(isWhole), "problems": .array(problems),
    ]
  }
}

extension LogReader {
  /// Recomputes every leaf, tile and root up to the newest signed head and compares all that is stored with it.
  ///
  /// Works beside a running writer: it reads no further than heads that were signed before it began. Stops at the first changed
  /// piece of the tree, since nothing after it can be told apart.
  package func verify() throws(Fault) -> LogVerification {
    var report = LogVerification()
    let published = verifiedHead(layout.checkpoint, &report)
    // Read after the published one, so on a live log it is the same or a newer one.
    let kept = verifiedHead(layout.headFile, &report)
    guard let newest = [published, kept].compactMap({ $0 }).max(by: { $0.checkpoint.size < $1.checkpoint.size }) else {
      return report
    }
    let anchored = anchoredHead(newest, &report)
    report.size = newest.checkpoint.size
    report.root = newest.checkpoint.root.base64
    var walk = TreeWalk(
      tiles: tiles, heads: [published, kept, anchored].compactMap { $0?.checkpoint }, size: report.size)
    walk.run()
    report.problems += walk.problems
    checkSegments(&report)
    return report
  }

  /// The head that witnesses saw is one of this log's, and no later one than the log has.
  private func anchoredHead(_ newest: SignedHead, _ report: inout LogVerification) -> SignedHead? {
    let path = layout.anchorFile
    do throws(Fault) {
      guard let head = try SignedHead.load(path, by: verifier) else { return nil }
      if head.checkpoint.size <= newest.checkpoint.size { return head }
      report.problems.append(
        .init(code: "head-anchored", index: nil, path: path, why: "witnesses saw \(head.checkpoint.size) records"))
    } catch {
      report.problems.append(.init(code: "head-invalid", index: nil, path: path, why: error.why))
    }
    return nil
  }

  private func verifiedHead(_ path: String, _ report: inout LogVerification) -> SignedHead? {
    do throws(Fault) {
      if let head = try SignedHead.load(path, by: verifier) { return head }
      report.problems.append(.init(code: "head-missing", index: nil, path: path, why: "there is no signed head"))
    } catch {
      report.problems.append(.init(code: "head-invalid", index: nil, path: path, why: error.why))
    }
    return nil
  }

  private func checkSegments(_ report: inout LogVerification) {
    guard let names = try? SegmentName.list(layout.segments) else { return }
    for (position, name) in names.enumerated() {
      let path = layout.segments + "/" + name.text
      // A segment that the writer removed meanwhile is in signed tiles.
      guard let bytes = try? Files.read(path) else { continue }
      let limit = position + 1 < names.count ? names[position + 1].first : nil
      let found = SegmentReading(bytes, first: name.first, upTo: limit)
      let end = name.first + UInt64(found.entries.count)
      check(found.entries, from: name.first, path: path, &report)
      if end < limit ?? report.size || found.witnessed > end {
        report.problems.append(
          .init(code: "segment-changed", index: end, path: path, why: "a record that was on disk is damaged"))
      } else if limit == nil {
        report.unsigned = end > report.size ? end - report.size : 0
        report.hasTornTail = !found.rest.isEmpty
      }
    }
  }

  /// What a segment still holds of signed records must be what was signed.
  private func check(_ entries: [[UInt8]], from first: UInt64, path: String, _ report: inout LogVerification) {
    var hashes: [TreeDigest] = []
    var loaded: UInt64?
    for (position, entry) in entries.enumerated() {
      let index = first + UInt64(position)
      guard let tile = Tile(.hashes(level: 0), index: index >> 8, treeSize: report.size) else { return }
      if loaded != index >> 8 {
        hashes = (try? tiles.hashes(tile)) ?? []
        loaded = index >> 8
      }
      guard hashes.indices.contains(Int(index & 255)) else { continue }
      if hashes[Int(index & 255)] != SHA256Tree.leaf(entry) {
        report.problems.append(
          .init(code: "segment-changed", index: index, path: path, why: "the record is not the one that was signed"))
        return
      }
    }
  }
}
