internal import BaileyCore
internal import BaileyLinux
internal import BaileyRego
internal import BaileyRegoLibraries

/// One query over modules and data, for any number of inputs.
struct Evaluation {
  let query: CapturedQuery
  let machine: Machine
  private let diagnosis: Diagnosis
  var isStrict = false
  private static let maximumResult = 64 << 20

  init(
    _ files: PolicyFiles, query text: String, registry: Registry, limits: BaileyRego.Limits
  ) throws(ToolFailure) {
    var diagnosis = Diagnosis(sources: files.sources, queryText: text)
    do throws(RegoError) { query = try CapturedQuery(text) } catch {
      // Its file is number 0, which would be that of the first module.
      diagnosis.sources = []
      throw diagnosis.failure(error)
    }
    diagnosis.query = query
    self.diagnosis = diagnosis
    let program: BaileyRego.Program
    do throws(CompileFailure) {
      program = try BaileyRego.Program.compile(files.sources, queries: [query.text], registry: registry)
    } catch {
      throw diagnosis.failure(error)
    }
    do throws(RegoError) { machine = Machine(try BaseDocument(files.json, for: program), limits: limits) } catch {
      throw diagnosis.failure(error)
    }
  }

  /// What is shown of the answers for an input as JSON, nil for none.
  func answers<R: Sendable>(_ input: [UInt8]?, show: ([Answer], Heap) -> R) throws(RegoError) -> R {
    machine.prepare(nowNanoseconds: Int(Clock.realTime), seed: UInt64.random(in: 0 ... .max))
    let input = try input.map { json throws(RegoError) in try JSONReader.read(json, into: machine.heap) }
    let rows = try machine.evaluate(input: input ?? .undefined, strict: isStrict)
    // Few values that share their parts can be a very long text.
    guard rows.json(limit: Self.maximumResult).count <= Self.maximumResult else {
      throw RegoError(.cancelled, "the result is too long")
    }
    return rows.read { rows, heap in show(rows.items.map { Answer(row: $0, query: query, heap: heap) }, heap) }
  }

  /// Only the evaluation, for measuring.
  func repeatOnce(_ input: [UInt8]?) throws(RegoError) {
    machine.prepare()
    let input = try input.map { json throws(RegoError) in try JSONReader.read(json, into: machine.heap) }
    _ = try machine.evaluate(input: input ?? .undefined, strict: isStrict)
  }

  /// What the policy printed in the last evaluation.
  var printed: [String] { machine.builtins.printed.map(\.message) }

  func problem(_ error: RegoError) -> Problem { diagnosis.problem(error) }
}

/// One answer to a query.
struct Answer {
  let bindings: [(name: String, value: Value)]
  /// The value of each expression.
  let values: [Value]

  init(row: Value, query: CapturedQuery, heap: Heap) {
    bindings = row.pairs.map { (String($0.key), $0.value) }.filter { !$0.name.hasPrefix(CapturedQuery.prefix) }
    values = query.expressions.map { expression in
      expression.name.map { row.child(heap.string($0)) } ?? .true
    }
  }

  /// The one value that stands for the answer: that of a lone expression, that of a lone variable, else all variables.
  func value(_ query: CapturedQuery, _ heap: Heap) -> Value {
    if query.expressions.count == 1, query.expressions[0].name != nil { return values[0] }
    if bindings.isEmpty { return .true }
    return bindings.count == 1 ? bindings[0].value : heap.object(bindings.map { (heap.string($0.name), $0.value) })
  }
}
