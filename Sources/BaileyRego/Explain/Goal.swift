/// One document whose value decides: of the decision contract, or what a query asks for.
struct Goal {
  /// What it does when it says something.
  enum Effect: String, Sendable { case deny, ask, allow, answer }
  var effect: Effect
  /// `data.a.allow`.
  var name: String
  /// Below `data`; a query has none.
  var path: [Value] = []
  /// The groups of rules that make it.
  var groups: [Int] = []
}

extension Goal {
  /// The documents of the decision contract: `deny`, `ask` and `allow` of every package, but for those below `lib` and those whose
  /// name ends with `_test`.
  static func contract(_ modules: [Module]) -> [Goal] {
    var goals: [Goal] = []
    for module in modules where Contributions.contributes(module.package.map { String($0) }) {
      for rule in module.rules where rule.arguments == nil {
        guard case .name(let name) = rule.path[0].node, let effect = Effect(rawValue: String(name)), effect != .answer
        else { continue }
        let path = module.package.reduce("data") { $0 + TermText.step($1) } + TermText.step(name)
        if !goals.contains(where: { $0.name == path }) {
          goals.append(Goal(effect: effect, name: path, path: module.package + [name]))
        }
      }
    }
    return goals
  }

  /// One query for all: an array with one entry for each, itself an array that is empty where the document is undefined.
  static func query(_ goals: [Goal]) -> String {
    "x = [" + goals.map { "[v | v := \($0.name)]" }.joined(separator: ", ") + "]"
  }
}

/// What a policy says about one input.
struct Verdict: Equatable {
  /// deny, ask or allow, or nothing; for a query whether it has an answer that is neither false nor empty.
  var effect: String
  /// Which of the goals say something.
  var speaking: [Bool]
  /// Documents of no form that is understood: each is a deny.
  var malformed: [String] = []
  /// The answer of a query as JSON.
  var value: [UInt8]?
  var error: RegoError?

  static func == (left: Verdict, right: Verdict) -> Bool {
    left.effect == right.effect && left.speaking == right.speaking
  }
}

extension Verdict {
  /// Deny over ask over allow; nothing said is a deny.
  init(_ goals: [Goal], documents: [Value]) {
    let values = documents.map { $0.count > 0 ? $0.item(0) : .undefined }
    let speaking = values.map(Self.speaks)
    let malformed = zip(goals, values).filter { Self.isMalformed($1, $0.effect) }.map(\.0.name)
    func speaks(_ effect: Goal.Effect) -> Bool { zip(goals, speaking).contains { $0.effect == effect && $1 } }
    let denies = !malformed.isEmpty || speaks(.deny)
    self.init(
      effect: denies ? "deny" : speaks(.ask) ? "ask" : speaks(.allow) ? "allow" : "deny", speaking: speaking,
      malformed: malformed)
  }

  static func failed(_ error: RegoError, _ goals: [Goal]) -> Verdict {
    Verdict(effect: goals.first?.effect == .answer ? "no" : "deny", speaking: goals.map { _ in false }, error: error)
  }

  /// What a document of the contract may not be.
  private static func isMalformed(_ value: Value, _ effect: Goal.Effect) -> Bool {
    if effect == .allow { return value.isMalformedAllow }
    switch value.tag {
    case .null, .integer, .number: return true
    case .object:
      return !value.pairs.contains { $0.key.tag == .string && ["code", "sentence"].contains(String($0.key)) }
        && !value.pairs.allSatisfy { $0.value.tag == .boolean }
    default: return false
    }
  }

  /// Neither undefined nor false nor empty. `deny[x] if …` of version 1 gives an object from reasons to truth.
  static func speaks(_ value: Value) -> Bool {
    switch value.tag {
    case .undefined: false
    case .boolean: value.bits == Value.true.bits
    case .array, .set: value.count > 0
    case .object:
      !value.pairs.allSatisfy { $0.value.bits == Value.false.bits }
    default: true
    }
  }
}
