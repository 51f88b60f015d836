import BaileyCore

/// Speaks for the person who gives an order at his own command line, when no session's policy is at hand.
///
/// It only allows; the floor, which is asked beside it, still denies.
struct OwnerJudge: Judge {
  func judge(_ action: Action) -> [Reason] {
    switch action.verb {
    case .workspaceApply: [Reason(.allow, "ordered-by-person", "the person ordered it at the command line")]
    default: []
    }
  }
}
