/// The types that a value may have.
struct Kinds: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let null = Kinds(rawValue: 1)
  static let boolean = Kinds(rawValue: 2)
  static let number = Kinds(rawValue: 4)
  static let string = Kinds(rawValue: 8)
  static let array = Kinds(rawValue: 16)
  static let object = Kinds(rawValue: 32)
  static let set = Kinds(rawValue: 64)
  static let any = Kinds(rawValue: 127)

  private static let names: [(Kinds, String)] = [
    (.array, "array"), (.boolean, "boolean"), (.null, "null"), (.number, "number"), (.object, "object"), (.set, "set"),
    (.string, "string"),
  ]

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ value: Value) {
    switch value.tag {
    case .undefined: self = .any
    case .null: self = .null
    case .boolean: self = .boolean
    case .integer, .number: self = .number
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    case .set: self = .set
    }
  }

  var text: String {
    if self == .any { return "any" }
    let names = Self.names.filter { contains($0.0) }.map(\.1)
    return names.count == 1 ? names[0] : "one of {" + names.joined(separator: ", ") + "}"
  }
}

/// What a builtin takes and gives, as far as the compiler checks it.
struct Signature: Sendable {
  let parameters: [Kinds]
  let result: Kinds

  /// Letters for the types of each operand, then of the result: `z`ero (null), `b`, `n`, `s`, `a`, `o`, `e` (set), `*` for any.
  init(_ text: String) {
    let words = text.split(separator: " ").map { word in
      word.reduce(into: Kinds()) { $0.formUnion(Self.letters[$1] ?? []) }
    }
    parameters = words.dropLast()
    result = words.last ?? .any
  }

  private static let letters: [Character: Kinds] = [
    "z": .null, "b": .boolean, "n": .number, "s": .string, "a": .array, "o": .object, "e": .set, "*": .any,
  ]

  static let known: [String: Signature] = table.mapValues { Signature($0) }

  private static let table: [String: String] = [
    "equal": "* * b", "neq": "* * b", "lt": "* * b", "lte": "* * b", "gt": "* * b", "gte": "* * b",
    "internal.member_2": "* * b", "internal.member_3": "* * * b",
    "plus": "n n n", "minus": "ne ne ne", "mul": "n n n", "div": "n n n", "rem": "n n n", "abs": "n n", "round": "n n",
    "ceil": "n n", "floor": "n n", "numbers.range": "n n a", "numbers.range_step": "n n n a",
    "bits.or": "n n n", "bits.and": "n n n", "bits.xor": "n n n", "bits.negate": "n n", "bits.lsh": "n n n",
    "bits.rsh": "n n n",
    "count": "aoes n", "sum": "ae n", "product": "ae n", "max": "ae *", "min": "ae *", "sort": "ae a", "any": "ae b",
    "all": "ae b",
    "array.concat": "a a a", "array.slice": "a n n a", "array.reverse": "a a", "array.flatten": "a a",
    "and": "e e e", "or": "e e e", "union": "e e", "intersection": "e e", "set_diff": "e e e",
    "type_name": "* s", "is_null": "* b", "is_boolean": "* b", "is_number": "* b", "is_string": "* b",
    "is_array": "* b",
    "is_object": "* b", "is_set": "* b", "to_number": "zbns n",
    "contains": "s s b", "startswith": "s s b", "endswith": "s s b", "indexof": "s s n", "indexof_n": "s s a",
    "strings.count": "s s n", "strings.any_prefix_match": "sae sae b", "strings.any_suffix_match": "sae sae b",
    "concat": "s ae s", "lower": "s s", "upper": "s s", "replace": "s s s s", "strings.replace_n": "o s s",
    "strings.reverse": "s s", "sprintf": "s a s", "format_int": "n n s", "split": "s s a", "substring": "s n n s",
    "trim": "s s s", "trim_left": "s s s", "trim_right": "s s s", "trim_prefix": "s s s", "trim_suffix": "s s s",
    "trim_space": "s s",
    "base64.encode": "s s", "base64.decode": "s s", "base64.is_valid": "* b", "base64url.encode": "s s",
    "base64url.encode_no_pad": "s s", "base64url.decode": "s s", "hex.encode": "s s", "hex.decode": "s s",
    "urlquery.encode": "s s", "urlquery.decode": "s s", "urlquery.encode_object": "o s",
    "urlquery.decode_object": "s o",
    "json.marshal": "* s", "json.unmarshal": "s *", "json.is_valid": "* b", "json.filter": "o ae o",
    "json.remove": "o ae o", "json.patch": "* a *", "json.marshal_with_options": "* o s",
    "object.get": "o * * *", "object.keys": "o e", "object.remove": "o aeo o", "object.filter": "o aeo o",
    "object.union": "o o o", "object.union_n": "a o", "object.subset": "oea oea b",
    "glob.match": "s za s b", "glob.quote_meta": "s s",
    "units.parse": "s n", "units.parse_bytes": "s n", "semver.is_valid": "* b", "semver.compare": "s s n",
    "graph.reachable": "o ae e", "graph.reachable_paths": "o ae e",
    "net.cidr_contains": "s s b", "net.cidr_intersects": "s s b", "net.cidr_is_valid": "* b",
    "net.cidr_contains_matches": "saoe saoe e", "net.cidr_expand": "s e", "net.cidr_merge": "ae e",
    "time.now_ns": "n", "time.parse_ns": "s s n", "time.parse_rfc3339_ns": "s n", "time.parse_duration_ns": "s n",
    "time.format": "na s", "time.date": "na a", "time.clock": "na a", "time.weekday": "na s",
    "time.add_date": "na n n n n", "time.diff": "na na a",
    "uuid.rfc4122": "s s", "uuid.parse": "s o", "rand.intn": "s n n", "trace": "s b", "opa.runtime": "o",
  ]
}
