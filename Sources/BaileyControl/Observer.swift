import BaileyCore
import Synchronization

/// Turns what the kernel saw into records, off the supervisor's thread and many at a time: the agent waits for the supervisor only.
///
/// At most 8,192 events with 16 MiB of text wait, for 100 ms; what does not fit is counted, and the count becomes a record of its own. After
/// `finish` every event is either a record or counted.
///
/// An agent can make events as often as it likes, and the disk is the person's. So a session has a reserve that a large build does not use
/// up, and beyond it a trickle: a flood leaves tens of megabytes, and then about one a minute. What came before it stays.
final class Observer: SandboxObserver {
  /// A build of 300 files with `make -j` makes about 3,000 events in seconds; one of 5,000 files is whole as well.
  static let burst = 50_000
  /// What the reserve fills up with, and what is kept of a flood that has used it up.
  static let recordsPerMinute = 1_000
  /// Bytes of text that count as one record: long command lines use the reserve up by their size.
  private static let usualSize = 1024
  static let limit = 8192
  /// Of the texts of those that wait: an exec has up to 32 KiB of arguments.
  static let byteLimit = 16 << 20
  private static let gathering = Duration.milliseconds(100)

  private struct State {
    var events: [(time: Int64, event: ObservedEvent)] = []
    var bytes = 0
    var lost = 0
    var ledger: ReadLedger?
    var limiter = RecordLimiter(perMinute: Observer.recordsPerMinute, burst: Observer.burst)
    /// Losses whose record could not be written.
    var untold = 0
    /// Waits a little, then writes what has gathered; `nil` when nothing waits.
    var writing: Task<Void, Never>?

    mutating func keep(_ event: ObservedEvent, _ time: Int64) {
      // Distinct paths are bounded where they are seen, and have no share in the reserve: changes are not to give way to reads.
      let isBounded = event.operation == .read
      let size = event.arguments.reduce(event.path.utf8.count + (event.target?.utf8.count ?? 0)) { $0 + $1.utf8.count }
      let cost = isBounded ? 0 : 1 + size / Observer.usualSize
      let (isAdmitted, suppressed) = limiter.admit(cost: cost, now: time)
      lost += suppressed
      guard isAdmitted else { return }
      guard events.count < Observer.limit, bytes + size <= Observer.byteLimit else {
        lost += 1
        return
      }
      events.append((time, event))
      bytes += size
    }
  }

  private let subject: Subject
  private let recorder: any Recorder
  private let now: @Sendable () -> Int64
  private let state = Mutex(State())

  init(subject: Subject, recorder: any Recorder, now: @escaping @Sendable () -> Int64) {
    self.subject = subject
    self.recorder = recorder
    self.now = now
  }

  func observed(_ event: ObservedEvent) {
    let time = now()
    state.withLock { state in
      state.keep(event, time)
      guard state.writing == nil, !state.events.isEmpty || state.lost > 0 else { return }
      state.writing = Task.detached {
        // Cancelled, the session has ended and nothing more will come.
        do { try await Task.sleep(for: Self.gathering) } catch {}
        await self.write()
      }
    }
  }

  /// Returns when everything that was observed is with the recorder. For after the last process of the session has ended.
  func finish() async {
    await flush()
    state.withLock { $0.lost += $0.limiter.takeSuppressed() + ($0.ledger?.beyond ?? 0) }
    await write()
  }

  func finished(_ reads: ReadLedger) { state.withLock { $0.ledger = reads } }

  /// What was read, after the end; `nil` where that is not recorded or not all of it is known.
  var ledger: ReadLedger? { state.withLock(\.ledger) }

  /// Does not wait for more to gather.
  func flush() async {
    let writing = state.withLock { $0.writing }
    writing?.cancel()
    await writing?.value
  }

  private func write() async {
    while let (events, lost) = take() {
      let records = events.map {
        Record.observed(Self.action($0.event, subject), Self.outcome($0.event), time: $0.time)
      }
      let missed = await lost + recorder.observe(records)
      guard missed > 0 else { continue }
      if await append(.gap(missed, session: subject.session, time: now())) { continue }
      // Told with the next events, if there are any: the log does not take anything now.
      state.withLock { $0.untold += missed }
    }
  }

  /// What has gathered; `nil` when that is nothing, and the next event starts a task of its own.
  private func take() -> (events: [(time: Int64, event: ObservedEvent)], lost: Int)? {
    state.withLock { state in
      guard !state.events.isEmpty || state.lost > 0 else {
        state.writing = nil
        return nil
      }
      defer {
        state.events = []
        state.bytes = 0
        state.lost = 0
        state.untold = 0
      }
      return (state.events, state.lost + state.untold)
    }
  }

  private func append(_ record: Record) async -> Bool {
    do { try await recorder.append(record, .grouped) } catch { return false }
    return true
  }

  private static func action(_ event: ObservedEvent, _ subject: Subject) -> Action {
    var action =
      switch event.operation {
      case .exec: Action.exec(subject, path: event.path, arguments: event.arguments)
      case .connect: Action(.netConnect, subject, resource: ["address": .string(event.path), "transport": "observed"])
      case .read: Action.read(subject, path: event.path, resolved: event.target)
      case .open, .rename, .unlink, .mkdir, .symlink, .link:
        Action.write(subject, path: event.path, operation: event.operation.rawValue, to: event.target)
      }
    action.context = ["pid": .int(Int64(event.process))]
    return action
  }

  private static func outcome(_ event: ObservedEvent) -> Outcome {
    var detail: [String: JSON] = ["observed": true]
    if let found = event.found { detail["found"] = .string(found.rawValue) }
    return Outcome(succeeded: !event.refused, detail: .object(detail))
  }
}
