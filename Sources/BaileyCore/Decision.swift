/// What may happen. Ordered by strictness: `allow < ask < deny`.
package enum Effect: String, Sendable, Comparable, CaseIterable {
  case allow, ask, deny

  private var strictness: Int {
    switch self {
    case .allow: 0
    case .ask: 1
    case .deny: 2
    }
  }

  package static func < (left: Effect, right: Effect) -> Bool { left.strictness < right.strictness }
}

/// Where a reason was written down.
package struct SourceLocation: Sendable, Equatable {
  package var file: String
  /// From 1; 0 where the source has no lines (a command-line option, the floor).
  package var line: Int
  package var column: Int

  package init(file: String, line: Int = 0, column: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
  }

  package var text: String { line > 0 ? "\(file):\(line)" : file }
}

/// Why a decision is what it is: a stable code, a sentence, the place of the rule.
package struct Reason: Sendable, Equatable {
  package var effect: Effect
  package var code: String
  package var sentence: String
  package var source: SourceLocation?
  /// Explains why nothing is said, and counts only where nobody else says anything.
  package private(set) var isFallback = false

  package init(_ effect: Effect, _ code: String, _ sentence: String, source: SourceLocation? = nil) {
    self.effect = effect
    self.code = code
    self.sentence = sentence
    self.source = source
  }

  /// For a judge that has no rule for an action, but knows what rule there could be: the words of the default denial.
  package static func nothingAllows(_ sentence: String, source: SourceLocation? = nil) -> Reason {
    var reason = Reason(.deny, "nothing-allows", sentence, source: source)
    reason.isFallback = true
    return reason
  }

  package var json: JSON {
    var members: [String: JSON] = [
      "effect": .string(effect.rawValue), "code": .string(code), "sentence": .string(sentence),
    ]
    if let source { members["source"] = .string(source.text) }
    return .object(members)
  }
}

/// Deny, ask or allow, with reasons and obligations.
package struct Decision: Sendable, Equatable {
  package var effect: Effect
  package var reasons: [Reason]
  /// What the effect must be accompanied by, for instance `sync` or a byte budget. Empty for a denial.
  package var obligations: [JSON]

  /// Combines what all judges said: deny over ask over allow; nothing said is deny.
  package init(combining reasons: [Reason], obligations: [JSON] = []) {
    let said = reasons.filter { !$0.isFallback }
    let strictest = said.map(\.effect).max() ?? .deny
    effect = strictest
    self.reasons = said.isEmpty ? Self.silence(reasons) : said.filter { $0.effect == strictest }
    self.obligations = strictest == .deny ? [] : obligations
  }

  private static func silence(_ explanations: [Reason]) -> [Reason] {
    explanations.isEmpty ? [Reason(.deny, "nothing-allows", "no rule allows this")] : explanations
  }

  package var json: JSON {
    var members: [String: JSON] = [
      "effect": .string(effect.rawValue), "reasons": .array(reasons.map(\.json)),
    ]
    if !obligations.isEmpty { members["obligations"] = .array(obligations) }
    return .object(members)
  }
}

/// One source of reasons: the floor, a policy layer, a manifest.
///
/// A value in, value out function: no clock, no disk. An error inside is reported as a deny reason, never thrown away.
package protocol Judge: Sendable {
  func judge(_ action: Action) -> [Reason]
  /// The same with obligations; most judges have none.
  func opinion(_ action: Action) -> Opinion
  /// Whether the counters, history and labels of the session are to be in the action's context; most judges read none.
  var readsFacts: Bool { get }
  /// Another number as soon as it speaks for other policies; most judges never do.
  var generation: Int { get }
}

extension Judge {
  package var readsFacts: Bool { false }
  package var generation: Int { 0 }

  package func opinion(_ action: Action) -> Opinion { Opinion(judge(action)) }
}

/// What one judge says.
package struct Opinion: Sendable, Equatable {
  package var reasons: [Reason]
  package var obligations: [JSON]

  package init(_ reasons: [Reason], obligations: [JSON] = []) {
    self.reasons = reasons
    self.obligations = obligations
  }
}

extension Decision {
  /// An `ask` without anybody to answer is a deny: approvals by a person come with their own door.
  package var withNobodyToAsk: Decision {
    guard effect == .ask else { return self }
    let nobody = Reason(.deny, "nobody-to-ask", "a rule asks for approval and nobody can give it")
    return Decision(combining: reasons + [nobody])
  }
  /// What an ask comes to. Who orders an apply has said yes with the order, or is told what to say yes to; nobody else can be asked.
  package func answered(for action: Action) -> Decision {
    guard effect == .ask, action.verb == .workspaceApply, action.resource["undo"] != true else {
      return withNobodyToAsk
    }
    var decision = self
    if action.context["approved"] == true {
      decision.effect = .allow
      decision.reasons.append(Reason(.allow, "approved-by-person", "the person said yes to what was asked"))
      return decision
    }
    let question = reasons.first
    let needed = Reason(
      .deny, "approval-needed", "\(question?.sentence ?? "a rule asks"): a person has to say yes to it",
      source: question?.source)
    return Decision(combining: [needed] + reasons)
  }
}
