import BaileyCore
import BaileyWire
import Testing

@testable import BaileyCommands

@Suite("Decisions in the schema of OPA's decision log")
struct DecisionEventTests {
  private static let subject = Subject(session: .random(), agent: "a", user: "me")
  private static let action = Action.connect(subject, host: "example.com", address: nil, port: 443, transport: "tls")

  private static func row(_ kind: Record.Kind, _ body: JSON) -> LogRow {
    let record = Record(kind, session: subject.session, time: 1_700_000_000_123_456_789, body: body)
    return LogRow(index: 7, record: record.json)
  }

  @Test("An event has the members that EventV1 knows, and only those", arguments: [Effect.allow, .deny])
  func schema(effect: Effect) throws {
    let decision = Decision(combining: [Reason(effect, "rule", "a rule says so")])
    let row = Self.row(.intent, ["action": Self.action.json, "decision": decision.json])
    let event = try #require(DecisionEvent(row)).json
    let known: Set = [
      "type", "labels", "decision_id", "batch_decision_id", "trace_id", "span_id", "bundles", "path", "query", "input",
      "result", "intermediate_results", "mapped_result", "nd_builtin_cache", "erased", "masked", "error",
      "requested_by", "timestamp", "metrics", "req_id", "request_context", "custom",
    ]
    #expect(known.isSuperset(of: event.object?.keys.map(\.self) ?? []))
    #expect(event["labels"]?["id"]?.string == Self.subject.session.text && event["labels"]?["version"] != nil)
    #expect(event["decision_id"]?.string == "\(Self.subject.session.text)-7" && event["path"] == "bailey/decision")
    #expect(event["input"] == Self.action.json && event["requested_by"] == "me")
    #expect(
      event["result"]?["allow"] == .bool(effect == .allow) && event["result"]?["effect"] == .string(effect.rawValue))
    #expect(event["timestamp"] == "2023-11-14T22:13:20.123456789Z")
  }

  private static func note(_ index: UInt64, _ revision: String, isOrder: Bool = false) -> LogRow {
    let body: JSON = [
      "event": "policies", "order": .bool(isOrder),
      "policies": ["user": ["sha256": "aa", "bundles": ["/d/b": .string(revision)]]],
    ]
    return LogRow(index: index, record: Record(.note, session: subject.session, time: 1, body: body).json)
  }

  @Test("A decision has the bundles of the last note before it; an order has notes of its own")
  func bundles() throws {
    let decision = Decision(combining: [])
    var row = Self.row(.intent, ["action": Self.action.json, "decision": decision.json])
    var notes = PolicyNotes()
    #expect(DecisionEvent(row, policies: notes.policies(of: row))?.json["bundles"] == nil)
    for (index, revision) in [(UInt64(3), "1"), (5, "2"), (9, "3")] { notes.take(Self.note(index, revision)) }
    notes.take(Self.note(6, "", isOrder: true))
    let isNote = notes.take(row)
    #expect(!isNote)
    #expect(DecisionEvent(row, policies: notes.policies(of: row))?.json["bundles"] == ["/d/b": ["revision": "2"]])
    let apply = Action.apply(Self.subject, project: "/p", changes: 1, risky: 0, digest: "d")
    row = Self.row(.intent, ["action": apply.json, "decision": decision.json])
    #expect(DecisionEvent(row, policies: notes.policies(of: row))?.json["bundles"] == ["/d/b": [:]])
  }

  @Test("Entries that are no decision have no event")
  func others() {
    #expect(DecisionEvent(Self.row(.observed, ["action": Self.action.json, "succeeded": true])) == nil)
    #expect(DecisionEvent(Self.row(.intent, ["action": Self.action.json])) == nil)
    #expect(DecisionEvent(LogRow(index: 1, record: "x")) == nil)
  }

  @Test(
    "Moments around leap days and the epoch",
    arguments: [
      (0, "1970-01-01T00:00:00.000000000Z"),
      (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
      (1_709_251_199_000_000_000, "2024-02-29T23:59:59.000000000Z"),
      (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000Z"),
    ] as [(Int64, String)])
  func moments(nanoseconds: Int64, text: String) { #expect(timestamp(nanoseconds) == text) }
}
