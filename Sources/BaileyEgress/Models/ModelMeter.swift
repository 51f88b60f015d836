import BaileyCore
import Synchronization

/// Counts what a session uses of models against what it may: requests under way by an estimate, those that are over by what was told.
final class ModelMeter: Sendable {
  enum Kind: String, Sendable, CaseIterable { case tokens, cost }

  private struct Count {
    var used: Int64 = 0
    var underWay: Int64 = 0
    var hasWarned = false
  }

  private let limits: [Kind: Int64]
  private let counts = Mutex<[Kind: Count]>([:])

  init(_ budget: ModelBudget) {
    var limits: [Kind: Int64] = [:]
    limits[.tokens] = budget.tokens
    // A millionth of what limits are in, so that a token is a whole number of it.
    limits[.cost] = budget.cost.map { $0.timesOrMost(1_000_000) }
    self.limits = limits
  }

  var isLimited: Bool { !limits.isEmpty }

  /// What is used up, with what requests under way will come to.
  var exhausted: Kind? {
    counts.withLock { counts in
      Kind.allCases.first { kind in
        guard let limit = limits[kind] else { return false }
        let count = counts[kind] ?? Count()
        return count.used.addingOrMost(count.underWay) >= limit
      }
    }
  }

  func begin(_ estimate: [Kind: Int64]) {
    counts.withLock { counts in
      for (kind, amount) in estimate {
        counts[kind, default: Count()].underWay = (counts[kind]?.underWay ?? 0).addingOrMost(amount)
      }
    }
  }

  /// - Parameter estimate: all that `begin` was told of this request.
  /// - Returns: of what four fifths are used up by this.
  func end(_ estimate: [Kind: Int64], used: [Kind: Int64]) -> [Kind] {
    counts.withLock { counts in
      for (kind, amount) in estimate { counts[kind]?.underWay -= amount }
      return Kind.allCases.filter { kind in
        var count = counts[kind] ?? Count()
        defer { counts[kind] = count }
        count.used = count.used.addingOrMost(used[kind] ?? 0)
        guard let limit = limits[kind], !count.hasWarned, count.used >= limit - limit / 5 else { return false }
        count.hasWarned = true
        return true
      }
    }
  }

  func used(_ kind: Kind) -> Int64 { counts.withLock { $0[kind]?.used ?? 0 } }
}

extension Refusal {
  static let uncountedModel = Refusal(
    "model-uncounted", "under a budget models are not asked over WebSocket, where nobody counts their tokens",
    hint: "have the program ask them over HTTP")

  static func modelBudget(_ kind: ModelMeter.Kind) -> Refusal {
    switch kind {
    case .tokens:
      Refusal(
        "token-budget", "the tokens that this session may use of models are used up",
        hint: "finish with what you have, and ask the person for a session with a larger `limits.tokens`")
    case .cost:
      Refusal(
        "cost-budget", "what this session may spend on models is used up",
        hint: "finish with what you have, and ask the person for a session with a larger `limits.cost`")
    }
  }

  static func nearBudget(_ kind: ModelMeter.Kind) -> Refusal {
    switch kind {
    case .tokens: Refusal("token-budget-near", "four fifths of the tokens of this session are used")
    case .cost: Refusal("cost-budget-near", "four fifths of what this session may spend on models are spent")
    }
  }
}
