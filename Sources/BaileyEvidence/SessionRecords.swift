package import BaileyCore

/// What the records of one session say, one after the other, as far as evidence needs it.
///
/// Whoever makes an archive and whoever verifies one go by this, so they cannot differ in what belongs to a session and what it names.
package struct SessionRecords: Sendable {
  /// What a record has to do with the session.
  package enum Relation: Sendable, Equatable {
    case own
    /// It names no session: a note of the log, which counts where it stands between the session's own.
    case common
    /// A gap in which records of the session are, or what became of one of its payloads.
    case concerning
    case none
  }

  package let session: String
  package private(set) var count = 0
  package private(set) var own = 0
  package private(set) var first: UInt64?
  package private(set) var last: UInt64?
  package private(set) var start: UInt64?
  package private(set) var end: UInt64?
  /// How many records the session had when it ended, by its last one.
  package private(set) var announced: Int64?
  private var ownBeforeEnd: Int64 = 0
  /// Records of the session that the log lost and counted.
  package private(set) var lost: Int64 = 0
  package private(set) var manifest: String?
  /// The bodies of the notes that say which policies were in force.
  private var policies: [JSON] = []
  /// By program, in order.
  package private(set) var marks: [Int: [TranscriptMark]] = [:]
  package private(set) var payloads: [Payload] = []
  private var stored: Set<String> = []
  /// Hashes of payloads, and the record of the erasure.
  package private(set) var erasures: [String: UInt64] = [:]
  /// Changes of which there is no diff.
  package private(set) var unstored = 0

  package struct Payload: Sendable, Equatable, Hashable {
    package var kind: EvidenceFile.PayloadKind
    package var sha256: String
    package var size: Int64
  }

  private static let maximumPolicies = 1000
  /// Of counts, so that no sum of them overflows.
  private static let maximumCount: Int64 = 1 << 40

  package init(session: String) { self.session = session }

  package func relation(_ record: JSON) -> Relation {
    let body = record["body"]
    if let name = record["session"] { return name == .string(session) ? .own : concernsPayload(record) }
    switch record["kind"] {
    case "gap": return body?["sessions"]?[session] == nil ? .none : .concerning
    case "payload": return concernsPayload(record)
    case "note": return .common
    default: return .none
    }
  }

  private func concernsPayload(_ record: JSON) -> Relation {
    guard record["kind"] == "payload", let hash = record["body"]?["sha256"]?.string else { return .none }
    return stored.contains(hash) || finalMarks.contains { $0.sha256 == hash } ? .concerning : .none
  }

  private var finalMarks: [TranscriptMark] { marks.values.compactMap(\.last).filter(\.isFinal) }

  /// - Parameter record: one with a relation.
  package mutating func add(_ record: JSON, at index: UInt64) {
    count += 1
    first = first ?? index
    last = index
    if relation(record) == .own {
      own += 1
      if end == nil { ownBeforeEnd += 1 }
      note(record["kind"]?.string.flatMap(Record.Kind.init(rawValue:)), record["body"] ?? .null, index)
    } else {
      let gap = record["kind"] == "gap" ? record["body"]?["sessions"]?[session]?.int ?? 0 : 0
      lost = min(Self.maximumCount, lost + min(Self.maximumCount, max(0, gap)))
    }
    if record["kind"] == "payload" { notePayload(record["body"] ?? .null, index) }
  }

  private mutating func note(_ kind: Record.Kind?, _ body: JSON, _ index: UInt64) {
    switch kind {
    case .sessionStart:
      start = start ?? index
      manifest = manifest ?? body["manifest_sha256"]?.string
    case .sessionEnd where end == nil:
      end = index
      ownBeforeEnd -= 1
      announced = body["records"]?.int.flatMap { (0...Self.maximumCount).contains($0) ? $0 : nil }
    case .note where body["event"] == "policies" && policies.count < Self.maximumPolicies:
      if let versions = body["policies"], !policies.contains(versions) { policies.append(versions) }
    case .provenance: if let mark = ProvenanceMark(body: body)?.payload { name(.provenance, mark.sha256, mark.bytes) }
    case .transcript: if let mark = TranscriptMark(body: body) { marks[mark.program, default: []].append(mark) }
    default: break
    }
  }

  private mutating func notePayload(_ body: JSON, _ index: UInt64) {
    guard let hash = body["sha256"]?.string, isDigest(hash) else {
      unstored += body["event"] == "not-stored" ? 1 : 0
      return
    }
    switch body["event"] {
    case "stored" where body["kind"] == "diff":
      name(.diff, hash, body["size"]?.int ?? 0)
    case "erased": erasures[hash] = index
    default: break
    }
  }

  private mutating func name(_ kind: EvidenceFile.PayloadKind, _ hash: String, _ size: Int64) {
    guard isDigest(hash) else { return }
    // It is there again, whatever was erased before.
    erasures[hash] = nil
    guard stored.insert(hash).inserted else { return }
    payloads.append(Payload(kind: kind, sha256: hash, size: size))
  }

  /// Records that the last one counts and that are not here, beyond those that the log says it lost.
  package var missing: Int64? { announced.map { max(0, $0 - ownBeforeEnd - lost) } }

  /// Records before the last one that it does not count: then it is no measure of what is here.
  package var uncounted: Int64? { announced.map { max(0, ownBeforeEnd - $0) } }

  /// Whether nothing can be left out between the session's first record and the record of its end.
  package var isComplete: Bool { end != nil && missing == 0 && uncounted == 0 && lost == 0 }
}

extension SessionRecords {
  package enum Presence: String, Sendable { case present, erased, absent }

  /// What the statement says of the session: nothing but what the records and the files of the archive say.
  ///
  /// - Parameters:
  ///   - log: origin, size, root, and key of the log.
  ///   - files: those of the archive.
  package func predicate(log: JSON, files: [EvidenceFile]) -> JSON {
    [
      "session": .string(session), "log": log,
      "records": [
        "count": .int(Int64(count)), "own": .int(Int64(own)), "first": Self.json(first), "last": Self.json(last),
        "lost": .int(lost), "announced": announced.map(JSON.int) ?? .null,
      ],
      "ended": .bool(end != nil), "manifest_sha256": manifest.map(JSON.string) ?? .null,
      "policies": .array(policies),
      "recordings": .array(marks.keys.sorted().compactMap { recording($0, files) }),
      "payloads": .array(payloads.map { payload($0, files) }), "diffs_not_stored": .int(Int64(unstored)),
    ]
  }

  private static func json(_ index: UInt64?) -> JSON { index.map { .int(Int64(clamping: $0)) } ?? .null }

  private func recording(_ program: Int, _ files: [EvidenceFile]) -> JSON? {
    guard let mark = marks[program]?.last else { return nil }
    let presence = presence(of: .recording(program: program), mark.sha256, files)
    return [
      "program": .int(Int64(program)), "bytes": .int(mark.bytes), "sha256": .string(mark.sha256),
      "end": .string(mark.state.rawValue), "content": .string(presence.rawValue),
    ]
  }

  private func payload(_ payload: Payload, _ files: [EvidenceFile]) -> JSON {
    let presence = presence(of: .payload(payload.kind, payload.sha256), payload.sha256, files)
    return [
      "kind": .string(payload.kind.rawValue), "bytes": .int(payload.size), "sha256": .string(payload.sha256),
      "content": .string(presence.rawValue),
    ]
  }

  package func presence(of file: EvidenceFile, _ sha256: String, _ files: [EvidenceFile]) -> Presence {
    if files.contains(file) { return .present }
    return erasures[sha256] == nil ? .absent : .erased
  }
}
