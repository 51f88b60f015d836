import BaileyCore
import BaileyExport
import Testing

@Suite("Telemetry")
struct TelemetryTests {
  private static func record(_ index: UInt64, _ effect: Decision, seconds: Int64) -> ExportedRecord {
    let body: JSON = ["action": Samples.actions[5].json, "decision": effect.json]
    let record = Record(.intent, session: Samples.session, time: seconds * 1_000_000_000, body: body)
    return Samples.exported(record, index: index)
  }

  @Test("Of ordinary records one in so many stays, always the same ones; denials, ends and gaps all stay")
  func sampling() {
    let sampling = Sampling(oneIn: 10)
    let allowed = (0..<10_000).map { Self.record($0, Samples.allow, seconds: 1) }
    let kept = allowed.filter(sampling.keeps)
    #expect((800...1200).contains(kept.count))
    #expect(kept == allowed.filter(sampling.keeps))
    #expect((0..<100).allSatisfy { sampling.keeps(Self.record($0, Samples.deny, seconds: 1)) })
    let always: Set = ["session.start", "session.end", "gap", "grant", "revoke", "apply", "undo", "note"]
    #expect(Samples.all.filter { always.contains($0.kind) }.allSatisfy(sampling.keeps))
    #expect(allowed.allSatisfy(Sampling(oneIn: 1).keeps))
  }

  @Test("An outcome stays if its decision does")
  func pairs() {
    let sampling = Sampling(oneIn: 7)
    let good = Samples.all.filter {
      $0.kind == "outcome" && $0.record["body"]?["succeeded"] == true && $0.intent != nil
    }
    for outcome in good where outcome.intent?["body"]?["action"]?["action"] == "http.request" {
      let index = outcome.record["body"]?["intent"]?.int.map(UInt64.init) ?? 0
      #expect(sampling.keeps(outcome) == sampling.keeps(Self.record(index, Samples.allow, seconds: 1)))
    }
  }

  @Test("A minute's counts are told once it is over, and name the records that they count")
  func counts() throws {
    var counts = MinuteCounts()
    #expect(counts.add(Self.record(5, Samples.allow, seconds: 60)) == nil)
    #expect(counts.add(Self.record(6, Samples.deny, seconds: 119)) == nil)
    #expect(counts.add(Self.record(7, Samples.deny, seconds: 59)) == nil)
    #expect(counts.first == 5)
    let ended = counts.add(Self.record(8, Samples.allow, seconds: 120))
    let minute = try #require(ended)
    #expect(counts.first == 8)
    #expect(
      minute.record["body"]
        == [
          "first": 5, "last": 7, "records": 3,
          "counts": ["intent.http.request allow": 1, "intent.http.request deny": 2],
        ])
    #expect(counts.close(before: 180 * 1_000_000_000) == nil)
    let open = counts.close(before: 181 * 1_000_000_000)
    let last = try #require(open)
    #expect(last.record["body"]?["records"] == 1)
    #expect(counts.first == nil)
    let event = OCSFEvent.json(minute, Samples.origin)
    #expect(event["metadata"]?["uid"] == "bailey-log.example/5-7")
    #expect(event["count"] == 3)
  }
}
