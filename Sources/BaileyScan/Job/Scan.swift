internal import BaileyCore
internal import BaileyLinux
internal import Synchronization

/// Reads everything that a source names, on several threads, until it is done or somebody interrupts it.
struct Scan {
  let setup: ScanSetup
  let results: ScanResults
  var repository: GitRepository?
  var jobs: Int
  /// Called now and then by the thread that waits, with the nanoseconds since the start.
  var progress: (Int64) -> Void = { _ in }

  private static let stackBytes = 4 << 20
  private static let signals: [Int32] = [2, 15]
  /// How long the threads may take to see that they are to stop, in nanoseconds.
  private static let patience: Int64 = 5_000_000_000

  /// - Returns: whether it came to its end.
  func run(_ source: sending any TaskSource) throws(Fault) -> Bool {
    let feed = TaskFeed(source)
    let team = Team(bell: try Self.making { () throws(Errno) in try Descriptor.eventCounter() })
    let interrupts = try Self.making { () throws(Errno) in
      try Signals.block(Self.signals)
      return try Descriptor.signals(Self.signals)
    }
    for number in 0..<jobs { try start(number, feed, team) }
    return wait(team, interrupts)
  }

  private static func making(_ make: () throws(Errno) -> Descriptor) throws(Fault) -> Descriptor {
    do throws(Errno) { return try make() } catch {
      throw Fault("thread-missing", subject: "scan", why: error.message)
    }
  }

  /// One thread is enough, if there are no more.
  private func start(_ number: Int, _ feed: TaskFeed, _ team: Team) throws(Fault) {
    team.begin()
    do throws(Errno) {
      let (setup, results, repository) = (setup, results, repository)
      try startThread("scan", stackBytes: Self.stackBytes) {
        let worker = Worker(setup, results, repository)
        while !results.isStopping, let task = feed.next() { worker.scan(task) }
        team.end()
      }
    } catch {
      team.end()
      if number == 0 { throw Fault("thread-missing", subject: "scan", why: error.message, hint: "try again later") }
    }
  }

  private func wait(_ team: Team, _ interrupts: borrowing Descriptor) -> Bool {
    let start = Clock.monotonic
    var stopped: Int64?
    while team.isWorking {
      let ready = try? poll([(team.bell.raw, .input), (interrupts.raw, .input)], milliseconds: 200)
      if ready?[1] == .input {
        // Who asks twice does not wait.
        if stopped != nil { return false }
        _ = try? interrupts.nextSignal()
        results.stop()
        stopped = Clock.monotonic
      }
      if let stopped, Clock.monotonic - stopped > Self.patience { return false }
      progress(Clock.monotonic - start)
    }
    return stopped == nil
  }
}

/// Lets one thread at a time walk.
private final class TaskFeed: Sendable {
  private let source: Mutex<any TaskSource>

  init(_ source: sending any TaskSource) { self.source = Mutex(source) }

  func next() -> ScanTask? { source.withLock { $0.next() } }
}

/// The threads that are not yet done.
private final class Team: Sendable {
  let bell: Descriptor
  private let working = Atomic(0)

  init(bell: consuming Descriptor) { self.bell = bell }

  var isWorking: Bool { working.load(ordering: .acquiring) > 0 }

  func begin() { working.add(1, ordering: .relaxed) }

  func end() { if working.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { bell.notify() } }
}
