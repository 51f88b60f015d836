internal import BaileyRego
internal import BaileyRegoLibraries

/// One case of OPA's own suite.
struct SuiteCase {
  let item: Value
  let heap: Heap
  var isVersion1 = true

  /// Fixed, so that a case gives the same answer each time.
  private static let now = 1_790_000_000_000_000_000

  /// What is wrong, or nil.
  func failure() -> String? {
    let (wanted, code, text) = (item["want_result", heap], item["want_error_code", heap], item["want_error", heap])
    let wantsError = !code.isUndefined || !text.isUndefined
    do throws(Stop) {
      let answer = try evaluate()
      if wanted.isUndefined { return wantsError ? "no error; got \(answer)" : nil }
      let expected = ComparableText.of(wanted, sorted: true)
      return expected == answer ? nil : "wanted \(expected), got \(answer)"
    } catch {
      guard wantsError else { return "error \(error.text)" }
      for part in [code, text] where !part.isUndefined && !error.text.contains(String(part)) {
        return "wanted error \(String(part)), got \(error.text)"
      }
      return nil
    }
  }

  private struct Stop: Error { var text: String }

  private func evaluate() throws(Stop) -> String {
    let modules = item["modules", heap]
    let sources = (modules.tag == .array ? modules.items : []).enumerated().map { index, module in
      Source(name: "test-\(index).rego", text: Array(String(module).utf8), isVersion1: isVersion1)
    }
    let program: Program
    do throws(CompileFailure) {
      program = try Program.compile(sources, queries: queries, registry: Libraries.registry)
    } catch {
      throw Stop(text: error.errors.map { $0.text(files: sources.map(\.name)) }.joined(separator: "; "))
    }
    do throws(RegoError) { return try answer(program) } catch {
      throw Stop(text: error.text(files: sources.map(\.name)))
    }
  }

  /// The query, and the term that makes the input.
  private var queries: [String] {
    let term = item["input_term", heap]
    return [String(item["query", heap])] + (term.isUndefined ? [] : ["x = " + String(term)])
  }

  private func answer(_ program: Program) throws(RegoError) -> String {
    let machine = Machine(program)
    machine.prepare(nowNanoseconds: Self.now, seed: 7)
    let data = item["data", heap]
    let base = data.isUndefined ? .emptyObject : try data.copied(to: machine.heap)
    let strict = item["strict_error", heap].bits == Value.true.bits
    let answer = try machine.evaluate(input: try input(machine), data: base, strict: strict)
    return answer.read { value, _ in ComparableText.of(value, sorted: true) }
  }

  private func input(_ machine: Machine) throws(RegoError) -> Document {
    if item["input_term", heap].isUndefined {
      let input = item["input", heap]
      return input.isUndefined ? .nothing : try machine.read(JSONWriter.write(input))
    }
    return try machine.evaluate(query: 1).part { rows, heap in rows.count == 0 ? .undefined : rows.item(0)["x", heap] }
  }
}
