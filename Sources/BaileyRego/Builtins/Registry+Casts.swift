extension Registry {
  /// Casts that only version 0 knows: they refuse what is of another type.
  static let casts: [Builtin] = [
    Builtin("cast_array", 1) { (a, c) throws(BuiltinFailure) in
      a[0].tag == .set ? c.heap.array(a[0].items) : try a.array(0)
    },
    Builtin("cast_set", 1) { (a, c) throws(BuiltinFailure) in
      a[0].tag == .array ? c.heap.set(a[0].items) : try a.set(0)
    },
    Builtin("cast_string", 1) { (a, _) throws(BuiltinFailure) in
      _ = try a.string(0)
      return a[0]
    },
    Builtin("cast_boolean", 1) { (a, _) throws(BuiltinFailure) in Value(try a.boolean(0)) },
    Builtin("cast_object", 1) { (a, _) throws(BuiltinFailure) in try a.object(0) },
    Builtin("cast_null", 1) { (a, _) throws(BuiltinFailure) in
      guard a[0].tag == .null else { throw a.mismatch(0, "null") }
      return .null
    },
  ]

  /// What version 1 no longer has.
  static let deprecated: Set<String> = [
    "all", "any", "cast_array", "cast_boolean", "cast_null", "cast_object", "cast_set", "cast_string",
    "net.cidr_overlap", "re_match", "set_diff",
  ]
}
