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

  /// - Parameter memoryLimit: what is surely below it is told as the sum of resident sizes, which is no less than that of proportional ones
  ///   and much cheaper to ask for; `nil` is the exact sum.
  static func usage(ofInit process: Int32, memoryLimit: Int64? = nil) -> Usage? {
    guard var total = ticks(process) else { return nil }
    var found = [process]
    var queue = children(of: process)
    while let next = queue.popLast(), found.count < Self.processLimit {
      guard let own = ticks(next) else { continue }
      total += own
      found.append(next)
      queue += children(of: next)
    }
    return Usage(
      processes: found.count, memory: memory(of: found, limit: memoryLimit),
      processorTime: total * Self.nanosecondsPerTick)
  }

  /// Pages that a process may have beyond what `statm` says. From Linux 6.2 to 6.16 each processor keeps a part of each of three counters to itself
  /// (`percpu_counter_batch`).
  private static let uncountedPages = 3 * Kernel.processors * max(32, 2 * Kernel.processors)

  private static func memory(of processes: [Int32], limit: Int64?) -> Int64 {
    if let limit {
      let resident = processes.reduce(0) { $0 + residentSize($1, uncounted: Self.uncountedPages) }
      if resident <= limit { return resident }
    }
    // Of a program that may be executed but not read, and of one that made itself undumpable, only the resident size is told.
    return processes.reduce(0) { $0 + (proportionalSize($1) ?? residentSize($1)) }
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
  private static func ticks(_ process: Int32) -> Int64? {
    let stat = text("/proc/\(process)/stat")
    guard let end = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[stat.index(after: end)...].split(separator: " ")
    guard fields.count > 14 else { return nil }
    return fields[11...14].compactMap { Int64($0) }.reduce(0, +)
  }

  /// 0 when the process is gone.
  private static func residentSize(_ process: Int32, uncounted: Int = 0) -> Int64 {
    let pages = text("/proc/\(process)/statm").split(separator: " ").dropFirst().first.flatMap { Int64($0) } ?? 0
    return pages == 0 ? 0 : (pages + Int64(uncounted)) * Int64(Kernel.pageSize)
  }

  /// `nil` when the process is gone, or what it maps is not for this user to see.
  private static func proportionalSize(_ process: Int32) -> Int64? {
    for line in text("/proc/\(process)/smaps_rollup").split(separator: "\n") where line.hasPrefix("Pss:") {
      return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 << 10 }
    }
    return nil
  }

  /// Empty when the process is gone, or will not be read.
  private static func text(_ path: String) -> String {
    guard let bytes = try? Descriptor.open(path).readAll(limit: 1 << 20) else { return "" }
    return String(decoding: bytes, as: UTF8.self)
  }
}
