package import BaileyCore

/// A log that is computed: entry 7 of seed 3 is always the same, in every process.
///
/// Its texts are what a hostile agent would write.
package struct SyntheticLog: LogSource {
  package let count: UInt64
  package let seed: UInt64
  private let all: [LoggedRecord]

  package init(count: UInt64, seed: UInt64 = 1) {
    self.count = count
    self.seed = seed
    all = (0..<count).map { LoggedRecord(index: $0, record: Self.record($0, seed: seed).json) }
  }

  package func record(_ index: UInt64) -> Record { Self.record(index, seed: seed) }

  package func entries(from index: UInt64, limit: Int) async throws(Fault) -> [LoggedRecord] {
    guard index < count, limit > 0 else { return [] }
    return Array(all[Int(index)...].prefix(limit))
  }

  package func size() async throws(Fault) -> UInt64 { count }
  package func evidence(for index: UInt64) async throws(Fault) -> LogEvidence { throw IdleResources.nowhere }
  package func verify() async throws(Fault) -> LogFindings { throw IdleResources.nowhere }

  private static func record(_ index: UInt64, seed: UInt64) -> Record {
    var dice = Dice(seed: seed << 32 ^ index)
    let session = dice.one(of: sessions)
    // Mostly forward, sometimes back.
    let time = Int64(index) * 1_000_000_000 - Int64(dice.roll(20)) * 1_000_000_000
    switch dice.roll(10) {
    case 0: return Record(.note, session: nil, time: time, body: ["event": "x", "paths": [dice.path(), dice.path()]])
    case 1: return Record(.apply, session: session, time: time, body: ["applied": 1, "paths": [dice.path()]])
    case 2: return Record.gap(3, denied: dice.roll(2) == 0, session: session, time: time)
    case 3:
      return Record(
        .outcome, session: session, time: time, body: ["intent": .int(Int64(index / 2)), "succeeded": true])
    case 4:
      let outcome = Outcome(succeeded: dice.roll(2) == 0, detail: dice.roll(2) == 0 ? ["code": "name-hidden"] : [:])
      return .observed(dice.action(session), outcome, time: time)
    default:
      let body: JSON = ["action": dice.action(session).json, "decision": dice.decision().json]
      return Record(.intent, session: session, time: time, body: body)
    }
  }

  package static let sessions = ["0123456789abcdef", "4f7c000000000000", "zzzzzzzzzzzzzzzz"].compactMap(SessionID.init)
  package static let agents = ["claude", "a'b", "\u{0}", "co\u{101}dex", ""]
  package static let hosts = [
    "api.example.com", "example.com", "EVIL.example.com", "10.0.0.1", "[::1]", "a%b_c.example",
    "x'; DROP TABLE entry;--",
    "é.example", "e\u{301}.example", "n\u{0}ul.example", "line\nfeed",
  ]
  package static let reasons = ["nothing-allows", "floor-secret", "it's", "%", "a\u{101}b", "nothing-allows-too"]
  package static let names = [
    ".env", "main.swift", "a'b\"c", "100%", "under_score", "nul\u{0}byte", "line\nfeed", "sep\u{101}\u{100}", "é",
    "e\u{301}",
    "\u{FFFD}", "--", "*", "[a]", String(repeating: "long", count: 400),
  ]
}

/// SplitMix64: small, and the same everywhere.
package struct Dice: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func roll(_ sides: Int) -> Int { Int(next() % UInt64(sides)) }

  package mutating func one<T>(of values: [T]) -> T { values[roll(values.count)] }

  /// Some are no UTF-8, some are long.
  mutating func path() -> JSON {
    let folder = one(of: ["/home/me/project", "/home/me/project/src", "/tmp", "relative/x", "/"])
    let path = Array((folder + "/" + one(of: SyntheticLog.names)).utf8)
    return JSON(bytes: roll(8) == 0 ? path + [0xFF, 0x80] : path)
  }

  mutating func action(_ session: SessionID) -> Action {
    let subject = Subject(session: session, agent: one(of: SyntheticLog.agents), user: "u")
    let host = one(of: SyntheticLog.hosts)
    switch roll(4) {
    case 0: return .connect(subject, host: host, address: "10.0.0.\(roll(3))", port: 443, transport: "tls")
    case 1: return .resolve(subject, name: host, type: "A")
    case 2: return Action(.exec, subject, resource: ["path": path(), "argv": ["x"]])
    default: return Action(.fileWrite, subject, resource: ["path": path(), "to": path(), "operation": "rename"])
    }
  }

  mutating func decision() -> Decision {
    let effect = one(of: Effect.allCases)
    let reasons = (0...roll(2)).map { _ in Reason(effect, one(of: SyntheticLog.reasons), "a sentence") }
    return Decision(combining: reasons)
  }
}
