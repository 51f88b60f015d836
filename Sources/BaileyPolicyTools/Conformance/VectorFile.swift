internal import BaileyRego
internal import BaileyRegoLibraries

/// A file of cases with OPA's answers, in one of two forms.
///
/// OPA's own suite: `{"cases": [{note, query, modules, data, input, input_term, want_result, want_error, want_error_code, strict_error}]}`.
/// Calls of builtins: `{"engine", "query", "cases": [{input, result or error or neither}]}`, where the query binds `x`.
struct VectorFile {
  let name: String
  private let content: Document
  var isVersion1 = true

  /// Nil for JSON that is no file of cases.
  init?(name: String, text: [UInt8]) throws(RegoError) {
    self.name = name
    content = try Document(json: text)
    guard content.read({ $0.tag == .object && $0["cases", $1].tag == .array }) else { return nil }
  }

  /// Calls back for each case with its name and what is wrong with the answer, nil for nothing.
  func run(_ report: (String, String?) -> Void) { content.read { run($0, $1, report) } }

  private func run(_ content: Value, _ heap: Heap, _ report: (String, String?) -> Void) {
    let query = content["query", heap]
    if query.tag == .string { return runCalls(String(query), content["cases", heap].items, heap, report) }
    for (index, item) in content["cases", heap].items.enumerated() {
      let note = String(item["note", heap])
      report("\(name)#\(index) \(note)", SuiteCase(item: item, heap: heap, isVersion1: isVersion1).failure())
    }
  }

  /// All cases of a file share one program. Where it does not compile they all fail: what is wanted is an error of the call.
  private func runCalls(_ query: String, _ cases: [Value], _ heap: Heap, _ report: (String, String?) -> Void) {
    let program: Program
    do throws(CompileFailure) {
      program = try Program.compile([], queries: [query], registry: Libraries.registry)
    } catch {
      let why = error.errors.map(\.message).joined(separator: "; ")
      return cases.indices.forEach { report("\(name)#\($0)", why) }
    }
    let machine = Machine(program)
    for (index, item) in cases.enumerated() {
      report("\(name)#\(index)", CallCase(item: item, heap: heap).failure(machine))
    }
  }
}

extension Value {
  subscript(_ key: String, _ heap: Heap) -> Value { child(heap.string(key)) }
  var isUndefined: Bool { tag == .undefined }

  /// Whole JSON of a value, read into another heap.
  func copied(to heap: Heap) throws(RegoError) -> Value {
    try JSONReader.read(JSONWriter.write(self), into: heap)
  }
}
