import BaileyCore

/// Speaks for the person who gives an order at his own command line.
///
/// It only allows; the floor and the policies, which are asked beside it, still deny.
struct OwnerJudge: Judge {
  func judge(_ action: Action) -> [Reason] {
    switch action.verb {
    case .workspaceApply: [Reason(.allow, "ordered-by-person", "the person ordered it at the command line")]
    default: []
    }
  }
}
