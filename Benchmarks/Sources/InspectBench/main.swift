import BaileyInspect
import BaileyLinux
import Glibc

// InspectBench FILE [ROUNDS]: how fast the inspection reads it, all rules and disguises on, in pieces of 16 KiB; what it needs at the start; how
// long a body of 1 KiB takes; and how many findings above a hint each rule has. With `list` instead of a number: all findings, a line each; with `long`: 10 GB of it as one
// stream, and the resident memory after each.
// InspectBench --list [RULES…]: reads paths from stdin, and writes a line for each finding; with files of rules, of those alone.

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

func residentKilobytes() -> Int {
  let lines = String(decoding: contents("/proc/self/status"), as: UTF8.self).split(separator: "\n")
  let words = lines.first { $0.hasPrefix("VmRSS") }?.split(whereSeparator: { $0 == " " || $0 == "\t" })
  return words.flatMap { Int($0[1]) } ?? 0
}

func inspect(_ bytes: [UInt8], _ rules: RuleSet, _ scratch: InspectionScratch) -> [Finding] {
  let inspection = Inspection(rules, scratch: scratch)
  for at in stride(from: 0, to: bytes.count, by: 16 << 10) {
    inspection.feed(bytes.span.extracting(at..<min(at + (16 << 10), bytes.count)))
  }
  return inspection.finish()
}

let arguments = CommandLine.arguments
if arguments[1] == "--list" {
  try list(arguments.dropFirst(2))
  exit(0)
}
let bytes = contents(arguments[1])
let last = arguments.count > 2 ? arguments[2] : "3"
var loaded: RuleSet?
let start = try seconds { loaded = try RuleSet() }
guard let rules = loaded else { fatalError("no rules") }
let scratch = InspectionScratch(rules)
if last == "list" {
  for finding in inspect(bytes, rules, scratch) {
    let way = finding.disguises.joined(separator: " ")
    print(finding.tier, finding.rule, finding.span, finding.confidence, finding.sample, finding.fingerprint, way)
  }
  exit(0)
}
if last == "long" {
  let inspection = Inspection(rules, scratch: scratch)
  for gigabyte in 0...10 {
    var fed = 0
    while gigabyte > 0, fed < 1_000_000_000 {
      for at in stride(from: 0, to: bytes.count, by: 16 << 10) {
        inspection.feed(bytes.span.extracting(at..<min(at + (16 << 10), bytes.count)))
      }
      fed += bytes.count
      _ = inspection.takeFindings()
    }
    print(gigabyte, "GB:", residentKilobytes(), "kB resident")
  }
  exit(0)
}
var found: [Finding] = []
for _ in 0..<(Int(last) ?? 1) {
  let time = seconds { found = inspect(bytes, rules, scratch) }
  print("\(Double(bytes.count) / time / 1e6) MB/s")
}
let body = Array(bytes.prefix(1024))
let time = seconds { for _ in 0..<10_000 { _ = Inspection.findings(in: body, rules: rules, scratch: scratch) } }
print("\(rules.rules.count) rules ready in \(start * 1e3) ms, 1 KiB in \(time * 100) µs")
let loud = found.filter { $0.tier > .hint }
print("\(found.count) findings, \(loud.count) above a hint")
for (rule, several) in Dictionary(grouping: loud, by: \.rule).sorted(by: { $0.key < $1.key }) {
  print("  \(rule) \(several.count)")
}
