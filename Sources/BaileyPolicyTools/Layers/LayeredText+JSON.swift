internal import BaileyCore
internal import BaileyPolicy
internal import BaileyRego

extension LayeredText {
  /// Put together from texts: what policies say may hold numbers that no `JSON` has.
  var json: String {
    let decision = explanation.decision
    var members = [
      ("v", "1"), ("ok", "true"), ("session", quoted(explanation.setting.session.utf8)),
      ("decision", quoted(decision.effect.rawValue.utf8)), ("reasons", Self.reasons(decision.reasons)),
      ("basis", Self.reasons(explanation.setting.basis)),
      ("differences", Self.array(explanation.differences.map { quoted($0.utf8) })),
      ("layers", Self.array(explanation.layers.map(Self.layer))),
      ("changes", Self.array(explanation.changes.map(Self.change))),
    ]
    if let recorded = explanation.setting.recorded { members.append(("recorded", recorded.shownText)) }
    if let tries = explanation.tries { members.append(("tries", "\(tries)")) }
    return Self.object(members)
  }

  private static func layer(_ layer: LayeredExplanation.Layer) -> String {
    let disk = layer.onDisk
    var members = [
      ("name", quoted(disk.name.utf8)), ("directory", quoted(disk.root.utf8)), ("sha256", quoted(disk.sha256.utf8)),
      ("bundles", JSON.object(disk.bundles.mapValues(JSON.string)).shownText),
      ("judges", JSON.array(disk.judges.map(JSON.string)).shownText), ("policies", array(layer.policies.map(policy))),
    ]
    if let fault = disk.fault { members.append(("fault", fault.json.shownText)) }
    return object(members)
  }

  private static func policy(_ policy: LayeredExplanation.Policy) -> String {
    var members = [("name", quoted(policy.onDisk.name.utf8)), ("reasons", reasons(policy.opinion.reasons))]
    if let revision = policy.onDisk.revision { members.append(("revision", quoted(revision.utf8))) }
    if let text = policy.text { members.append(("explanation", text.json)) }
    return object(members)
  }

  private static func change(_ change: LayeredExplanation.Change) -> String {
    object([
      ("decision", quoted(change.decision.effect.rawValue.utf8)),
      (
        "input",
        array(
          change.flip.changes.map { edit in
            var members = [("place", quoted(edit.place.utf8))]
            if let old = edit.old { members.append(("old", String(decoding: old, as: UTF8.self))) }
            if let new = edit.new { members.append(("new", String(decoding: new, as: UTF8.self))) }
            return object(members)
          })
      ),
    ])
  }

  private static func reasons(_ reasons: [Reason]) -> String { JSON.array(reasons.map(\.fullJSON)).shownText }

  private static func array(_ texts: [String]) -> String { "[" + texts.joined(separator: ",") + "]" }

  private static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(quoted($0.0.utf8)):\($0.1)" }.joined(separator: ",") + "}"
  }
}
