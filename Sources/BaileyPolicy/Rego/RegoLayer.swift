import BaileyCore

/// The policies of one layer, which have one budget of time for each decision.
struct RegoLayer: Judge {
  static let nanoseconds: Int64 = 1_000_000_000

  let layer: PolicyLayer
  let judges: [RegoJudge]
  let monotonic: @Sendable () -> Int64

  var readsFacts: Bool { !judges.isEmpty }

  func judge(_ action: Action) -> [Reason] { opinion(action).reasons }

  func opinion(_ action: Action) -> Opinion { opinion { $0.opinion(action) } }

  /// Who is not asked for want of time could have denied, so that is a deny.
  func opinion(_ ask: (RegoJudge) -> Opinion) -> Opinion {
    var all = Opinion([])
    let start = monotonic()
    for judge in judges {
      guard monotonic() - start < Self.nanoseconds else {
        all.reasons.append(
          Reason(.deny, "policy-limit", "the policies of the \(layer.rawValue) together take too long for a decision"))
        return all
      }
      let opinion = ask(judge)
      all.reasons += opinion.reasons
      all.obligations += opinion.obligations
    }
    return all
  }
}
