/// Indexes a log until it is killed, or makes one to measure with.
///
///     index-probe feed STATE COUNT   indexes a computed log of so many entries into STATE, says `open`, then `done N`
///     index-probe fill STATE COUNT   appends so many entries to the real log below STATE
///     index-probe measure STATE COUNT   indexes that log, searches it so many times, and says what of memory and time that took
import BaileyAudit
import BaileyCore
import BaileyLinux
import BaileyStore
import BaileyTestSupport
import Glibc

/// Resident memory in KiB, and seconds since the start.
func standing(_ since: Int64) -> String {
  let status = (try? Descriptor.open("/proc/self/status").readAll(limit: 1 << 16)) ?? []
  let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
  let memory = lines.filter { $0.hasPrefix("VmRSS") || $0.hasPrefix("VmHWM") }.joined(separator: " ")
  return "\(memory) after \((Clock.monotonic - since) / 1_000_000) ms"
}

func say(_ line: String) {
  let output = Descriptor(owning: 1)
  try? output.writeAll(line + "\n")
  _ = output.take()
}

/// What a session of a busy agent leaves, without hostile texts: a path and a host a record, of many.
func plain(_ number: Int, _ dice: inout Dice) -> Record {
  let session = SessionID("4f7c" + String(repeating: "0", count: 9) + "\(100 + number / 10_000 % 900)")
  let subject = Subject(session: session ?? .random(), agent: number % 3 == 0 ? "codex" : "claude", user: "u")
  let path = "/home/me/project/src/module\(dice.roll(500))/file\(dice.roll(1000)).swift"
  let action: Action =
    switch number % 4 {
    case 0: .exec(subject, path: "/usr/bin/cc", arguments: ["cc", "-c", path])
    case 1: .connect(subject, host: "host\(dice.roll(2000)).example.com", address: nil, port: 443, transport: "tls")
    default: .write(subject, path: path, operation: "open")
    }
  let reason = Reason(
    number % 50 == 0 ? .deny : .allow, number % 50 == 0 ? "nothing-allows" : "manifest", "a rule of the manifest")
  let body: JSON = ["action": action.json, "decision": Decision(combining: [reason]).json]
  return Record(.intent, session: session, time: Clock.realTime, body: body)
}

let arguments = CommandLine.arguments
guard arguments.count == 4, let count = UInt64(arguments[3]) else { exit(2) }
do throws(Fault) {
  switch arguments[1] {
  case "feed":
    let log = SyntheticLog(count: count)
    let index = LogIndex(stateDirectory: arguments[2], log: log, digest: { "\($0.count)" }, say: { say($0) })
    say("open")
    try await index.feed()
    say("done \(await index.reach().end)")
    await index.close()
  case "fill":
    let log = try AuditLog(LogLayout(stateDirectory: arguments[2]))
    var dice = Dice(seed: 1)
    for start in stride(from: 0, to: Int(count), by: 1000) {
      let records = (start..<min(start + 1000, Int(count))).map { plain($0, &dice) }
      _ = log.observe(records.dropLast())
      if let last = records.last { try await log.append(last, .grouped) }
    }
    await log.close()
    say("done")
  case "measure":
    let log = try AuditLog(LogLayout(stateDirectory: arguments[2]))
    // A head is signed and the log is read once, as a controller has done before it indexes.
    _ = try await log.entries(from: 0, limit: 512)
    let index = LogIndex(
      stateDirectory: arguments[2], log: log, digest: { ContentDigest.hex($0) }, say: { say($0) })
    let began = Clock.monotonic
    say("opened: \(standing(began))")
    try await index.feed()
    say("indexed \(await index.reach().end): \(standing(began))")
    var filter = RecordFilter()
    filter.hosts = [HostFilter("*.example.com")]
    let (end, before) = (await index.reach().end, Clock.monotonic)
    for _ in 0..<count {
      let found = await index.candidates(filter, in: 0..<end, newest: true, limit: 65_536)
      say("found \(found?.count ?? 0): \(standing(before))")
    }
    await index.close()
    await log.close()
  default: exit(2)
  }
} catch {
  say("fault \(error.code) \(error.why)")
  exit(1)
}
