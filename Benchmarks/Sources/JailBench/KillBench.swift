import BaileyCore
import BaileyLinux
import Glibc

/// The end of 500 processes, half of them forked twice and in sessions of their own: `bailey kill`, whole, beside a SIGKILL of pid 1 alone.
///
/// Both times in a session of Bailey's, so that the kernel has the same to clear away. A bare kill ends when the kernel says so of pid 1,
/// which is after the last of its namespace is gone; `bailey kill` when it returns: it starts the CLI, asks the controller, and waits for the
/// session's records.
struct KillBench {
  let bailey: String
  private static let script =
    "i=0; while [ $i -lt 250 ]; do sleep 98765 & (setsid sleep 98765 &); i=$((i+1)); done; echo up; wait"

  func run(_ rounds: Int) throws {
    var (ours, bare): ([Int64], [Int64]) = ([], [])
    _ = try measure { try killWithBailey() }
    for _ in 0..<rounds {
      bare.append(try measure { try killBare() })
      ours.append(try measure { try killWithBailey() })
    }
    Bench.report([("SIGKILL of pid 1", bare), ("bailey kill", ours)])
  }

  /// Starts a session with its processes, and takes the time of its end.
  private func measure(_ kill: () throws -> Int64) throws -> Int64 {
    let null = try Descriptor.open("/dev/null", .readWrite)
    let pipe = try Descriptor.pipe().take()
    let output = Descriptor(owning: pipe.0)
    let run = try Descriptor.spawn(
      bailey, arguments: [bailey, "run", "-q", "--", "/bin/sh", "-c", Self.script], environment: Self.variables,
      descriptors: [null.raw, pipe.1, 2])
    _ = Descriptor(owning: pipe.1)
    guard let line = try? output.read(upTo: 16), line.starts(with: Array("up".utf8)) else { throw Bench.Failed.jail }
    // The last of them may still be on their way to `sleep`.
    usleep(500_000)
    let elapsed = try kill()
    _ = try Descriptor.process(run).reap()
    return elapsed
  }

  private static var variables: [String] { CurrentProcess.environment.map { "\($0.key)=\($0.value)" } }

  private func killBare() throws -> Int64 {
    let first = try Descriptor.process(try initProcess())
    let start = Clock.monotonic
    try first.sendSignal(9)
    _ = try poll([(first.raw, .input)])
    return Clock.monotonic - start
  }

  private func killWithBailey() throws -> Int64 {
    let null = try Descriptor.open("/dev/null", .readWrite)
    let start = Clock.monotonic
    let kill = try Descriptor.spawn(
      bailey, arguments: [bailey, "kill", "--all"], environment: Self.variables, descriptors: [null.raw, null.raw, 2])
    guard try Descriptor.process(kill).reap() == .exited(0) else { throw Bench.Failed.bailey }
    return Clock.monotonic - start
  }

  /// The newest process of bailey-jail whose parent is a controller.
  private func initProcess() throws -> Int32 {
    var found: Int32 = -1
    for entry in try Descriptor.entries(of: "/proc") {
      guard let number = Int32(entry.text), let (name, parent) = Self.stat(number), name == "bailey-jail" else {
        continue
      }
      if let (above, _) = Self.stat(parent), above == "baileyd" { found = max(found, number) }
    }
    guard found > 0 else { throw Bench.Failed.jail }
    return found
  }

  /// Name and parent, of proc_pid_stat(5).
  private static func stat(_ process: Int32) -> (name: String, parent: Int32)? {
    guard let bytes = try? Descriptor.open("/proc/\(process)/stat").readAll(limit: 4096) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else { return nil }
    let fields = text[close...].split(separator: " ")
    guard fields.count > 2, let parent = Int32(fields[2]) else { return nil }
    return (String(text[text.index(after: open)..<close]), parent)
  }
}
