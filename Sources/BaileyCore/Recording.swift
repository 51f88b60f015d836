/// Which sessions have their terminal recorded, and how.
package struct RecordingRules: Sendable, Equatable {
  package enum Extent: String, Sendable, CaseIterable, Comparable {
    case off = "none"
    /// Sessions with a terminal.
    case terminal
    /// The output of sessions without one, too.
    case all

    package static func < (left: Extent, right: Extent) -> Bool { left.rank < right.rank }

    private var rank: Int { self == .off ? 0 : self == .terminal ? 1 : 2 }
  }

  /// `nil` is the default: `terminal`.
  package var extent: Extent?
  /// Keys as well; what is typed blind is among them.
  package var input = false
  /// Without its recording the session does not start, or ends.
  package var isRequired = false
  /// Bytes of one recording; `nil` is the default.
  package var limit: Int64?
  /// Every read of a file by path: docs/provenance.md has the price.
  package var reads = false

  package static let defaultLimit: Int64 = 256 << 20

  package init() {}

  package var effective: Extent { extent ?? .terminal }

  package func records(hasTerminal: Bool) -> Bool { effective >= (hasTerminal ? .terminal : .all) }
}

extension Manifest {
  /// What a recording must not hold: the values of the variables that the manifest calls secret, and of those it sets under such a name.
  package func secrets(in caller: [String: String]) -> [KnownSecret] {
    let passed = environment.secrets.compactMap { name in caller[name].map { (name, $0) } }
    let set = environment.set.filter {
      SecretShape.isSecret(name: $0.key) || SecretShape.isSecret(value: $0.value) != nil
    }
    return (passed + set.sorted { $0.key < $1.key }).map { KnownSecret($0.0, Array($0.1.utf8)) }
  }
}

/// What the log says of a recording: the hash of all its bytes up to a place.
package struct TranscriptMark: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case open, ended
    /// It reached its limit, or could not be written any more: the session was longer than it.
    case full, failed
    /// The controller died; it was closed when the next one started.
    case recovered
  }

  /// Programs of a session with a terminal of their own: 0 is the main one.
  package var program: Int
  package var state: State
  package var bytes: Int64
  /// Of the first `bytes` bytes; lower-case hex.
  package var sha256: String

  package init(program: Int, state: State, bytes: Int64, sha256: String) {
    self.program = program
    self.state = state
    self.bytes = bytes
    self.sha256 = sha256
  }

  package var isFinal: Bool { state != .open }

  package var body: JSON {
    [
      "program": .int(Int64(program)), "state": .string(state.rawValue), "bytes": .int(bytes),
      "sha256": .string(sha256),
    ]
  }

  package init?(body: JSON) {
    guard let program = body["program"]?.int.flatMap(Int.init(exactly:)), program >= 0,
      let state = body["state"]?.string.flatMap(State.init(rawValue:)), let bytes = body["bytes"]?.int, bytes >= 0,
      let sha256 = body["sha256"]?.string
    else { return nil }
    self.init(program: program, state: state, bytes: bytes, sha256: sha256)
  }
}

/// A recording that is being written.
package protocol SessionRecording: Sendable {
  /// Called on the thread that carries the bytes, which waits for the disk: so nothing gathers in memory.
  ///
  /// - Parameter source: the stream's number, from 0, where a program has several.
  func output(_ bytes: [UInt8], from source: Int)
  func input(_ bytes: [UInt8])
  func resize(_ size: TerminalSize)
  /// No more comes; to be called by whoever carries the bytes.
  func ended()
  /// Returns after `ended`.
  func drained() async
  /// Tells that something was written; ends after `ended`.
  var news: AsyncStream<Void> { get }
  /// Tells, at once, that nothing more can be written; ends after `ended`.
  var losses: AsyncStream<Void> { get }
  /// Syncs what is written, and says what it is. Errors: it could not be tried.
  func sync() async throws(Fault) -> TranscriptMark
  /// Writes what was held back; nothing is taken any more.
  func close() async throws(Fault) -> TranscriptMark
  /// Puts the closed recording among the payloads; the log has its last mark.
  func keep() async
  /// Takes it away: what it was of never ran.
  func discard() async
}

extension SessionRecording {
  package func output(_ bytes: [UInt8]) { output(bytes, from: 0) }
}

/// What a controller that died left behind.
package struct LeftRecordings: Sendable {
  /// What is to be recorded of each.
  package var marks: [(session: SessionID, mark: TranscriptMark)] = []
  /// Files that could not be closed, or that are none of ours.
  package var faults: [Fault] = []

  package init() {}
}

/// Keeps recordings.
package protocol RecordingKeeper: Sendable {
  /// - Parameter secrets: values that must not be in it.
  func open(_ session: SessionID, program: Int, size: TerminalSize, rules: RecordingRules, secrets: [String])
    async throws(Fault) -> any SessionRecording
  /// Carries the output of a program without a terminal past its recording.
  ///
  /// - Returns: what the program is to have instead.
  func tap(_ streams: StandardStreams, _ recording: any SessionRecording) throws(Fault) -> StandardStreams
  /// Closes what a controller that died left behind.
  ///
  /// - Parameter known: what the log says of the recordings of these sessions; sessions that it does not know are not in it.
  func recover(_ known: @Sendable (Set<SessionID>) async throws(Fault) -> [SessionID: [TranscriptMark]])
    async throws(Fault) -> LeftRecordings
  /// To be called once the marks of `recover` are on record.
  func keepRecovered() async
  /// Compares a recording with what the log says of it, in order, and leaves it open: what was compared is what is read.
  func checked(_ session: SessionID, program: Int, marks: [TranscriptMark]) async throws(Fault) -> CheckedRecording
}

extension RecordingKeeper {
  package func check(_ session: SessionID, program: Int, marks: [TranscriptMark]) async throws(Fault)
    -> RecordingFindings
  {
    try await checked(session, program: program, marks: marks).findings
  }
}

/// A recording that was compared with the log.
package struct CheckedRecording: Sendable {
  package var findings: RecordingFindings
  /// Bytes from a place on, at most `limit`; `nil` where there is nothing to read.
  package var read: (@Sendable (_ offset: Int64, _ limit: Int) async throws(Fault) -> [UInt8])?

  package init(
    _ findings: RecordingFindings,
    read: (@Sendable (_ offset: Int64, _ limit: Int) async throws(Fault) -> [UInt8])? = nil
  ) {
    self.findings = findings
    self.read = read
  }
}

/// What became of a recording.
package struct RecordingFindings: Sendable, Equatable {
  /// Bytes that are there; `nil` where there is none.
  package var bytes: Int64?
  /// Bytes of the beginning that the log vouches for.
  package var verified: Int64
  /// Sentences; empty when it is as it was written.
  package var problems: [String]
  /// Its end is on record.
  package var isEnded: Bool

  package init(bytes: Int64?, verified: Int64, problems: [String], isEnded: Bool) {
    self.bytes = bytes
    self.verified = verified
    self.problems = problems
    self.isEnded = isEnded
  }
}
