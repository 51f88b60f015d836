import BaileyAudit
import BaileyCore
import BaileyLinux

/// So many writers that append one record after the other to a new log.
struct Load {
  struct Result {
    var count: Int
    /// Records a second: until the last append is answered, and for grouped ones until all are signed and synced.
    var rate: Int64
    /// Nanoseconds of an append, and of a bare write and `fdatasync` of as many bytes.
    var median: Int64
    var bare: Int64
  }

  private let state: String
  private let writers: Int
  private let records: Int
  private let durability: Durability

  init(_ state: String, writers: Int, records: Int, _ durability: Durability) {
    self.state = state
    self.writers = writers
    self.records = records
    self.durability = durability
  }

  func run() async throws -> Result {
    let log = try AuditLog(LogLayout(stateDirectory: state))
    let before = try bareSyncs()
    let start = Clock.monotonic
    let times = try await withThrowingTaskGroup(of: [Int64].self) { group in
      for _ in 0..<writers { group.addTask { try await appends(log) } }
      return try await group.reduce(into: [Int64]()) { $0 += $1 }
    }
    if durability == .grouped { try await log.publish() }
    let duration = Clock.monotonic - start
    let bare = before + (try bareSyncs())
    await log.close()
    return Result(
      count: times.count, rate: perSecond(times.count, duration), median: median(times), bare: median(bare))
  }

  private func appends(_ log: AuditLog) async throws -> [Int64] {
    let body: JSON = [
      "verb": "net.connect", "host": "packages.example.com", "port": 443, "decision": "allow",
      "reasons": [["code": "manifest-network", "source": "/home/someone/project/.bailey/manifest.yaml:12"]],
      "padding": .string(String(repeating: "x", count: 250)),
    ]
    var times: [Int64] = []
    for _ in 0..<records / writers {
      let start = Clock.monotonic
      let record = Record(.intent, session: SessionID("0123456789abcdef"), time: Clock.realTime, body: body)
      try await log.append(record, durability)
      times.append(Clock.monotonic - start)
    }
    return times
  }

  /// What the disk can do: appended to a file as the log's frames are.
  private func bareSyncs() throws -> [Int64] {
    let path = state + "/bare"
    let file = try Descriptor.open(path, [.writeOnly, .create, .truncate])
    let bytes = [UInt8](repeating: 0x61, count: 512)
    var times: [Int64] = []
    for number in 0..<300 {
      let start = Clock.monotonic
      try file.writeAll(bytes, at: Int64(number * bytes.count))
      try file.fdatasync()
      times.append(Clock.monotonic - start)
    }
    try Descriptor.workingDirectory.unlink(path)
    return times
  }
}

func median(_ times: [Int64]) -> Int64 { times.sorted()[times.count / 2] }

func perSecond(_ count: Int, _ nanoseconds: Int64) -> Int64 { Int64(Double(count) / Double(nanoseconds) * 1e9) }

/// Kilobytes (proc_pid_status(5)).
func residentMemory(highest: Bool = false) throws -> Int64 {
  let bytes = try Descriptor.open("/proc/self/status", .readOnly).readAll(limit: 65_536)
  let status = String(decoding: bytes, as: UTF8.self)
  let key = highest ? "VmHWM:" : "VmRSS:"
  for line in status.split(separator: "\n") where line.hasPrefix(key) {
    return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) } ?? 0
  }
  return 0
}
