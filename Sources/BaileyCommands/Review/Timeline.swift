import BaileyCore
import BaileyWire

/// What came of actions: by the number of the action's entry.
struct TimelineOutcomes {
  /// Kinds of entries that tell of an earlier one, by its number in `intent`.
  static let kinds: [Record.Kind] = [.outcome, .apply, .undo]

  struct Outcome: Equatable {
    var index: UInt64
    var time: Int64
    var kind: String
    var succeeded: Bool
    var detail: JSON
  }

  private var byIntent: [UInt64: Outcome] = [:]

  subscript(_ intent: UInt64) -> Outcome? { byIntent[intent] }

  mutating func add(_ row: LogRow) {
    guard let body = row.record["body"], let intent = Self.intent(row) else { return }
    var detail = body["detail"] ?? .object((body.object ?? [:]).filter { $0.key != "intent" && $0.key != "paths" })
    if detail.canonical.count > 512 { detail = "…" }
    byIntent[intent] = Outcome(
      index: row.index, time: row.record["time_ns"]?.int ?? 0, kind: row.record["kind"]?.string ?? "",
      succeeded: body["succeeded"]?.bool ?? true, detail: detail)
  }

  /// The earlier entry that this one tells of.
  static func intent(_ row: LogRow) -> UInt64? {
    row.record["body"]?["intent"]?.int.flatMap { UInt64(exactly: $0) }.flatMap { $0 < row.index ? $0 : nil }
  }
}

/// A session's entries as one story: actions with their decision and what came of them, times relative to its start, silences.
struct Timeline {
  /// A silence of so many seconds is shown.
  static let silence: Int64 = 30
  /// Nanoseconds by which an entry may be older than the one before it: what is observed is recorded in batches.
  static let batch: Int64 = 2_000_000_000

  struct Event: Equatable {
    var row: LogRow
    var outcome: TimelineOutcomes.Outcome?
    /// Nanoseconds since the session's first entry; negative if the clock was set back.
    var elapsed: Int64
    /// Nanoseconds since the event before.
    var pause: Int64
  }

  private let outcomes: TimelineOutcomes
  private let palette: Palette
  private let line: LogLine
  private var start: Int64?
  private var before: Int64?
  /// Intents that were shown.
  private var isJoined: Set<UInt64> = []

  init(outcomes: TimelineOutcomes, palette: Palette) {
    self.outcomes = outcomes
    self.palette = palette
    line = LogLine(palette: palette)
  }

  /// - Returns: `nil` for an entry that stands beside the one that it tells of.
  mutating func event(_ row: LogRow) -> Event? {
    let time = row.record["time_ns"]?.int ?? 0
    if start == nil { start = time }
    let previous = before ?? time
    before = time
    if let intent = TimelineOutcomes.intent(row), isJoined.contains(intent), outcomes[intent]?.index == row.index {
      return nil
    }
    let outcome = row.record["kind"]?.string == Record.Kind.intent.rawValue ? outcomes[row.index] : nil
    if outcome != nil { isJoined.insert(row.index) }
    return Event(
      row: row, outcome: outcome, elapsed: Self.difference(time, start ?? time), pause: Self.difference(time, previous))
  }

  func text(_ event: Event) -> String {
    pause(event) + "\(Self.clock(event.elapsed))  \(line.what(event.row))\(outcome(event))\n"
  }

  private func pause(_ event: Event) -> String {
    if event.pause < -Self.batch {
      return palette.yellow("        ··· the clock was set back by \(Self.span(-event.pause))") + "\n"
    }
    guard event.pause >= Self.silence * 1_000_000_000 else { return "" }
    return palette.cyan("        ··· \(Self.span(event.pause)) without an entry") + "\n"
  }

  private func outcome(_ event: Event) -> String {
    guard let outcome = event.outcome else { return "" }
    let took = Self.span(max(0, Self.difference(outcome.time, event.row.record["time_ns"]?.int ?? 0)))
    let word = outcome.kind == Record.Kind.outcome.rawValue ? "done" : printable(outcome.kind)
    let result = outcome.succeeded ? palette.green(word) : palette.yellow("failed")
    let detail = outcome.detail.object?.isEmpty == true ? "" : " " + outcome.detail.shownText
    return " → \(result) after \(took)\(detail)"
  }

  /// A hostile clock is no reason to stop.
  static func difference(_ left: Int64, _ right: Int64) -> Int64 {
    let (value, overflow) = left.subtractingReportingOverflow(right)
    return overflow ? (left > right ? .max : -.max) : max(value, -.max)
  }

  /// `+00:01:02.345`
  static func clock(_ nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds.magnitude / 1_000_000
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000)
    let parts = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    let fraction = String(repeating: "0", count: 3 - "\(rest)".count) + "\(rest)"
    return (nanoseconds < 0 ? "-" : "+") + parts.joined(separator: ":") + "." + fraction
  }

  /// `35 ms`, `4 s`, `5 min 12 s`, `2 h 3 min`
  static func span(_ nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let seconds = milliseconds / 1000
    if seconds == 0 { return "\(milliseconds) ms" }
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds / 60 % 60) min"
  }
}

extension Timeline.Event {
  /// One line of `--json`: the entry, and with it what came of it.
  var json: JSON {
    guard case .object(var members) = row.versioned else { return row.json }
    members["elapsed_ns"] = .int(elapsed)
    if let outcome {
      members["outcome"] = [
        "index": .int(Int64(clamping: outcome.index)), "time_ns": .int(outcome.time), "kind": .string(outcome.kind),
        "succeeded": .bool(outcome.succeeded), "detail": outcome.detail,
      ]
    }
    return .object(members)
  }
}
