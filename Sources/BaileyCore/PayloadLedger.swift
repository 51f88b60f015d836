/// What lies beside the log because it is too large for a record.
package enum PayloadKind: String, Sendable, CaseIterable { case recording, diff, provenance }

/// A payload that the log names and that was not erased.
package struct KeptPayload: Sendable, Equatable {
  package struct Owner: Sendable, Hashable {
    package var session: SessionID
    /// Of a recording: whose it is.
    package var program: Int?

    package init(session: SessionID, program: Int? = nil) {
      self.session = session
      self.program = program
    }
  }

  package var kind: PayloadKind
  /// Lower-case hex.
  package var sha256: String
  package var size: Int64
  /// Of the last record that names it: nanoseconds since 1970-01-01 UTC. Its age counts from there.
  package var time: Int64
  /// Content is kept once, whoever names it.
  package var owners: [Owner]

  package init(kind: PayloadKind, sha256: String, size: Int64, time: Int64, owners: [Owner]) {
    self.kind = kind
    self.sha256 = sha256
    self.size = size
    self.time = time
    self.owners = owners
  }

  /// Each once, in order.
  package var sessions: [SessionID] {
    owners.map(\.session).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// What the log says of a payload that is gone.
package struct Erasure: Sendable, Equatable {
  package enum Reason: String, Sendable, CaseIterable {
    case maximumAge = "max-age"
    case maximumSize = "max-size"
    case order
  }

  package var payload: KeptPayload
  package var reason: Reason
  /// Who ordered it, or `retention`.
  package var by: String
  /// A person's own words.
  package var note: String?
  package var time: Int64

  package init(payload: KeptPayload, reason: Reason, by: String, note: String?, time: Int64) {
    self.payload = payload
    self.reason = reason
    self.by = by
    self.note = note
    self.time = time
  }

  /// `erased on … because …`
  package var sentence: String {
    let why =
      switch reason {
      case .maximumAge: "it was older than retention.yaml keeps it"
      case .maximumSize: "there was more than retention.yaml keeps"
      case .order: "\(printable(by)) ordered it"
      }
    return "erased on \(timeText(time)) because \(why)" + (note.map { ": \(printable($0))" } ?? "")
  }

  /// Sessions that one record lists; more are of no use to a reader.
  private static let listed = 500

  package var record: Record {
    let sessions = payload.sessions
    var body: [String: JSON] = [
      "event": "erased", "kind": .string(payload.kind.rawValue), "sha256": .string(payload.sha256),
      "size": .int(payload.size), "reason": .string(reason.rawValue), "by": .string(by),
      "sessions": .array(sessions.prefix(Self.listed).map { .string($0.text) }),
    ]
    if let note { body["note"] = .string(note) }
    return Record(.payload, session: sessions.count == 1 ? sessions.first : nil, time: time, body: .object(body))
  }
}

/// While it lasts, nothing of the session is erased.
package struct LegalHold: Sendable, Equatable {
  package var session: SessionID
  package var by: String
  package var reason: String?
  package var time: Int64

  package init(session: SessionID, by: String, reason: String?, time: Int64) {
    self.session = session
    self.by = by
    self.reason = reason
    self.time = time
  }

  /// - Parameter isReleased: the record of its end.
  package func record(isReleased: Bool = false) -> Record {
    var body: [String: JSON] = ["event": isReleased ? "released" : "held", "by": .string(by)]
    if let reason { body["reason"] = .string(reason) }
    return Record(.payload, session: session, time: time, body: .object(body))
  }
}

/// What a reading of the log says of payloads: which are kept, which were erased, which sessions are held.
///
/// The log is the only place that knows, so nothing can disagree with it. Entries come in order, each once.
package struct PayloadLedger: Sendable {
  package private(set) var kept: [String: KeptPayload] = [:]
  package private(set) var erased: [String: Erasure] = [:]
  package private(set) var holds: [SessionID: LegalHold] = [:]
  /// The entry that comes next.
  package private(set) var next: UInt64 = 0

  package init() {}

  package mutating func take(_ entry: LoggedRecord) {
    next = entry.index + 1
    guard let kind = entry.record["kind"]?.string.flatMap(Record.Kind.init(rawValue:)), let body = entry.record["body"]
    else { return }
    let (session, time) = (entry.record["session"]?.string.flatMap(SessionID.init), entry.record["time_ns"]?.int ?? 0)
    switch kind {
    case .payload: takeEvent(body, session, time)
    case .transcript:
      guard let session, let mark = TranscriptMark(body: body), mark.isFinal else { return }
      let owner = KeptPayload.Owner(session: session, program: mark.program)
      name(.recording, mark.sha256, mark.bytes, owner, time)
    case .provenance:
      guard let session, let mark = ProvenanceMark(body: body)?.payload else { return }
      name(.provenance, mark.sha256, mark.bytes, KeptPayload.Owner(session: session), time)
    default: break
    }
  }

  private mutating func name(
    _ kind: PayloadKind, _ sha256: String, _ size: Int64, _ owner: KeptPayload.Owner, _ time: Int64
  ) {
    // So that sums of sizes fit.
    guard isDigest(sha256), (0..<1 << 40).contains(size) else { return }
    // A recording is named again by the start that finds it left behind; a diff may be made again.
    if erased[sha256]?.payload.kind == .recording { return }
    erased[sha256] = nil
    var payload = kept[sha256] ?? KeptPayload(kind: kind, sha256: sha256, size: size, time: time, owners: [])
    payload.time = max(payload.time, time)
    if !payload.owners.contains(owner) { payload.owners.append(owner) }
    kept[sha256] = payload
  }

  private mutating func takeEvent(_ body: JSON, _ session: SessionID?, _ time: Int64) {
    let by = body["by"]?.string ?? "?"
    switch (body["event"]?.string, session) {
    case ("stored", let session?):
      guard body["kind"] == "diff", let sha256 = body["sha256"]?.string, let size = body["size"]?.int else { return }
      name(.diff, sha256, size, KeptPayload.Owner(session: session), time)
    case ("held", let session?):
      holds[session] = LegalHold(session: session, by: by, reason: body["reason"]?.string, time: time)
    case ("released", let session?): holds[session] = nil
    case ("erased", _): takeErasure(body, by, time)
    default: break
    }
  }

  private mutating func takeErasure(_ body: JSON, _ by: String, _ time: Int64) {
    guard let sha256 = body["sha256"]?.string, let payload = kept.removeValue(forKey: sha256) else { return }
    erased[sha256] = Erasure(
      payload: payload, reason: body["reason"]?.string.flatMap(Erasure.Reason.init(rawValue:)) ?? .order, by: by,
      note: body["note"]?.string, time: time)
  }
}

/// SHA-256 in lower-case hex.
package func isDigest(_ text: String) -> Bool {
  text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
}

/// Where payloads lie. Removing one that is not there is no error.
package protocol PayloadStore: Sendable {
  /// Gone, and synced, when it returns.
  func remove(_ payload: KeptPayload) async throws(Fault)
  /// Those that are there.
  func present(_ payloads: [KeptPayload]) async -> [KeptPayload]
  /// Says on disk that an erasure is under way, or over: then a start that finds it looks at the log for what was not finished.
  func mark(isErasing: Bool) async throws(Fault)
  func isErasing() async -> Bool
  /// What is on disk, whoever names it.
  func usage() async -> (files: Int, bytes: Int64)
}
