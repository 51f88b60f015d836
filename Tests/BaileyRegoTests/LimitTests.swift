import BaileyRego
import Testing

@Suite("An evaluation stays within its limits")
struct LimitTests {
  @Test("Instructions")
  func steps() {
    var limits = Limits()
    limits.steps = 100_000
    let module = "p if { some x in numbers.range(1, 1000); some y in numbers.range(1, 1000); x + y < 0 }"
    #expect(evaluate(module, limits: limits) == "eval_cancel_error: instruction limit exceeded")
  }

  @Test(
    "Memory",
    arguments: [
      "p := [[x, y] | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000)]",
      "a := concat(\"\", [\"0123456789\" | some x in numbers.range(1, 1000)])\nb := replace(a, \"0\", a)\np := replace(b, \"1\", b)",
      "p := {x: {y | some y in numbers.range(1, 1000)} | some x in numbers.range(1, 1000)}",
    ])
  func memory(module: String) {
    var limits = Limits()
    limits.memory = 4 << 20
    let answer = evaluate(module, limits: limits)
    #expect(answer.contains("memory limit exceeded") || answer.contains("result is too large"), "\(answer.prefix(200))")
  }

  @Test("Time")
  func time() {
    var limits = Limits()
    limits.deadline = 5
    limits.clock = { 6 }
    let module = "p := count([1 | some x in numbers.range(1, 1000); some y in numbers.range(1, 1000)])"
    #expect(evaluate(module, limits: limits) == "eval_cancel_error: time limit exceeded")
  }

  @Test("Depth of calls")
  func depth() {
    let chain = (1...300).map { "f\($0)(x) := f\($0 + 1)(x)" }.joined(separator: "\n")
    #expect(evaluate(chain + "\nf301(x) := x\np := f1(1)") == "eval_cancel_error: depth limit exceeded")
  }

  @Test("Numbers with absurd exponents cost nothing")
  func exponents() {
    #expect(evaluate("p := 1e999999999 > 1e-999999999\nq := 1e999999999 == 1e999999998") == #"{"p":true,"q":false}"#)
    #expect(evaluate("p := 1e999999999 * 2 > 5") == #"{"p":true}"#)
  }

  @Test("A machine is ready again after a limit, and gives the same answer each time")
  func reuse() throws {
    let source = Source(name: "m.rego", text: Array("package t\np := {x | some x in input.a}".utf8))
    let machine = Machine(try Program.compile([source], queries: ["x = data.t.p"]))
    var answers: Set<String> = []
    for _ in 0..<1000 {
      machine.prepare()
      let input = try JSONReader.read(Array(#"{"a":["x","y","x"]}"#.utf8), into: machine.heap)
      answers.insert(String(decoding: JSONWriter.write(try machine.evaluate(input: input)), as: UTF8.self))
    }
    #expect(answers == [#"[{"x":["x","y"]}]"#])
  }
}
