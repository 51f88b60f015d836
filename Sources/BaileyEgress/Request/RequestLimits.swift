/// What rules say of the lengths of one exchange, as far as only counting can tell.
struct RequestLimits: Sendable, Equatable {
  var maxBody: Int64?
  var maxResponse: Int64?
  /// The rules that admit the request and have a budget; `nil` where one of them has none.
  var budgets: [UploadBudget]?
}

/// Bytes of bodies that one rule lets a session send.
struct UploadBudget: Sendable, Equatable {
  /// Of the rule, in the manifest's order.
  var rule: Int
  var bytes: Int64
}
