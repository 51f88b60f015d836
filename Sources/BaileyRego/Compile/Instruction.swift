/// Where a value is: a register of the frame, or (below zero) a constant of the program.
typealias Operand = Int32
/// The number of an instruction in its procedure.
typealias Target = Int32

/// One step of a procedure.
///
/// What can fail jumps to `fail`: the next turn of the innermost loop, or the end of the body. So backtracking is only ever a jump.
enum Instruction: Sendable {
  case move(Int32, Operand)
  case jump(Target)
  /// To the first rule that asks for the value at this path of the input.
  case select(path: Int32, table: Int32, otherwise: Target)
  case jumpIfDefined(Int32, Target)
  /// Neither undefined nor false.
  case check(Operand, fail: Target)
  case equal(Operand, Operand, fail: Target)
  case compare(Comparison, Operand, Operand, fail: Target)
  /// The same as a value.
  case compareValue(Comparison, Int32, Operand, Operand)

  // Documents.
  case input(Int32, fail: Target)
  /// `input.a.b` by constant keys.
  case inputPath(Int32, path: Int32, fail: Target)
  case base(Int32, path: Int32, fail: Target)
  case rule(Int32, group: Int32, fail: Target)
  case extent(Int32, node: Int32, fail: Target)
  /// Documents below a package by keys known only now, in consecutive registers.
  case dynamic(Int32, node: Int32, first: Int32, count: Int32, fail: Target)
  /// The keys that such a place has.
  case keys(Int32, node: Int32, first: Int32, count: Int32, fail: Target)
  case child(Int32, Operand, Operand, fail: Target)

  // Patterns.
  case isArray(Operand, count: Int32, fail: Target)
  case isObject(Operand, count: Int32, fail: Target)
  case element(Int32, Operand, index: Int32)

  // Loops: the register holds the collection, the next one the position.
  case scan(Int32, Operand, fail: Target)
  case next(Int32, key: Int32, value: Int32, done: Target)
  /// Like `scan`, but `every` goes over what is a collection only.
  case scanDomain(Int32, Operand, fail: Target)

  // Construction from consecutive registers.
  case array(Int32, first: Int32, count: Int32)
  case set(Int32, first: Int32, count: Int32)
  case object(Int32, first: Int32, pairs: Int32)
  case build
  case append(Operand)
  case finish(BuilderKind, Int32)
  case template(Int32, first: Int32, count: Int32)

  // Calls with arguments in consecutive registers.
  case call(Int32, group: Int32, first: Int32, fail: Target)
  case builtin(Int32, index: Int32, first: Int32, count: Int32, fail: Target)

  // `with`: contexts by number.
  case saveContext(Int32)
  case enterContext(Int32, info: Int32, first: Int32)
  case useContext(Int32)
  case dropContext(Int32, current: Int32)

  // Results.
  case result(Int32, Operand)
  case fold(Int32, Operand)
  case `return`(Operand)

  /// Only in programs that are traced.
  case note(Int32)
  /// Only in programs that explain themselves.
  case probe(Int32)
}

enum Comparison: UInt8, Sendable { case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual }
enum BuilderKind: UInt8, Sendable { case array, set, object }

/// A compiled body: what makes a document, a function or a query's answers.
struct Procedure: Sendable {
  var code: [Instruction] = []
  /// The place of each instruction, for errors.
  var locations: [Location] = []
  var registers: Int32 = 0
}

/// What `with` changes.
struct Overlay {
  enum Target {
    /// So many keys follow in registers, then the value.
    case input(keys: Int)
    case data(keys: Int)
    case function(Callee)
  }
  enum Replacement {
    case value
    case function(Callee)
  }
  var targets: [(target: Target, replacement: Replacement)] = []
}
