import BaileyCore
import BaileyLinux

/// Adds up what a sandbox uses, from /proc (proc(5)).
///
/// Every process of a pid namespace descends from its pid 1, to which orphans return, so walking `children` finds all. What forks while the
/// walk goes on is found by the next one.
enum ProcessTreeMeter {
  /// USER_HZ, the unit of `stat`: 100 on every Linux system that Bailey runs on.
  private static let nanosecondsPerTick: Int64 = 10_000_000
  private static let processLimit = 100_000

  static func usage(ofInit process: Int32) -> Usage? {
    guard var total = ticks(process, withChildren: true) else { return nil }
    var memory = proportionalSize(process)
    var count = 1
    var queue = children(of: process)
    while let next = queue.popLast(), count < Self.processLimit {
      guard let own = ticks(next, withChildren: true) else { continue }
      total += own
      memory += proportionalSize(next)
      count += 1
      queue += children(of: next)
    }
    return Usage(processes: count, memory: memory, processorTime: total * Self.nanosecondsPerTick)
  }

  /// Children of every thread: a child belongs to the thread that made it.
  private static func children(of process: Int32) -> [Int32] {
    guard let threads = try? Descriptor.entries(of: "/proc/\(process)/task") else { return [] }
    var found: [Int32] = []
    for thread in threads {
      let name = String(decoding: thread.name, as: UTF8.self)
      let list = text("/proc/\(process)/task/\(name)/children")
      found += list.split(separator: " ").compactMap { Int32($0) }
    }
    return found
  }

  /// Fields 14 to 17 of `stat`: user and system time, own and of waited-for children. The name before them may hold anything.
  private static func ticks(_ process: Int32, withChildren: Bool) -> Int64? {
    let stat = text("/proc/\(process)/stat")
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 14 else { return nil }
    return fields[11...(withChildren ? 14 : 12)].compactMap { Int64($0) }.reduce(0, +)
  }

  private static func proportionalSize(_ process: Int32) -> Int64 {
    for line in text("/proc/\(process)/smaps_rollup").split(separator: "\n") where line.hasPrefix("Pss:") {
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
      return kibibytes << 10
    }
    return 0
  }

  /// Empty when the process is gone.
  private static func text(_ path: String) -> String {
    guard let bytes = try? Descriptor.open(path).readAll(limit: 1 << 20) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
