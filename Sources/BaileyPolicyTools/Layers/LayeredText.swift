internal import BaileyCore
internal import BaileyPolicy
internal import BaileyRego

/// An explanation by layers, for a person.
struct LayeredText {
  let explanation: LayeredExplanation

  private var setting: DecisionSetting { explanation.setting }

  var text: String {
    var out = said(explanation.decision.json) + "\n"
    if let recorded = setting.recorded { out += "the log says: \(said(recorded))\n" }
    out += differences
    out += "\n" + printable("the floor, the manifest and the order: \(effect(setting.basis))") + "\n"
    out += setting.basis.map(reason).joined()
    for layer in explanation.layers { out += "\n" + section(layer) }
    return out + changes
  }

  /// `deny: code: sentence (place); …`.
  private func said(_ decision: JSON) -> String { printable(DecisionWords.text(decision) ?? "nothing") }

  private var differences: String {
    let all = explanation.differences
    if all.isEmpty { return setting.recorded == nil ? "" : "manifest and policies are as they were then\n" }
    let title = setting.recorded == nil ? "not as the controller has it\n" : "not as it was then\n"
    return title + all.map { "  \(printable($0))\n" }.joined()
  }

  private func section(_ layer: LayeredExplanation.Layer) -> String {
    let title = "\(layer.onDisk.name): \(layer.onDisk.root)"
    if let fault = layer.onDisk.fault { return printable("\(title) cannot be loaded: \(fault.description)") + "\n" }
    if layer.policies.isEmpty { return printable("\(title) has no policies") + "\n" }
    return layer.policies.map { policy in
      let name = policy.onDisk.name == layer.onDisk.root ? title : "\(layer.onDisk.name): \(policy.onDisk.name)"
      let revision = policy.onDisk.revision.map { $0.isEmpty ? "" : " revision \($0)" } ?? ""
      let note = policy.onDisk.isFlat ? ", asked in the words of version 0" : ""
      return printable("\(name)\(revision)\(note): \(effect(policy.opinion.reasons))") + "\n"
        + policy.opinion.reasons.map(reason).joined() + (policy.text?.sections ?? "")
    }.joined(separator: "\n")
  }

  private func effect(_ reasons: [Reason]) -> String {
    let said = reasons.filter { !$0.isFallback }
    return said.map(\.effect).max()?.rawValue ?? "nothing said"
  }

  private func reason(_ reason: Reason) -> String {
    let place = reason.source.map { " (\($0.text))" } ?? ""
    return printable("  \(reason.effect.rawValue): \(reason.code): \(reason.sentence)\(place)") + "\n"
  }

  // MARK: Changes

  private var changes: String {
    guard let tries = explanation.tries else { return "" }
    let count = tries == 1 ? "1 changed input" : "\(tries) changed inputs"
    guard let first = explanation.changes.first else {
      return "\nno change of the input was found with which the policies make another decision; \(count) evaluated\n"
    }
    var out = "\nsmallest change with which all together say \(first.decision.effect.rawValue) (\(count) evaluated)\n"
    out += WhyText.changes(first.flip)
    for change in explanation.changes.dropFirst() {
      out += "or, with which they say \(change.decision.effect.rawValue)\n" + WhyText.changes(change.flip)
    }
    return out
  }
}

/// A decision in one line.
enum DecisionWords {
  /// `deny: code: sentence (file:line:column); …`; nil for what is no decision.
  static func text(_ decision: JSON) -> String? {
    guard let effect = decision["effect"]?.string else { return nil }
    let words = (decision["reasons"]?.array ?? []).map { reason in
      let place = reason["source"]?.string.map { " (\($0))" } ?? ""
      return [reason["code"], reason["sentence"]].compactMap { $0?.string }.joined(separator: ": ") + place
    }
    return words.isEmpty ? effect : "\(effect): \(words.joined(separator: "; "))"
  }
}
