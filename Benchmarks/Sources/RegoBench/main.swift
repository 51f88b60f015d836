import BaileyLinux
import BaileyRego
import BaileyRegoLibraries
import RegoOracle

// RegoBench POLICY INPUTS [OPA'S LIBRARY]: medians in microseconds, ours and OPA's in turn, one input after the other.

let arguments = CommandLine.arguments
guard arguments.count > 2, let policy = try WholeFile.read(arguments[1], limit: 1 << 20)?.bytes,
  let inputs = try WholeFile.read(arguments[2], limit: 1 << 20)?.bytes
else {
  fatalError("usage: RegoBench POLICY INPUTS [LIBRARY]")
}
let oracle = arguments.count > 3 ? Oracle(library: arguments[3]) : nil
if let oracle, !oracle.add(policy: String(decoding: policy, as: UTF8.self), name: "agent.rego").isEmpty {
  Stopwatch.print("(OPA was given the policy)")
}
let lines = inputs.split(separator: 0x0A).map { Array($0) }
let documents = ["decision", "allow"]
let queries = documents.map { "x = data.agent.authz.\($0)" }
let noon = 1_795_262_400_000_000_000
let runs = 20_000

func compiled() throws -> Machine {
  let source = Source(name: "agent.rego", text: policy)
  return Machine(try Program.compile([source], queries: queries, registry: Libraries.registry))
}

func decide(_ machine: Machine, _ query: Int, _ json: [UInt8]) throws -> [UInt8] {
  machine.prepare(nowNanoseconds: noon)
  let input = try JSONReader.read(json, into: machine.heap)
  return try machine.evaluate(query: query, input: input).json()
}

let cold = try Stopwatch.median(50) { _ = try decide(compiled(), 0, lines[0]) }
Stopwatch.print("load, compile and first decision: \(Int(cold)) µs")
let machine = try compiled()
for (query, name) in documents.enumerated() {
  Stopwatch.print(
    "\n| \(name) | ours, typed | ours, JSON in and out | OPA, JSON in and out | ratio |\n|---|---|---|---|---|")
  for line in lines {
    let text = String(decoding: line, as: UTF8.self)
    let typed = try Document(json: line).read { value, _ in TypedInput(value) }
    let fast = try Stopwatch.median(runs) {
      machine.prepare(nowNanoseconds: noon)
      _ = try machine.evaluate(query: query, input: typed.value(machine.heap))
    }
    let ours = try Stopwatch.median(runs) { _ = try decide(machine, query, line) }
    let theirs = oracle.map { oracle in
      Stopwatch.median(runs / 10) { oracle.touch("agent.authz.\(name)", input: text) }
    }
    let figures = [fast, ours, theirs ?? .nan, ours / (theirs ?? .nan)].map {
      String(Double(Int($0.isNaN ? 0 : $0 * 100)) / 100)
    }
    Stopwatch.print("| `\(text.prefix(50))` | " + figures.joined(separator: " | ") + " |")
  }
}

/// In kB.
func residentMemory() throws -> Int {
  let text = try WholeFile.read("/proc/self/statm", limit: 1 << 10).map { String(decoding: $0.bytes, as: UTF8.self) }
  return text?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 4 } ?? 0
}

var before = 0
for number in 0..<1_100_000 {
  if number == 100_000 { before = try residentMemory() }
  _ = try decide(machine, number & 1, lines[number % lines.count])
}
Stopwatch.print(
  "\nresident memory after a million further decisions: \(try residentMemory() - before) kB more, of \(before) kB")
