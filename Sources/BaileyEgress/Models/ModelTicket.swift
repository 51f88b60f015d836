import BaileyCore
import Synchronization

/// One request to a model under way, and what it comes to; it is settled when nobody holds it any more, at the latest.
final class ModelTicket: Sendable {
  private struct State {
    var sent = 0
    var received = 0
    var status: Int?
    var isSent = false
    var usage: ModelUsage?
    var model: String?
    var isWhole = false
    var estimate: [ModelMeter.Kind: Int64] = [:]
    var isSettled = false
  }

  private let session: SessionCore
  private let action: Action
  /// Whether an answer that says nothing of usage has some.
  private let isMetered: Bool
  private let state = Mutex(State())

  init(_ session: SessionCore, _ action: Action, isMetered: Bool) {
    (self.session, self.action, self.isMetered) = (session, action, isMetered)
  }

  deinit { settle() }

  /// Texts have more than two bytes for each token, so that is no less than there are.
  static func estimate(_ bytes: Int) -> Int64 { Int64(bytes / 2 + 1) }

  func send(_ bytes: Int) {
    guard isMetered else { return }
    let more: [ModelMeter.Kind: Int64] = state.withLock { state in
      state.sent += bytes
      let usage = ModelUsage(input: Self.estimate(state.sent))
      let now = amounts(usage, nil)
      defer { state.estimate = now }
      return now.merging(state.estimate) { $0 - $1 }
    }
    session.models.meter.begin(more)
  }

  func finishSending() { state.withLock { $0.isSent = true } }
  func answer(_ status: Int) { state.withLock { $0.status = status } }
  func receive(_ bytes: Int) { state.withLock { $0.received += bytes } }
  func tell(_ usage: ModelUsage?, of model: String?) { state.withLock { ($0.usage, $0.model) = (usage, model) } }

  /// - Returns: what the record says.
  func finish() -> JSON? {
    state.withLock { $0.isWhole = true }
    return settle()
  }

  @discardableResult private func settle() -> JSON? {
    let settled: (State, ModelUsage)? = state.withLock { state in
      guard !state.isSettled else { return nil }
      state.isSettled = true
      return (state, usage(state))
    }
    guard let (state, usage) = settled else { return nil }
    let near = session.models.meter.end(state.estimate, used: amounts(usage, state.model))
    for kind in near {
      session.note(action, .nearBudget(kind))
      session.mediator.expose(to: [kind == .tokens ? "token-budget-near" : "cost-budget-near"])
    }
    guard usage != ModelUsage() else { return nil }
    var json = usage.json.object ?? [:]
    if let model = state.model { json["model"] = .string(printable(model)) }
    if state.usage == nil || !state.isWhole { json["estimated"] = true }
    return .object(json)
  }

  /// What was told; where that is not all, no less than what it can be.
  private func usage(_ state: State) -> ModelUsage {
    if let told = state.usage {
      guard !state.isWhole else { return told }
      var usage = told
      usage.output = max(usage.output, Self.estimate(state.received))
      return usage
    }
    // Errors cost nothing, nor does what was not asked to its end.
    guard isMetered, state.isSent, state.status.map({ $0 < 400 }) ?? true else { return ModelUsage() }
    return ModelUsage(
      input: Self.estimate(state.sent), output: state.received > 0 ? Self.estimate(state.received) : 0)
  }

  private func amounts(_ usage: ModelUsage, _ model: String?) -> [ModelMeter.Kind: Int64] {
    [.tokens: usage.tokens, .cost: usage.cost(session.models.settings.price(of: model))]
  }
}
