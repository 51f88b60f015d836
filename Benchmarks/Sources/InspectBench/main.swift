import BaileyInspect
import BaileyLinux
import Glibc

// InspectBench FILE: how fast the inspection reads it, all rules and disguises on, in pieces of 16 KiB; what it needs at the start; and how
// long a body of 1 KiB takes.

func contents(_ path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "r") else { fatalError("cannot read \(path)") }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  var room = [UInt8](repeating: 0, count: 1 << 20)
  while case let count = unsafe fread(&room, 1, room.count, file), count > 0 { bytes += room[..<count] }
  return bytes
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let start = Clock.monotonic
  try body()
  return Double(Clock.monotonic - start) / 1e9
}

let bytes = contents(CommandLine.arguments[1])
var loaded: RuleSet?
let start = try seconds { loaded = try RuleSet() }
guard let rules = loaded else { fatalError("no rules") }
print("rules \(rules.rules.count), ready in \(start * 1e3) ms")
let scratch = InspectionScratch(rules)
for _ in 0..<3 {
  var found: [Finding] = []
  let time = seconds {
    let inspection = Inspection(rules, scratch: scratch)
    for at in stride(from: 0, to: bytes.count, by: 16 << 10) {
      inspection.feed(bytes.span.extracting(at..<min(at + (16 << 10), bytes.count)))
    }
    found = inspection.finish()
  }
  let loud = found.count { $0.tier > .hint }
  print("\(Double(bytes.count) / time / 1e6) MB/s, \(found.count) findings, \(loud) above hint")
}
let body = Array(bytes.prefix(1024))
let time = seconds { for _ in 0..<10_000 { _ = Inspection.findings(in: body, rules: rules, scratch: scratch) } }
print("1 KiB: \(time * 100) µs")
