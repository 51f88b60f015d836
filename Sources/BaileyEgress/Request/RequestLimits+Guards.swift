import BaileyCore
import NIOCore

extension RequestLimits {
  func request(_ session: SessionCore) -> [any MessageGuard] {
    var guards: [any MessageGuard] = []
    if let maxBody { guards.append(LengthGuard(limit: maxBody, refusal: .bodyTooLarge(maxBody))) }
    if watchesMethod { guards.append(FormMethodGuard()) }
    return guards + tunnel(session)
  }

  func response() -> [any MessageGuard] {
    maxResponse.map { [LengthGuard(limit: $0, refusal: .answerTooLarge($0))] } ?? []
  }

  func tunnel(_ session: SessionCore) -> [any MessageGuard] {
    budgets.isEmpty ? [] : [BudgetGuard(session: session, budgets: budgets)]
  }
}

/// Ends an exchange whose body becomes too long.
private struct LengthGuard: MessageGuard {
  let limit: Int64
  let refusal: Refusal
  private var count: Int64 = 0

  init(limit: Int64, refusal: Refusal) {
    self.limit = limit
    self.refusal = refusal
  }

  var heldBytes: Int { 0 }

  mutating func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    switch part {
    case .response(let head): if case .length(let bytes) = head.framing, bytes > limit { throw refusal }
    case .data(let bytes):
      count += Int64(bytes.readableBytes)
      if count > limit { throw refusal }
    case .request, .end: break
    }
    return .pass([part])
  }

  mutating func resume() -> GuardStep { .pass([]) }
}

/// Charges bodies, in each layer to the first rule that has room for them.
private struct BudgetGuard: MessageGuard {
  let session: SessionCore
  let budgets: [[UploadBudget]]

  var heldBytes: Int { 0 }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    if case .data(let bytes) = part, !session.spend(Int64(bytes.readableBytes), of: budgets) {
      throw .ruleBudget
    }
    return .pass([part])
  }

  func resume() -> GuardStep { .pass([]) }
}

extension Refusal {
  fileprivate static func bodyTooLarge(_ limit: Int64) -> Refusal {
    Refusal(
      "body-too-large", "the body is longer than the \(limit) bytes that the rule allows",
      hint: "send less at once, or ask the person to raise `max_body`")
  }

  fileprivate static func answerTooLarge(_ limit: Int64) -> Refusal {
    Refusal(
      "answer-too-large", "the answer is longer than the \(limit) bytes that the rule allows",
      hint: "ask for less at once, or ask the person to raise `max_response`")
  }

  fileprivate static let ruleBudget = Refusal(
    "upload-budget", "what the session may send to this host is used up",
    hint: "ask the person to raise `upload_budget` of the rule")
}
