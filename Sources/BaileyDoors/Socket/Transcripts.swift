import BaileyCore

/// What the log says of recordings, as far as it was read.
struct Transcripts {
  struct Name: Hashable {
    var session: SessionID
    var program: Int
  }

  private static let batch = 512

  private(set) var marks: [Name: [TranscriptMark]] = [:]
  private var ledger = PayloadLedger()
  private let log: any LogSource
  private var next: UInt64 = 0

  /// Reads the log from end to end, whatever an index says.
  init(of log: any LogSource) async throws(Fault) {
    self.log = log
    try await read()
  }

  /// Takes in what the log has got since.
  private mutating func read() async throws(Fault) {
    while let entries = Optional(try await log.whole(from: next, limit: Self.batch)), let last = entries.last {
      for entry in entries { take(entry) }
      next = last.index + 1
    }
  }

  /// Why there is no recording any more.
  func erasure(of name: Name) -> Erasure? {
    marks[name]?.last(where: \.isFinal).flatMap { ledger.erased[$0.sha256] }
  }

  private mutating func take(_ entry: LoggedRecord) {
    ledger.take(entry)
    guard entry.record["kind"]?.string == Record.Kind.transcript.rawValue,
      let session = entry.record["session"]?.string.flatMap(SessionID.init),
      let mark = entry.record["body"].flatMap(TranscriptMark.init(body:))
    else { return }
    marks[Name(session: session, program: mark.program), default: []].append(mark)
  }

  /// Compares a recording with its marks.
  mutating func checked(_ name: Name, by keeper: any RecordingKeeper) async throws(Fault) -> CheckedRecording {
    let found = try await check(name, keeper)
    guard found.findings.bytes == nil else { return found }
    // It may have ended since the log was read, and lie where only its last mark says.
    try await read()
    return try await check(name, keeper)
  }

  private func check(_ name: Name, _ keeper: any RecordingKeeper) async throws(Fault) -> CheckedRecording {
    try await keeper.checked(name.session, program: name.program, marks: marks[name] ?? [])
  }
}
