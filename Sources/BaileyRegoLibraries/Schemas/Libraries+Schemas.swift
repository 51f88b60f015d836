internal import BaileyRego

extension Libraries {
  static let schemas: [Builtin] = [
    Builtin("json.verify_schema", 1) { (a, c) throws(BuiltinFailure) in
      do throws(BuiltinFailure) {
        _ = try SchemaCompiler.compile(try document(a, 0, c.heap), c.heap)
        return c.heap.array([.true, .null])
      } catch {
        return c.heap.array([.false, c.heap.string("jsonschema: " + error.message)])
      }
    },
    Builtin("json.match_schema", 2) { (a, c) throws(BuiltinFailure) in
      let value = try document(a, 0, c.heap)
      let schema = try SchemaCompiler.compile(try document(a, 1, c.heap), c.heap)
      let problems = try SchemaValidation.problems(value, schema, c).map { describe($0, c.heap) }
      return c.heap.array([Value(problems.isEmpty), c.heap.array(problems)])
    },
  ]

  /// An object, or JSON in a string.
  private static func document(_ a: Arguments, _ index: Int, _ heap: Heap) throws(BuiltinFailure) -> Value {
    if a[index].tag == .object { return a[index] }
    guard a[index].tag == .string else { throw a.mismatch(index, "one of {string, object}") }
    guard let value = try? JSONReader.read(Array(a[index].text), into: heap) else {
      throw BuiltinFailure("invalid JSON string")
    }
    return value
  }

  private static func describe(_ problem: SchemaValidation.Problem, _ heap: Heap) -> Value {
    let build = StructureBuilder(heap: heap)
    return build.object([
      "error": build.text(problem.field + ": " + problem.description), "type": build.text(problem.type),
      "field": build.text(problem.field), "desc": build.text(problem.description),
    ])
  }
}
