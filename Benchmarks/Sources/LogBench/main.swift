/// Figures of the log on one disk, side by side in one run: what it does beside what the disk can do.
///
///     LogBench DIRECTORY [RECORDS]
///
/// The directory must be empty and on the disk that is to be measured. RECORDS (1,000,000 if not given) are appended in groups and then verified.
import BaileyAudit
import BaileyCore
import BaileyLinux
import Glibc

let arguments = CommandLine.arguments
guard arguments.count >= 2, let records = arguments.count > 2 ? Int(arguments[2]) : 1_000_000 else {
  print("usage: LogBench DIRECTORY [RECORDS]")
  exit(2)
}
let place = arguments[1]
let writers = 64

print("| figure | ours | beside it | ratio |\n|---|---|---|---|")
let alone = try await Load(place + "/alone", writers: 1, records: 1_000, .synced).run()
line(
  "median of a durable append, one writer", "\(micro(alone.median)) µs", "one `fdatasync` \(micro(alone.bare)) µs",
  ratio(alone.median, alone.bare))
let many = try await Load(place + "/many", writers: writers, records: 64_000, .synced).run()
let theory = 1_000_000_000 * Int64(writers) / many.bare
line(
  "durable appends a second, \(writers) writers", "\(many.rate)", "sync rate × \(writers) = \(theory)",
  ratio(many.rate, theory))
let before = try residentMemory()
let grouped = try await Load(place + "/grouped", writers: writers, records: records, .grouped).run()
line("records a second in groups, until all are signed, \(grouped.count) records", "\(grouped.rate)", "", "")
line("resident memory after them", "\(try residentMemory()) kB", "before \(before) kB", "")
let start = Clock.monotonic
let report = try LogReader(LogLayout(stateDirectory: place + "/grouped")).verify()
let rate = perSecond(Int(report.size), Clock.monotonic - start)
line("records verified a second, one core", "\(rate)", "\(report.size) records", report.isWhole ? "whole" : "DAMAGED")
line("highest resident memory after that", "\(try residentMemory(highest: true)) kB", "", "")

func line(_ cells: String...) { print("| " + cells.joined(separator: " | ") + " |") }

func micro(_ nanoseconds: Int64) -> Int64 { (nanoseconds + 500) / 1000 }

func ratio(_ value: Int64, _ other: Int64) -> String {
  let hundredths = value * 100 / max(other, 1)
  return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ×"
}
