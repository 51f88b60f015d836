import BaileyRego
import Testing

@Suite("A text of values that share their parts is cut")
struct WriterLimitTests {
  /// A value whose text has 2^60 parts.
  private static func shared(_ heap: Heap, _ around: (Value, Heap) -> Value) -> Value {
    (0..<60).reduce(heap.string("0123456789")) { value, _ in around(value, heap) }
  }

  private static let forms: [@Sendable (Value, Heap) -> Value] = [
    { $1.array([$0, $0]) }, { $1.set([$0, $1.array([$0])]) },
    { $1.object([(key: $1.string("a"), value: $0), (key: $1.string("b"), value: $0)]) },
    { $1.object([(key: $0, value: $0)]) }, { $1.object([(key: $1.array([$0, $0]), value: .null)]) },
  ]

  @Test("As JSON and in Rego's notation, keys and all", arguments: forms.indices)
  func cut(form: Int) {
    let (json, rego) = Heap.lending { heap in
      let value = Self.shared(heap, Self.forms[form])
      return (JSONWriter.write(value, limit: 500), RegoWriter.write(value, limit: 500))
    }
    // A cut text is longer than the limit, so that it can be told, but by little.
    #expect((501...5000).contains(json.count), "\(json.count)")
    #expect((501...5000).contains(rego.count), "\(rego.count)")
  }

  @Test("A text and a number that are longer than the limit are cut too; what fits is whole")
  func scalars() {
    let long = Array(repeating: UInt8(ascii: "7"), count: 1000)
    let counts = Heap.lending { heap in
      let number = (try? JSONReader.read(long, into: heap)) ?? .null
      return [heap.string(long), number].flatMap {
        [JSONWriter.write($0, limit: 100).count, RegoWriter.write($0, limit: 100).count]
      }
    }
    #expect(counts.allSatisfy { (101...110).contains($0) }, "\(counts)")
    let whole = Heap.lending { heap in JSONWriter.write(heap.array([heap.string("abc"), heap.integer(12)]), limit: 10) }
    #expect(whole == Array(#"["abc",12]"#.utf8))
  }

  @Test(
    "A builtin that writes ends at the limit of memory",
    arguments: [
      "json.marshal_with_options(x, {})", "json.marshal_with_options(x, {\"pretty\": true})", "json.marshal(x)",
      "json.marshal_with_options({x: 1}, {\"pretty\": true})", "sprintf(\"%v\", [{x: x}])",
      "sprintf(\"%v\", [x12 | numbers.range(1, 1000)[_]])",
      "sprintf(concat(\"\", [\"%[1]v\" | numbers.range(1, 1000)[_]]), [x12])",
      "sprintf(\"%[2]d\", [x, 1])", "yaml.marshal(x)", "yaml.marshal({x: 1})",
      "strings.render_template(\"{{.x}}\", {\"x\": x})", "strings.render_template(\"{{print .x}}\", {\"x\": x})",
      "strings.render_template(\"{{range $i, $e := .l}}{{$.x}}{{end}}\", {\"x\": x12, \"l\": numbers.range(1, 1000)})",
      "json.match_schema({\"a\": 1}, {\"properties\": {\"a\": {\"const\": x}}})",
      "json.match_schema({\"a\": 1}, {\"properties\": {\"a\": {\"enum\": [x]}}})",
      "io.jwt.encode_sign({\"alg\": \"HS256\"}, {\"x\": x}, {})",
      "concat(\"\", [json.marshal(x12) | numbers.range(1, 1000)[_]])", "$\"{x} {x} {x}\"",
      "json.marshal_with_options([[[[1]]]], {\"indent\": concat(\"\", [\"0123456789\" | numbers.range(1, 5000)[_]])})",
    ])
  func builtins(call: String) {
    var limits = Limits()
    limits.memory = 512 << 10
    let doubled = (1...40).map { "x\($0) := [x\($0 - 1), x\($0 - 1)]" }.joined(separator: "\n")
    let answer = evaluate("x0 := \"0123456789\"\n\(doubled)\nx := x40\np := count(\(call))", limits: limits)
    #expect(
      ["memory limit exceeded", "too large", "too long"].contains { answer.contains($0) }, "\(answer.prefix(200))")
  }

  @Test("What a schema says of a value is paid for, however often it is said")
  func problems() {
    var limits = Limits()
    limits.steps = 2_000_000
    let module = """
      long := concat("", ["0123456789" | some x in numbers.range(1, 5000)])
      p := json.match_schema({"l": numbers.range(1, 2000)}, {"properties": {"l": {"items": {"const": long}}}})
      q := json.match_schema({long: numbers.range(1, 2000)}, {"additionalProperties": {"items": {"type": "null"}}})
      """
    for name in ["p", "q"] {
      let source = Source(name: "m.rego", text: Array(("package t\n" + module).utf8))
      let answer = evaluate([source], query: "x = data.t." + name, limits: limits)
      #expect(answer.contains("limit exceeded"), "\(answer.prefix(200))")
    }
  }
}
