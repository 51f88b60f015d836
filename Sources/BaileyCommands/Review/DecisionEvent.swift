import BaileyCore
import BaileyWire

/// A decision of the log in the schema of OPA's decision log (EventV1, in the form of its console).
struct DecisionEvent {
  let json: JSON

  /// Nil for an entry that is no decision.
  init?(_ row: LogRow) {
    guard row.record["kind"]?.string == Record.Kind.intent.rawValue, let time = row.record["time_ns"]?.int, time >= 0,
      let action = row.record["body"]?["action"], let decision = row.record["body"]?["decision"],
      let effect = decision["effect"]
    else { return nil }
    let session = row.record["session"]?.string ?? ""
    var result = decision.object ?? [:]
    result["allow"] = .bool(effect == "allow")
    var members: [String: JSON] = [
      "type": "openpolicyagent.org/decision_logs", "path": "bailey/decision", "input": action,
      "decision_id": .string("\(session)-\(row.index)"), "result": .object(result),
      "labels": ["id": .string(session), "version": .string(baileyVersion)],
      "timestamp": .string(Self.timestamp(time)),
    ]
    if let user = action["subject"]?["user"] { members["requested_by"] = user }
    json = .object(members)
  }

  /// RFC 3339 in UTC, with nine digits of a second.
  static func timestamp(_ nanoseconds: Int64) -> String {
    let fraction = String(nanoseconds % 1_000_000_000)
    let zeros = String(repeating: "0", count: 9 - fraction.count)
    return timeText(nanoseconds).dropLast() + "." + zeros + fraction + "Z"
  }
}
