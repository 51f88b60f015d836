import BaileyCore
import BaileyWire
import Testing

@testable import BaileyCommands

@Suite("The timeline of a session")
struct TimelineTests {
  private static let second: Int64 = 1_000_000_000

  private func row(_ index: UInt64, _ kind: Record.Kind, at time: Int64, _ body: JSON) -> LogRow {
    LogRow(index: index, record: Record(kind, session: nil, time: time, body: body).json)
  }

  private func intent(_ index: UInt64, at time: Int64, _ effect: Effect = .allow) -> LogRow {
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let action = Action.connect(subject, host: "h\(index)\u{1B}.example", address: nil, port: 443, transport: "tls")
    let decision = Decision(combining: [Reason(effect, "r", "a rule says so")])
    return row(index, .intent, at: time, ["action": action.json, "decision": decision.json])
  }

  private func outcome(_ index: UInt64, of intent: Int64, at time: Int64, _ succeeded: Bool = true) -> LogRow {
    row(index, .outcome, at: time, ["intent": .int(intent), "succeeded": .bool(succeeded), "detail": ["sent": 5]])
  }

  private func lines(_ rows: [LogRow], _ palette: Palette = .none) -> [String] {
    var outcomes = TimelineOutcomes()
    for row in rows { outcomes.add(row) }
    var timeline = Timeline(outcomes: outcomes, palette: palette)
    return rows.compactMap { row in timeline.event(row).map { timeline.text($0) } }
  }

  @Test("An action stands with its decision and what came of it, in order, with times since the start")
  func joins() {
    let lines = lines([
      row(10, .sessionStart, at: 5 * Self.second, ["argv": ["x", "y"], "mode": "staged", "project": "/p"]),
      intent(11, at: 6 * Self.second),
      intent(12, at: 7 * Self.second, .deny), outcome(13, of: 11, at: 8 * Self.second),
      row(14, .sessionEnd, at: 9 * Self.second, ["cause": "program", "exit_code": 0, "connections": 2]),
    ])
    #expect(
      lines == [
        "+00:00:00.000  session.start  x y (staged view of /p)\n",
        "+00:00:01.000  allow net.connect h11\\u{1b}.example:443 → done after 2 s {\"sent\":5}\n",
        "+00:00:02.000  deny net.connect h12\\u{1b}.example:443 (a rule says so)\n",
        "+00:00:04.000  session.end  program, connections 2, exit code 0\n",
      ])
  }

  @Test("An apply stands with the order for it; an outcome whose action is not there stands by itself")
  func applies() {
    let apply = row(4, .apply, at: 3, ["intent": 3, "applied": 2, "paths": ["a", "b"]])
    #expect(lines([intent(3, at: 1), apply])[0].contains("→ apply after 0 ms {\"applied\":2}"))
    let alone = lines([outcome(9, of: 2, at: 1, false)])
    #expect(alone.count == 1 && alone[0].contains("of 2: failed"))
  }

  @Test("What the terminal showed stands between the entries, counted from the start of the recording")
  func transcript() throws {
    var timeline = Timeline(outcomes: TimelineOutcomes(), palette: .none)
    var shown = ShownLines([(0, "a"), (1_500_000, "b\u{1B}"), (.max, "never")], began: 11 * Self.second)
    let rows = [
      intent(1, at: 10 * Self.second), row(2, .sessionStart, at: 11 * Self.second, [:]),
      intent(3, at: 12 * Self.second), intent(4, at: 13 * Self.second),
    ]
    let taken = rows.compactMap { timeline.event($0) }.map { shown.take(before: $0).map(\.text) }
    #expect(taken == [[], ["a"], [], ["b\u{1B}"]])
    #expect(shown.rest().isEmpty)
    #expect(ShownLines.Line(elapsed: 0, text: "b\u{1B}").shown(.none).contains("│ b\\u{1b}"))
  }

  @Test("Silences, a clock that was set back and missing entries are shown")
  func gaps() {
    let minute = 60 * Self.second
    let lines = lines([
      intent(1, at: 0), intent(2, at: 6 * minute), intent(3, at: 5 * minute),
      row(4, .gap, at: 5 * minute, ["lost": 7, "denied": true]),
    ])
    #expect(lines[1].contains("6 min 0 s without an entry") && lines[1].contains("+00:06:00.000"))
    #expect(lines[2].contains("set back by 1 min 0 s"))
    #expect(lines[3].contains("7 denials have no record each"))
  }

  @Test("Hostile numbers do no harm: an outcome of a later entry, of itself, of none, times at the ends")
  func hostile() {
    let lines = lines([
      outcome(5, of: 6, at: .min), outcome(6, of: 6, at: .max), outcome(7, of: -1, at: 0),
      outcome(8, of: .max, at: .min),
      intent(9, at: .max), LogRow(index: 10, record: .null), outcome(11, of: 9, at: .min),
    ])
    #expect(lines.count == 6 && lines[4].contains("→ done after 0 ms"))
  }

  @Test("Only the last of two outcomes stands with its action; the other one is not hidden")
  func doubled() {
    let lines = lines([intent(1, at: 0), outcome(2, of: 1, at: 1, false), outcome(3, of: 1, at: 2)])
    #expect(lines.count == 2 && lines[0].contains("done") && lines[1].contains("of 1: failed"))
  }

  @Test("As JSON, an entry has its outcome and its time since the start")
  func json() {
    var outcomes = TimelineOutcomes()
    outcomes.add(outcome(2, of: 1, at: 30))
    var timeline = Timeline(outcomes: outcomes, palette: .none)
    _ = timeline.event(row(0, .note, at: 5, [:]))
    let json = timeline.event(intent(1, at: 10))?.json
    #expect(json?["elapsed_ns"] == 5 && json?["outcome"]?["index"] == 2 && json?["v"] == 1 && json?["index"] == 1)
  }
}
