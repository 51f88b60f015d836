import BaileyCore
import BaileyLinux
import BaileySandbox
import Glibc

/// The end of 500 processes, half of them forked twice and in sessions of their own: `bailey kill`, whole, beside a SIGKILL of pid 1 alone.
///
/// Both sandboxes are bailey-jail's, so that the kernel has the same to clear away. A time ends when the last process is gone: the kernel
/// lets nobody reap pid 1 of a pid namespace before. `bailey kill` starts the CLI, asks the controller, and waits for the session's records.
struct KillBench {
  private let bailey: String
  private let jail: String
  private let bench: Bench
  private static let script =
    "i=0; while [ $i -lt 250 ]; do sleep 98765 & (setsid sleep 98765 &); i=$((i+1)); done; echo up; wait"

  init(bailey: String, jail: String) throws {
    self.bailey = bailey
    self.jail = jail
    bench = try Bench(jail: jail, command: ["/bin/sh", "-c", Self.script], streams: .output)
  }

  func run(_ rounds: Int) throws {
    defer { bench.clean() }
    var (ours, bare): ([Int64], [Int64]) = ([], [])
    for _ in 0..<rounds {
      bare.append(try killBare())
      ours.append(try killWithBailey())
    }
    Bench.report([("SIGKILL of pid 1", bare), ("bailey kill", ours)])
  }

  private func killBare() throws -> Int64 {
    let pipe = try Descriptor.pipe().take()
    let output = Descriptor(owning: pipe.0)
    let sandbox = try bench.start(output: pipe.1)
    _ = Descriptor(owning: pipe.1)
    try awaitUp(output)
    let start = Clock.monotonic
    try sandbox.initProcess.sendSignal(9)
    _ = try sandbox.initProcess.reap()
    return Clock.monotonic - start
  }

  private func killWithBailey() throws -> Int64 {
    let null = try Descriptor.open("/dev/null", .readWrite)
    let pipe = try Descriptor.pipe().take()
    let output = Descriptor(owning: pipe.0)
    let variables = CurrentProcess.environment.map { "\($0.key)=\($0.value)" }
    let run = try Descriptor.spawn(
      bailey, arguments: [bailey, "run", "-q", "--", "/bin/sh", "-c", Self.script], environment: variables,
      descriptors: [null.raw, pipe.1, 2])
    _ = Descriptor(owning: pipe.1)
    try awaitUp(output)
    let start = Clock.monotonic
    let kill = try Descriptor.spawn(
      bailey, arguments: [bailey, "kill", "--all"], environment: variables, descriptors: [null.raw, null.raw, 2])
    guard try Descriptor.process(kill).reap() == .exited(0) else { throw Bench.Failed.bailey }
    let elapsed = Clock.monotonic - start
    _ = try Descriptor.process(run).reap()
    return elapsed
  }

  private func awaitUp(_ output: borrowing Descriptor) throws {
    guard let line = try? output.read(upTo: 16), line.starts(with: Array("up".utf8)) else { throw Bench.Failed.jail }
    // The last of them may still be on their way to `sleep`.
    usleep(500_000)
  }
}
