import BaileyInspect
import BaileyLinux
import Glibc

// RegisteredBench values FILE: how long 1,000 known values take to be made ready, and what they cost in the inspection of the file.
// RegisteredBench records FILE: the same for a list of 100,000 records.
// RegisteredBench sources LIST BENIGN FILE: registers the files named in LIST (a line is `source<tab>path`), and measures excerpts of them, files of
// BENIGN (a path a line) that are taken for parts of them, and what the look-up costs in the inspection of the file.
//
// Times are those of the processor.

let arguments = CommandLine.arguments
let rules = try RuleSet()
let scratch = InspectionScratch(rules)
let key = SipHash(low: 0x0123_4567_89AB_CDEF, high: 0xFEDC_BA98_7654_3210)
var numbers = Numbers()

@MainActor func run(_ name: String, _ bytes: [UInt8], _ options: InspectionOptions) {
  var best = 0.0
  var count = 0
  for _ in 0..<3 {
    let start = cpuTime()
    let inspection = Inspection(rules, options: options, scratch: scratch)
    for at in stride(from: 0, to: bytes.count, by: 16 << 10) {
      inspection.feed(bytes.span.extracting(at..<min(at + (16 << 10), bytes.count)))
    }
    count = inspection.finish().count
    best = max(best, Double(bytes.count) / (Double(cpuTime() - start) / 1e9) / 1e6)
  }
  print("\(name): \(best) MB/s, \(count) findings")
}

@MainActor func word(_ length: Int) -> String {
  String(
    (0..<length).map { _ in
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".randomElement(using: &numbers) ?? "x"
    })
}

/// Nanoseconds of this process, whatever else the machine does.
func cpuTime() -> Int64 { Int64(clock()) * 1000 }

func since(_ start: Int64) -> Double { Double(cpuTime() - start) / 1e6 }

var options = InspectionOptions()
switch arguments[1] {
case "values":
  let values = (0..<1000).map { KnownValue(name: "V\($0)", value: Array(word(8 + $0 % 57).utf8)) }
  let start = cpuTime()
  let known = KnownValues(values)
  print("1000 values of 8 to 64 bytes: \(since(start)) ms, \(known.size >> 20) MiB, \(known.omitted.count) left out")
  let bytes = try contents(arguments[2])
  run("without", bytes, options)
  options.known = known
  run("with", bytes, options)
case "records":
  var builder = try RecordIndexBuilder(
    name: "people", columns: ["mail", "name", "phone", "city", "account"], primary: 0, key: key)
  let start = cpuTime()
  for row in 0..<100_000 {
    let cells = ["\(word(8))\(row)@mail.net", "\(word(6)) \(word(9))", "+49 \(row * 7919)", word(5), word(12)]
    try builder.add(cells.map { Array($0.utf8) })
  }
  let index = try builder.index()
  print("100000 rows: \(since(start)) ms, \(index.bytes.count >> 20) MiB")
  let bytes = try contents(arguments[2])
  run("without", bytes, options)
  options.records = [index]
  run("with", bytes, options)
case "sources":
  try measureSources(arguments[2], arguments[3], try contents(arguments[4]))
default:
  print("values, records or sources")
}
