import BaileyAudit
import BaileyCore
import BaileyLinux

/// Figures of the log on this disk, as one line of JSON; times in nanoseconds.
///
///     audit-crash STATE measure WRITERS COUNT grouped|synced
///
/// Beside them stands what the disk can do: a bare write and `fdatasync` of as many bytes.
func measure(_ state: String, writers: Int, count: Int, durability: Durability) async throws(Fault) -> JSON {
  let log = try AuditLog(LogLayout(stateDirectory: state))
  let bare = bareSync(state + "/bare")
  let start = Clock.monotonic
  let times = await withTaskGroup(of: [Int64].self) { group in
    for _ in 0..<writers { group.addTask { await append(log, count / writers, durability) } }
    return await group.reduce(into: [Int64]()) { $0 += $1 }
  }.sorted()
  let appended = Clock.monotonic - start
  await log.close()
  let closed = Clock.monotonic - start
  let verifyStart = Clock.monotonic
  let report = try LogReader(LogLayout(stateDirectory: state)).verify()
  let verified = Clock.monotonic - verifyStart
  return [
    "records": .int(Int64(times.count)), "refused": .int(Int64(count / writers * writers - times.count)),
    "per_second": .int(rate(times.count, appended)), "per_second_signed": .int(rate(times.count, closed)),
    "p50": .int(quantile(times, 50)), "p99": .int(quantile(times, 99)), "bare_fdatasync_p50": .int(quantile(bare, 50)),
    "verified": .int(Int64(report.size)), "verify_per_second": .int(rate(Int(report.size), verified)),
    "whole": .bool(report.isWhole),
  ]
}

private func rate(_ count: Int, _ nanoseconds: Int64) -> Int64 { Int64(Double(count) / Double(nanoseconds) * 1e9) }

private func quantile(_ sorted: [Int64], _ percent: Int) -> Int64 {
  sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, sorted.count * percent / 100)]
}

private func append(_ log: AuditLog, _ count: Int, _ durability: Durability) async -> [Int64] {
  var times: [Int64] = []
  let body: JSON = [
    "verb": "net.connect", "host": "registry.example.com", "port": 443, "decision": "allow",
    "reasons": [["code": "manifest-network", "source": "/home/someone/project/.bailey/manifest.yaml:12"]],
    "padding": .string(String(repeating: "x", count: 250)),
  ]
  for _ in 0..<count {
    let start = Clock.monotonic
    let record = Record(.intent, session: SessionID("0123456789abcdef"), time: Clock.realTime, body: body)
    guard (try? await log.append(record, durability)) != nil else { continue }
    times.append(Clock.monotonic - start)
  }
  return times
}

private func bareSync(_ path: String) -> [Int64] {
  guard let file = try? Descriptor.open(path, [.writeOnly, .create, .truncate]) else { return [] }
  let bytes = [UInt8](repeating: 0x61, count: 512)
  let times = (0..<300).map { number -> Int64 in
    let start = Clock.monotonic
    try? file.writeAll(bytes, at: Int64(number * bytes.count))
    try? file.fdatasync()
    return Clock.monotonic - start
  }
  try? Descriptor.workingDirectory.unlink(path)
  return times.sorted()
}
