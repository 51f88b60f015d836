extension Registry {
  static let modules: [Builtin] = [
    Builtin("rego.parse_module", 2) { (a, c) throws(BuiltinFailure) in
      let (name, text) = (String(decoding: try a.string(0), as: UTF8.self), Array(try a.string(1)))
      try c.spend(text.count)
      // A tree takes many times the room of its text, most of it outside of the heap.
      guard text.count <= c.heap.room / 64 else { throw BuiltinFailure("the module is too large", kind: .halt) }
      do throws(RegoError) {
        return try TreeWriter.write(text, name: a[0], into: c.heap)
      } catch {
        throw BuiltinFailure("1 error occurred: " + error.text(files: [name]))
      }
    }
  ]
}
