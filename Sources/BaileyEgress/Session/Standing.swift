import BaileyCore
import Synchronization

/// Whether what was allowed is still allowed: policies that replaced others are asked before anything more passes.
///
/// Used from one thread; only the question goes to others.
struct Standing {
  private let mediator: any Mediator
  private let ruling: Ruling
  /// The policies that allowed it.
  private var policies: Int
  private let answer: Answer

  private final class Answer: Sendable {
    let ruling: Mutex<Ruling>
    init(_ ruling: Ruling) { self.ruling = Mutex(ruling) }
  }

  /// - Parameter policies: those of when `ruling` was asked for.
  init(_ mediator: any Mediator, _ ruling: Ruling, by policies: Int) {
    self.mediator = mediator
    self.ruling = ruling
    self.policies = policies
    // Until somebody answers, nothing is allowed.
    answer = Answer(Ruling(action: ruling.action, decision: Decision(combining: []), record: nil))
  }

  /// What must be awaited before anything more passes; `nil` where the policies are those that allowed it.
  mutating func question() -> (@Sendable () async -> Void)? {
    let now = mediator.policies
    guard now != policies else { return nil }
    policies = now
    return { [mediator, ruling, answer] in
      let again = await mediator.reconsider(ruling)
      answer.ruling.withLock { $0 = again }
    }
  }

  /// What the question came to.
  ///
  /// - Throws: why it is not allowed any more.
  func settle() throws(Refusal) {
    let again = answer.ruling.withLock { $0 }
    guard again.isAllowed else { throw Refusal(again) }
  }
}

/// Holds an exchange for its `Standing`, first in each direction.
struct StandingGuard: MessageGuard {
  private var standing: Standing
  private var held: MessagePart?

  init(_ standing: Standing) { self.standing = standing }

  var heldBytes: Int { held?.bytes ?? 0 }

  mutating func take(_ part: MessagePart) -> GuardStep {
    guard let question = standing.question() else { return .pass([part]) }
    held = part
    return .wait(question)
  }

  /// Policies may have been replaced once more.
  mutating func resume() throws(Refusal) -> GuardStep {
    try standing.settle()
    guard let part = held else { return .pass([]) }
    held = nil
    return take(part)
  }
}
