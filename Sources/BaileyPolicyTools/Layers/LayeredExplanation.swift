internal import BaileyCore
internal import BaileyPolicy
internal import BaileyRego

/// Why all layers together decide as they do: each policy explained alone, then put together as the gate does.
struct LayeredExplanation {
  struct Policy {
    let onDisk: PolicyOnDisk
    let opinion: Opinion
    /// Nil where it has no document that allows, asks or denies, or cannot be compiled for explaining.
    let text: WhyText?
  }

  struct Layer {
    let onDisk: LayerOnDisk
    let policies: [Policy]
  }

  /// A change of the input, with what all of them say to it.
  struct Change {
    let flip: Flip
    let decision: Decision
  }

  let setting: DecisionSetting
  let layers: [Layer]
  let decision: Decision
  private(set) var changes: [Change] = []
  private(set) var tries: Int?

  private static let shownChanges = 3

  init(_ setting: DecisionSetting, tries: Int, limits: BaileyRego.Limits) {
    self.setting = setting
    layers = setting.layers().map { layer in
      Layer(
        onDisk: layer,
        policies: layer.policies.map { policy in
          Policy(
            onDisk: policy, opinion: policy.opinion(on: setting.action),
            text: Self.explained(policy, layer, setting.action, tries, limits))
        })
    }
    let opinions = layers.flatMap { $0.policies.map(\.opinion) }
    decision = Self.decided(setting, layers.map(\.onDisk), opinions)
    guard tries > 0 else { return }
    self.tries = layers.flatMap(\.policies).reduce(0) { $0 + ($1.text?.explanation.tries ?? 0) }
    let (before, all) = (decision.effect, layers.flatMap(\.policies))
    let flips = all.flatMap { $0.onDisk.isFlat ? [] : $0.text?.explanation.flips ?? [] }
    let found = flips.compactMap { self.change($0) }.filter { $0.decision.effect != before }
    changes = Array(found.sorted { $0.flip.changes.count < $1.flip.changes.count }.prefix(Self.shownChanges))
  }

  /// Each change that a single policy knows of, put to all of them. The floor and the manifest are not asked anew.
  private func change(_ flip: Flip) -> Change? {
    guard let action = (try? JSON.parse(flip.input)).flatMap(Action.init), action.verb == setting.action.verb else {
      return nil
    }
    let opinions = layers.flatMap { $0.policies.map { $0.onDisk.opinion(on: action) } }
    return Change(flip: flip, decision: Self.decided(setting, layers.map(\.onDisk), opinions))
  }

  private static func decided(_ setting: DecisionSetting, _ layers: [LayerOnDisk], _ opinions: [Opinion]) -> Decision {
    var reasons = setting.basis
    for layer in layers {
      guard let fault = layer.fault, setting.inForce(layer)?.isLoaded != true else { continue }
      reasons.append(Reason(.deny, fault.code, "the policies of the \(layer.name) cannot be loaded: \(fault.why)"))
    }
    return Decision(
      combining: reasons + opinions.flatMap(\.reasons), obligations: opinions.flatMap(\.obligations)
    ).answered(for: setting.action)
  }

  private static func explained(
    _ policy: PolicyOnDisk, _ layer: LayerOnDisk, _ action: Action, _ tries: Int, _ limits: BaileyRego.Limits
  ) -> WhyText? {
    let compiled = try? ExplainedPolicy(
      policy.sources, data: policy.data, query: nil, registry: policy.registry, limits: limits)
    guard let compiled, compiled.decides else { return nil }
    compiled.isOneOfSeveral = true
    compiled.nowNanoseconds = Int(action.context["now_ns"]?.int ?? 0)
    compiled.seed = UInt64(bitPattern: action.context["seed"]?.int ?? 0)
    var explanation = compiled.explain(policy.input(action), tries: tries)
    // What a project's policy allows is not heard.
    if layer.name == "project" { explanation.documents.removeAll { $0.effect == "allow" } }
    return WhyText(explanation, files: compiled.files, sources: compiled.sources)
  }
}

extension LayeredExplanation {
  /// What is not as it was when the log's decision was made, or not as the controller has it; a sentence each.
  var differences: [String] {
    var found = layers.flatMap { onDiskOnly($0.onDisk) }
    if !setting.isLive, setting.manifest["sha256"]?.string != setting.manifestDigest {
      found.append(
        "the manifest: the session began with sha256 \(setting.manifestDigest), the files now give \(digest(setting.manifest)); what the command line of `run` added is not on record"
      )
    }
    guard let recorded = setting.recorded else { return found }
    found += policiesSince
    if recorded["effect"]?.string != decision.effect.rawValue {
      found.append("the decision: \(recorded["effect"]?.string ?? "none") then, \(decision.effect.rawValue) now")
    }
    return found
  }

  private func onDiskOnly(_ layer: LayerOnDisk) -> [String] {
    var found = layer.judges.map { "remote judge \($0) of the \(layer.name): it is not asked here" }
    if let fault = layer.fault, setting.inForce(layer)?.isLoaded == true {
      found.append(
        "policies of the \(layer.name): what is on disk cannot be loaded, and what was loaded before is in force and not shown here: \(fault)"
      )
    } else if layer.fault == nil, let (isLoaded, sha256) = setting.inForce(layer), isLoaded, sha256 != layer.sha256 {
      found.append(
        "policies of the \(layer.name): the controller has another form in force: `bailey policy reload` reads this one"
      )
    }
    return found
  }

  private var policiesSince: [String] {
    guard let then = setting.policies else {
      let hasAny = layers.contains { !$0.onDisk.sha256.isEmpty }
      return hasAny
        ? ["policies: the log does not say which were in force: there were none, or the entry is older than such notes"]
        : []
    }
    return layers.flatMap { layer -> [String] in
      let (layer, old) = (layer.onDisk, then[layer.onDisk.name])
      let (before, now) = (old?["sha256"]?.string ?? "", layer.sha256)
      guard before != now else { return [] }
      let words = before.isEmpty ? "none then" : "sha256 \(before) then"
      return ["policies of the \(layer.name): \(words), \(now.isEmpty ? "none" : now) now"] + bundles(layer, old)
    }
  }

  private func bundles(_ layer: LayerOnDisk, _ old: JSON?) -> [String] {
    let before = (old?["bundles"]?.object ?? [:]).mapValues { $0.string ?? "" }
    return Set(before.keys).union(layer.bundles.keys).sorted().filter { before[$0] != layer.bundles[$0] }.map { name in
      "bundle \(name): \(words(before[name])) then, \(words(layer.bundles[name])) now"
    }
  }

  private func words(_ revision: String?) -> String {
    revision.map { $0.isEmpty ? "no revision" : "revision \($0)" } ?? "not there"
  }

  private func digest(_ manifest: JSON) -> String { manifest["sha256"]?.string ?? "none" }
}
