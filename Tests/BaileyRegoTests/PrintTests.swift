import BaileyRego
import BaileyRegoLibraries
import Testing

@Suite("Prints are collected with their places, and change no answer")
struct PrintTests {
  @Test(
    "A print shows what its operands are",
    arguments: [
      (
        #"p if { print("a\nb", "c", {"k": "v"}, [1, "s"], null, 1.50) }"#,
        [#"a"# + "\n" + #"b c {"k": "v"} [1, "s"] null 1.50"#]
      ),
      ("p if { print(input.none, set(), {1, \"b\"}) }", ["<undefined> set() {1, \"b\"}"]),
      ("p if { every x in [1, 2] { print(x) } }", ["1", "2"]),
      ("f(x) if { print(x) }\np if { f(1); f(1) }", ["1"]),
      ("p if { not print(\"n\") }", ["n"]),
      ("p if { print() }", [""]),
      ("p if { x := 1; print(x) with input as 2 }", ["1"]),
      ("p if { print([x | x := input.a[_]][_]) }", []),
    ])
  func prints(module: String, wanted: [String]) throws {
    let machine = try machine(module)
    let answer = try machine?.evaluate(input: .undefined)
    #expect((machine?.builtins.printed.map(\.message) ?? []) == wanted)
    if let answer { #expect(answer.text == #"[{"x":true}]"#) }
  }

  @Test("Each has its place, and their number is limited")
  func limits() throws {
    let machine = try #require(try machine("p if {\n  some x in numbers.range(1, 5000)\n  print(x)\n  x == 5000\n}"))
    _ = try machine.evaluate()
    #expect(machine.builtins.printed.count == 1000)
    #expect(machine.builtins.printed[0].location?.line == 4)
  }

  @Test("What is printed is cut, however often one long text is among it")
  func cut() throws {
    let shared = (1...40).map { "x\($0) := [x\($0 - 1), x\($0 - 1)]\n" }.joined()
    let print = "p if { every n in [1, 2] { print(n, x40, x40) } }"
    let machine = try #require(try machine("x0 := \"0123456789\"\n" + shared + print))
    #expect(try machine.evaluate().text == #"[{"x":true}]"#)
    let sizes = machine.builtins.printed.map(\.message.utf8.count)
    #expect(!sizes.isEmpty && sizes.reduce(0, +) <= 1 << 20)
  }

  @Test(
    "A print is a statement, and its variables must be known",
    arguments: [
      ("p := print(1)", "print(…) used as value"), ("p if { print(x) }", "rego_compile_error: var x is undeclared"),
      ("p if { print(input.a[_]) }", "var _ is undeclared"),
    ])
  func refused(module: String, wanted: String) {
    #expect(evaluate(module).contains(wanted), "\(evaluate(module))")
  }

  /// Nil if the module does not compile.
  private func machine(_ module: String) throws -> Machine? {
    let source = Source(name: "m.rego", text: Array(("package t\n" + module).utf8))
    guard let program = try? Program.compile([source], queries: ["x = data.t.p"], registry: Libraries.registry) else {
      return nil
    }
    let machine = Machine(program)
    machine.prepare()
    return machine
  }
}
