/// Evaluates the queries of a program, one at a time.
///
/// What comes out can be read until the next evaluation.
package final class Machine {
  let program: Program
  package let heap: Heap
  let registers = Registers()
  var builders: [[Value]] = []
  var builderCount = 0
  var contexts: [Context] = []
  var current = 0
  /// Results of functions, by group and arguments.
  var calls: [CallKey: Value] = [:]
  var longCalls: [LongCallKey: Value] = [:]
  var steps = 0
  var depth = 0
  var strict = false
  /// What a traced program reports to.
  package var trace: Trace?
  /// What a program that explains itself reports to.
  var observer: (any Observer)?
  /// Errors of builtins that only made an expression undefined; the first few.
  package internal(set) var forgivenErrors: [RegoError] = []
  var limits = Limits()
  package private(set) var builtins: BuiltinContext

  private let base: BaseDocument?

  package convenience init(_ program: Program, limits: Limits = Limits()) {
    self.init(program, base: nil, limits: limits)
  }

  /// Evaluates with base data that was read before.
  package convenience init(_ base: BaseDocument, limits: Limits = Limits()) {
    self.init(base.program, base: base, limits: limits)
  }

  private init(_ program: Program, base: BaseDocument?, limits: Limits) {
    self.program = program
    self.base = base
    self.limits = limits
    heap = Heap(base: base?.heap ?? program.heap, limit: limits.memory)
    builtins = BuiltinContext(heap: heap)
    builtins.zoneSource = program.registry.zoneSource
  }

  /// Forgets the last evaluation; input and data are read into `heap` after this.
  package func prepare(nowNanoseconds: Int = 0, seed: UInt64 = 0) {
    heap.reset()
    forgivenErrors.removeAll()
    builtins.reset(nowNanoseconds: nowNanoseconds, seed: seed)
    contexts.removeAll(keepingCapacity: true)
    forgetCalls()
    builderCount = 0
    depth = 0
    steps = limits.steps
    builtins.start(limits)
  }

  /// The bindings of a query: an array of objects. Without data of its own the evaluation sees the base data.
  ///
  /// Data given here is not looked at for conflicts with rules: it has the last word.
  package func evaluate(
    query: Int = 0, input: Value = .undefined, data: Value? = nil, strict: Bool = false
  ) throws(RegoError) -> Document {
    Document(try rows(query: query, input: input, data: data, strict: strict), in: heap)
  }

  /// The same with an input that this machine came to, or read, since it was prepared.
  package func evaluate(
    query: Int = 0, input: Document, data: Value? = nil, strict: Bool = false
  ) throws(RegoError) -> Document {
    Document(try rows(query: query, input: input.value(in: heap), data: data, strict: strict), in: heap)
  }

  /// Reads JSON for the next evaluation.
  package func read(_ json: [UInt8]) throws(RegoError) -> Document {
    Document(try JSONReader.read(json, into: heap), in: heap)
  }

  /// The same for the engine itself.
  func rows(query: Int = 0, input: Value = .undefined, data: Value? = nil, strict: Bool = false) throws(RegoError)
    -> Value
  {
    self.strict = strict
    let data = data ?? base?.value ?? .emptyObject
    forgetCalls()
    let results = program.tree.groups.count + program.tree.nodes.count
    contexts = [Context(input: input, data: data, results: results)]
    current = 0
    let answer = try run(program.queries[query], base: 0)
    if heap.exhausted { throw limitExceeded("memory") }
    return answer
  }

  /// Keeps the room of ordinary evaluations only.
  private func forgetCalls() {
    calls.removeAll(keepingCapacity: calls.capacity <= Self.keptCalls)
    longCalls.removeAll(keepingCapacity: longCalls.capacity <= Self.keptCalls)
  }

  private static let keptCalls = 1 << 12

  func limitExceeded(_ what: String) -> RegoError { RegoError(.cancelled, "\(what) limit exceeded") }

  /// Called where control can go round: loops and calls.
  @inline(__always) func step() throws(RegoError) {
    steps -= 1
    if steps & 1023 == 0 || steps < 0 { try checkLimits() }
  }

  /// Pays for work on large values.
  @inline(__always) func charge(_ count: Int) throws(RegoError) {
    let before = steps
    steps -= count
    if steps < 0 || (before ^ steps) >> 10 != 0 { try checkLimits() }
  }

  /// What looking at a value costs: nothing for small ones.
  @inline(__always) static func weight(_ value: Value) -> Int {
    let tag = value.tag.rawValue
    if tag >= Value.Tag.array.rawValue { return value.count >> 4 }
    return tag == Value.Tag.string.rawValue ? value.text.count >> 7 : 0
  }

  /// After each new value: out of memory the heap gives empty ones, which must not be looked at.
  @inline(__always) func checkMemory() throws(RegoError) {
    if heap.exhausted { throw limitExceeded("memory") }
  }

  func checkLimits() throws(RegoError) {
    if steps < 0 { throw limitExceeded("instruction") }
    if heap.exhausted { throw limitExceeded("memory") }
    if builtins.isOverdue { throw limitExceeded("time") }
  }
}

extension BuiltinContext {
  func start(_ limits: Limits) {
    clock = limits.clock
    deadline = limits.time.flatMap { time in limits.clock.map { $0() + time } } ?? .max
  }

  func reset(nowNanoseconds: Int, seed: UInt64) {
    self.nowNanoseconds = nowNanoseconds
    self.seed = seed
    printed.removeAll()
    printedBytes = 0
    cache.removeAll(keepingCapacity: true)
    globs.removeAll(keepingCapacity: true)
  }
}
