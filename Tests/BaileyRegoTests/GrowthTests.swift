import BaileyRego
import BaileyRegoLibraries
import Testing

@Suite("Memory does not grow with the number of decisions")
struct GrowthTests {
  /// In a process of its own, where nothing else allocates. `BAILEY_REGO_DECISIONS=1000000` gives it the whole number.
  @Test("Decisions with ever new paths, patterns and errors leave nothing behind")
  func decisions() async {
    await #expect(processExitsWith: .success) {
      let count = Vectors.environment("BAILEY_REGO_DECISIONS").flatMap { Int($0) } ?? 12_000
      let source = Source(name: "m.rego", text: Array(GrowthTests.module.utf8))
      let machine = Machine(
        try Program.compile([source], queries: ["x = data.t.decision"], registry: Libraries.registry))
      var before = 0
      for number in 0..<count {
        // Once the caches are full and the tables have their size.
        if number == count / 4 { before = GrowthTests.residentPages }
        machine.prepare(nowNanoseconds: number, seed: UInt64(number))
        let input =
          #"{"path":"/srv/\#(number)/a.swift","glob":"/srv/\#(number)/*","pattern":"^/s.*/\#(number)/","n":\#(number)}"#
        _ = try? machine.evaluate(input: try machine.read(Array(input.utf8)), strict: number % 3 == 0).json()
      }
      let growth = GrowthTests.residentPages - before
      precondition(before > 0 && growth < 512, "\(growth) pages more after \(count) decisions")
    }
  }

  /// Of this process, as the kernel counts them.
  static var residentPages: Int {
    let text = String(decoding: Vectors.bytes("/proc/self/statm") ?? [], as: UTF8.self)
    return text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  }

  static let module = """
    package t
    decision := {"allow": allow, "deny": deny, "list": list}
    default allow := false
    allow if { glob.match(input.glob, ["/"], input.path); regex.match(input.pattern, input.path) }
    deny contains sprintf("%s is %d", [input.path, x]) if { some x in numbers.range(input.n, input.n + 20); x % 2 == 0 }
    list := {k: v | some k, v in split(input.path, "/")}
    twice(x, y, z) := concat("-", [x, y, z])
    deny contains twice(input.path, "b", sprintf("%v", [uuid.rfc4122(input.path)]))
    deny contains "error" if { print(input.path); to_number(input.path) > 1 }
    """
}
