/// A built-in function.
package struct Builtin: Sendable {
  package typealias Function = @Sendable (Arguments, BuiltinContext) throws(BuiltinFailure) -> Value

  package let name: String
  package let arity: Int
  package let function: Function

  /// A function that returns `.undefined` has no result.
  package init(_ name: String, _ arity: Int, _ function: @escaping Function) {
    self.name = name
    self.arity = arity
    self.function = function
  }
}

/// Why a builtin has no result; without strict errors the expression is just undefined.
package struct BuiltinFailure: Error {
  package enum Kind: Sendable { case type, builtin, halt }
  package var kind: Kind
  package var message: String

  package init(_ message: String, kind: Kind = .builtin) {
    self.kind = kind
    self.message = message
  }
}

/// What builtins may use of the world: given from outside and fixed for one decision, so that it can be replayed.
package final class BuiltinContext {
  package let heap: Heap
  package var nowNanoseconds: Int
  package var seed: UInt64
  package var printed: [Printed] = []
  var printedBytes = 0
  /// What `opa.runtime` says; nothing else of the world is shown there.
  package var version: String?
  /// Results that must stay the same within a decision, and compiled patterns.
  package var cache: [String: Value] = [:]
  package var globs: [GlobKey: Glob] = [:]
  package var lastingGlobs: [GlobKey: Glob] = [:]
  /// What other libraries match texts with, by the handles of patterns that stand in the policy: these last.
  package var lastingMatchers: [Value.Key: @Sendable (Text) -> Bool] = [:]

  package struct GlobKey: Hashable {
    let pattern: Value.Key
    let separators: Value.Key
  }
  /// Steps that are left; the machine lends them for the time of a call.
  var steps = 0
  var deadline = Int.max
  var clock: (@Sendable () -> Int)?
  /// Whether the deadline has passed.
  var isOverdue: Bool { deadline != .max && (clock?() ?? 0) > deadline }
  package var zones: [String: TimeZone] = [:]
  package var zoneSource: (@Sendable (String) -> TimeZone?)?

  package init(heap: Heap, nowNanoseconds: Int = 0, seed: UInt64 = 0) {
    self.heap = heap
    self.nowNanoseconds = nowNanoseconds
    self.seed = seed
  }

  /// Pays for work that grows faster than the operands; beyond the limit the evaluation ends. Asks the clock now and then.
  package func spend(_ count: Int) throws(BuiltinFailure) {
    let before = steps
    steps -= count
    guard steps < 0 || (before ^ steps) >> 12 != 0 else { return }
    if steps < 0 || isOverdue { throw BuiltinFailure("limit exceeded", kind: .halt) }
  }
}

/// The builtins that a program may use, by name.
package struct Registry: Sendable {
  package private(set) var builtins: [Builtin] = []
  private var indices: [String: Int] = [:]
  /// Where time zones come from; without a source there is only UTC.
  package var zoneSource: (@Sendable (String) -> TimeZone?)?

  /// Of the language; nil for all.
  var features: Features?

  package typealias YAML = @Sendable ([UInt8], Heap) throws(AnnotationReader.Problem) -> Value
  /// What reads metadata; without it modules that ask for theirs are refused.
  package var yaml: YAML?

  package init() {
    for builtin in Self.core { register(builtin) }
  }

  package mutating func register(_ builtin: Builtin) {
    if let index = indices[builtin.name] {
      builtins[index] = builtin
    } else {
      indices[builtin.name] = builtins.count
      builtins.append(builtin)
    }
  }

  func index(_ name: String) -> Int? { indices[name] }

  mutating func keep(_ isWanted: (String) -> Bool) {
    builtins.removeAll { !isWanted($0.name) }
    indices = Dictionary(uniqueKeysWithValues: builtins.enumerated().map { ($0.element.name, $0.offset) })
  }

  package var names: [String] { builtins.map(\.name) }
}

extension Value {
  /// A value as a key of a dictionary, by its handle: equal strings are equal keys.
  package struct Key: Hashable, Sendable {
    let bits: UInt64
  }

  package var key: Key { Key(bits: bits) }
}
