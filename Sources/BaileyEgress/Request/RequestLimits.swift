/// What rules say of the lengths of one exchange, as far as only counting can tell.
struct RequestLimits: Sendable, Equatable {
  var maxBody: Int64?
  var maxResponse: Int64?
  /// Of each layer the rules that admit the request and have a budget; no layer in which one of them has none.
  var budgets: [[UploadBudget]] = []
  /// A form must not say another method than its request: rules allow or deny some.
  var watchesMethod = false

  /// Both hold.
  func tightened(by other: RequestLimits) -> RequestLimits {
    RequestLimits(
      maxBody: [maxBody, other.maxBody].compactMap(\.self).min(),
      maxResponse: [maxResponse, other.maxResponse].compactMap(\.self).min(), budgets: budgets + other.budgets,
      watchesMethod: watchesMethod || other.watchesMethod)
  }
}

/// Bytes of bodies that one rule lets a session send.
struct UploadBudget: Sendable, Equatable {
  /// A rule in the order of its manifest: of the session's, or of a ceiling.
  struct Owner: Hashable, Sendable {
    var layer: Int
    var rule: Int
  }

  var owner: Owner
  var bytes: Int64
}
