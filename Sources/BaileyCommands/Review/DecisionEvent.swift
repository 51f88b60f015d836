import BaileyCore
import BaileyWire

/// A decision of the log in the schema of OPA's decision log (EventV1, in the form of its console).
struct DecisionEvent {
  let json: JSON

  /// Nil for an entry that is no decision.
  ///
  /// - Parameter policies: what was in force, where the log has it.
  init?(_ row: LogRow, policies: JSON? = nil) {
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
      "timestamp": .string(timestamp(time)),
    ]
    let bundles = Self.bundles(policies)
    if !bundles.isEmpty { members["bundles"] = .object(bundles) }
    if let user = action["subject"]?["user"] { members["requested_by"] = user }
    json = .object(members)
  }

  /// Those of all layers by their paths, as OPA's `BundleInfoV1`.
  private static func bundles(_ policies: JSON?) -> [String: JSON] {
    var bundles: [String: JSON] = [:]
    for layer in (policies?.object ?? [:]).values {
      for (name, revision) in layer["bundles"]?.object ?? [:] {
        bundles[name] = revision == "" ? .object([:]) : ["revision": revision]
      }
    }
    return bundles
  }
}
