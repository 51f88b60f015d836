/// What `with` can replace: the documents, functions, and with them every result found so far.
struct Context {
  var input: Value
  var data: Value
  /// Paths below `data` that were replaced: no rule answers for them.
  var masks: [[Value]] = []
  var functions: [FunctionKey: Replacement] = [:]
  /// Results by group, then by node of the rule tree.
  var memo: [Value]

  enum FunctionKey: Hashable {
    case builtin(Int)
    case group(Int)
  }

  enum Replacement {
    case value(Value)
    case function(FunctionKey)
  }

  init(input: Value, data: Value, results: Int) {
    self.input = input
    self.data = data
    memo = [Value](repeating: .undefined, count: results)
  }
}

extension Value {
  /// Stands in a memo for "looked, and there is none".
  static var nothing: Value { Value(bits: 16) }
}

/// How much one evaluation may use; going beyond is an error.
package struct Limits: Sendable {
  package var steps = 50_000_000
  package var memory = 256 << 20
  package var depth = 200
  /// Nanoseconds from `prepare` on, by the clock.
  package var time: Int?
  /// Monotonic nanoseconds; asked now and then.
  package var clock: (@Sendable () -> Int)?

  package init() {}
}
