/// Modules compiled so that their decisions can be explained.
///
/// Without a query the decision is the contract's: deny over ask over allow, of every package; errors of builtins end it, as they do
/// when the controller decides.
package final class ExplainedPolicy {
  let program: Program
  let goals: [Goal]
  /// The text of each module, then the query's.
  package let sources: [[UInt8]]
  let machine: Machine
  /// As it is compiled.
  package let query: CapturedQuery
  private let isContract: Bool
  /// An error of a builtin ends the evaluation.
  package var isStrict: Bool
  /// It is one of several: that it says nothing is "nothing", not the deny of a decision that nobody allows.
  package var isOneOfSeveral = false
  package var nowNanoseconds = 0
  package var seed: UInt64 = 0

  /// - Parameter query: nil for the decision contract; else one expression, whose value is the answer.
  package init(
    _ modules: [Source], data: [UInt8], query: String?, registry: Registry? = nil, limits: Limits = Limits()
  ) throws(CompileFailure) {
    let heap = Heap()
    let read = try Program.read(modules, heap, yaml: registry?.yaml)
    isContract = query == nil
    isStrict = query == nil
    var goals = query.map { [Goal(effect: .answer, name: $0)] } ?? Goal.contract(read)
    let query = try Self.captured(query ?? Goal.query(goals))
    program = try Program.compile(
      read, files: modules.map(\.name), queries: [query.text], registry: registry, heap: heap, reports: .explanation)
    for index in goals.indices { goals[index].groups = Self.groups(goals[index], program) }
    self.goals = goals
    sources = modules.map(\.text) + [Array(query.text.utf8)]
    self.query = query
    do throws(RegoError) {
      machine = Machine(try BaseDocument(data, for: program), limits: limits)
    } catch {
      throw CompileFailure(errors: [error])
    }
  }

  /// Whether there is anything that could decide.
  package var decides: Bool { !goals.isEmpty }

  /// The documents that rules make, functions among them.
  package var documents: [String] { program.tree.groups.map { Self.name(program.tree.nodes[$0.node]) } }

  /// Whether the query names a document that no rule makes.
  package var asksForNothing: Bool {
    goals.contains { $0.groups.isEmpty && $0.name.hasPrefix("data.") }
  }

  package var files: [String] { program.files }

  private static func captured(_ text: String) throws(CompileFailure) -> CapturedQuery {
    do throws(RegoError) { return try CapturedQuery(text) } catch { throw CompileFailure(errors: error.all) }
  }

  private static func groups(_ goal: Goal, _ program: Program) -> [Int] {
    if goal.effect != .answer { return program.tree.groups(at: goal.path) }
    guard let head = program.explained.heads.first(where: { $0.group == nil }) else { return [] }
    var found: [Int] = []
    let visitor = TermVisitor(entersClosures: true) { found += program.tree.groups(askedBy: $0) }
    head.body.forEach(visitor.statement)
    return found.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  static func name(_ node: RuleTree.Node) -> String { node.path.reduce("data") { $0 + TermText.step($1) } }

  /// A place in a module, or in the query as it was written.
  func place(_ location: Location) -> Location {
    Int(location.file) + 1 == sources.count ? query.place(location) : location
  }

  // MARK: Evaluating

  /// What it says about an input as JSON, nil for none; values in what the witness saw are valid until the next call.
  func verdict(_ input: [UInt8]?, observer: (any Observer)?) -> (verdict: Verdict, input: Value) {
    machine.prepare(nowNanoseconds: nowNanoseconds, seed: seed)
    machine.observer = observer
    var value = Value.undefined
    do throws(RegoError) {
      if let input { value = try JSONReader.read(input, into: machine.heap) }
      return (verdict(try machine.rows(input: value, strict: isStrict)), value)
    } catch {
      return (.failed(error, goals), value)
    }
  }

  private func verdict(_ rows: Value) -> Verdict {
    if isContract {
      let entries = rows.count == 1 ? rows.item(0).child(machine.heap.string("x")) : .undefined
      var verdict = Verdict(goals, documents: entries.tag == .array ? entries.items : [])
      if isOneOfSeveral, verdict.malformed.isEmpty, !verdict.speaking.contains(true) { verdict.effect = "nothing" }
      return verdict
    }
    let name = machine.heap.string(CapturedQuery.prefix + "0")
    let values = rows.items.map { row in
      let value = row.child(name)
      return value.isUndefined ? Value.true : value
    }
    let speaks = values.contains(where: Verdict.speaks)
    return Verdict(
      effect: speaks ? "yes" : "no", speaking: [speaks],
      value: values.first.map { JSONWriter.write($0, escapesHTML: false, limit: 1 << 20) })
  }
}
