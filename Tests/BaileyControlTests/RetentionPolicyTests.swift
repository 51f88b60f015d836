import BaileyCore
import BaileyTestSupport
import Testing

@Suite("What retention makes due")
struct RetentionPolicyTests {
  private static let day: Int64 = 86_400_000_000_000
  private static let now = 1000 * day

  private static func payload(_ number: Int, _ kind: PayloadKind, days: Int64, size: Int64) -> KeptPayload {
    KeptPayload(kind: kind, sha256: "\(number)", size: size, time: now - days * day, owners: [])
  }

  @Test("Held, running and young payloads never go, and all that can go does until age and size are kept")
  func property() {
    for seed in 0..<500 {
      var dice = Dice(seed: UInt64(seed))
      var policy = RetentionPolicy(minimumAge: Int64(dice.roll(20)) * 86_400)
      for kind in PayloadKind.allCases {
        policy.limits[kind] = .init(
          maximumAge: dice.roll(2) == 0 ? nil : Int64(dice.roll(40)) * 86_400,
          maximumSize: dice.roll(2) == 0 ? nil : Int64(dice.roll(2000)))
      }
      let all = (0..<dice.roll(40)).map {
        Self.payload(
          $0, dice.one(of: PayloadKind.allCases), days: Int64(dice.roll(60)) - 5, size: Int64(dice.roll(200)))
      }
      let protected = Set(all.filter { _ in dice.roll(4) == 0 }.map(\.sha256))
      let due = policy.due(all, now: Self.now) { protected.contains($0.sha256) }
      check(due, of: all, protected, policy)
    }
  }

  private func check(
    _ due: [RetentionPolicy.Due], of all: [KeptPayload], _ protected: Set<String>, _ policy: RetentionPolicy
  ) {
    let gone = Set(due.map(\.payload.sha256))
    #expect(gone.count == due.count && gone.isDisjoint(with: protected))
    for kind in PayloadKind.allCases {
      let limit = policy.limits[kind] ?? .init()
      let (rest, went) = (
        all.filter { $0.kind == kind && !gone.contains($0.sha256) }, due.filter { $0.payload.kind == kind }
      )
      let free = rest.filter { !protected.contains($0.sha256) && days($0) * 86_400 >= policy.minimumAge }
      #expect(went.allSatisfy { days($0.payload) * 86_400 >= policy.minimumAge })
      if let age = limit.maximumAge { #expect(free.allSatisfy { days($0) * 86_400 <= age }) }
      if let size = limit.maximumSize {
        #expect(rest.reduce(0) { $0 + $1.size } <= size || free.isEmpty)
      }
      #expect(limit != .init() || went.isEmpty)
      // Oldest first, and nothing for its size that need not have gone.
      #expect(went.map(\.payload.time) == went.map(\.payload.time).sorted())
      if let last = went.last, last.reason == .maximumSize, let size = limit.maximumSize {
        #expect(rest.reduce(last.payload.size) { $0 + $1.size } > size)
      }
    }
  }

  private func days(_ payload: KeptPayload) -> Int64 { payload.age(Self.now) / Self.day }

  @Test("What is said to go goes at that time, and not before")
  func dueTime() throws {
    let policy = RetentionPolicy(limits: [.diff: .init(maximumAge: 86_400)], minimumAge: 2 * 86_400)
    let payload = Self.payload(1, .diff, days: 1, size: 1)
    let time = try #require(policy.dueTime(payload))
    #expect(time == payload.time + 2 * Self.day)
    #expect(policy.due([payload], now: time - 1) { _ in false }.isEmpty)
    #expect(policy.due([payload], now: time) { _ in false }.count == 1)
    #expect(policy.dueTime(Self.payload(1, .recording, days: 1, size: 1)) == nil)
  }

  @Test("A time of the future, and one at the end of time, make nothing old")
  func clocks() {
    let policy = RetentionPolicy(limits: [.diff: .init(maximumAge: 1)])
    var payload = Self.payload(1, .diff, days: -10, size: 1)
    #expect(policy.due([payload], now: Self.now) { _ in false }.isEmpty)
    for time in [Int64.max, .min] {
      payload.time = time
      _ = policy.dueTime(payload)
      #expect(policy.due([payload], now: Self.now) { _ in false }.isEmpty)
    }
  }
}

@Suite("What the log says of payloads")
struct PayloadLedgerTests {
  private let digest = String(repeating: "ab", count: 32)
  private let one = SyntheticLog.sessions[0]
  private let other = SyntheticLog.sessions[1]

  private func ledger(_ records: [Record]) -> PayloadLedger {
    var ledger = PayloadLedger()
    for (index, record) in records.enumerated() { ledger.take(LoggedRecord(index: UInt64(index), record: record.json)) }
    return ledger
  }

  private func diff(_ session: SessionID, _ time: Int64) -> Record {
    Record(
      .payload, session: session, time: time,
      body: ["event": "stored", "kind": "diff", "sha256": .string(digest), "size": 3])
  }

  private func recording(_ state: TranscriptMark.State) -> Record {
    let mark = TranscriptMark(program: 0, state: state, bytes: 9, sha256: digest)
    return Record(.transcript, session: one, time: 5, body: mark.body)
  }

  @Test("Content has every session that names it, and the time of the last")
  func owners() {
    let kept = ledger([diff(one, 1), diff(other, 2), diff(one, 3)]).kept[digest]
    #expect(kept?.sessions == [one, other] && kept?.time == 3 && kept?.kind == .diff && kept?.size == 3)
    #expect(ledger([recording(.open)]).kept.isEmpty && ledger([recording(.ended)]).kept[digest]?.kind == .recording)
  }

  @Test("An erased diff that is made again is kept again; an erased recording stays erased")
  func again() throws {
    for (record, isKept) in [(diff(one, 1), true), (recording(.ended), false)] {
      let payload = try #require(ledger([record]).kept[digest])
      let erasure = Erasure(payload: payload, reason: .order, by: "me", note: "n\u{1B}", time: 7)
      let after = ledger([record, erasure.record])
      #expect(after.kept.isEmpty && after.erased[digest] == erasure && after.next == 2)
      #expect(erasure.sentence == "erased on 1970-01-01T00:00:00Z because me ordered it: n\\u{1b}")
      #expect((ledger([record, erasure.record, record]).kept[digest] != nil) == isKept)
    }
  }

  @Test("A hold lasts until it is released, whatever else is in the log")
  func holds() {
    let hold = LegalHold(session: one, by: "me", reason: "r", time: 1)
    #expect(ledger([hold.record()]).holds == [one: hold])
    #expect(ledger([hold.record(), hold.record(isReleased: true)]).holds.isEmpty)
    let strange: [JSON] = [.null, [:], ["event": "released"], ["event": "erased", "sha256": "x"], ["event": 5]]
    let records = [hold.record()] + strange.map { Record(.payload, session: other, time: 2, body: $0) }
    #expect(ledger(records).holds == [one: hold])
  }

  @Test("What is no hash is no payload")
  func hostile() {
    for name in ["../../etc/passwd", String(repeating: "A", count: 64), ""] {
      let body: JSON = ["event": "stored", "kind": "diff", "sha256": .string(name), "size": 3]
      let record = Record(.payload, session: one, time: 1, body: body)
      #expect(ledger([record]).kept.isEmpty)
    }
  }
}
