/// One expression as it was tried.
struct Step {
  var expression: Int
  /// Of its operands, in their order; what is missing was undefined, or came after that.
  var operands: [Value] = []
  var holds = false
  /// The expression inside it that failed last: in the body of `every`.
  var inner: [Step] = []
}

/// How a branch of a rule was tried: of all ways to bind its variables, the first of those that went furthest.
struct Attempt {
  /// Until the expression that failed; empty when the parameters did not match, or nothing was tried.
  var furthest: [Step] = []
  /// How many ways failed at that expression.
  var failures = 0
  /// How often the branch was begun.
  var entries = 0
  /// The first way in which all expressions held.
  var success: [Step]?
}
