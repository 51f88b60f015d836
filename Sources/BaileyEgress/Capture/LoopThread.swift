import BaileyCore
import BaileyLinux

/// Something a loop waits for. Confined to the loop's thread.
protocol LoopSource: AnyObject {
  var session: SessionCore { get }
  /// Monotonic nanoseconds after which `expire` is called; 0 is never.
  var deadline: Int64 { get }
  /// - Parameter second: which of the source's two descriptors.
  func ready(_ events: Readiness, second: Bool)
  func expire()
  func receive(_ message: LoopMessage)
  /// Closes everything at once; called when the session ends.
  func abort()
}

/// The state of one event loop, on its own thread.
final class LoopThread {
  let loop: EventLoop
  let buffer = TransferBuffer(capacity: 128 << 10)
  private let poll: EventPoll
  private var sources: [UInt64: any LoopSource] = [:]
  private var nextIdentifier: UInt64 = 1
  private var turns: [UInt64] = []
  private var lastSweep: Int64 = 0
  private(set) var now = Clock.monotonic

  private static let bellToken: UInt64 = 0
  private static let sweepPeriod: Int64 = 500_000_000

  init(_ loop: EventLoop) throws(Errno) {
    self.loop = loop
    poll = try EventPoll()
    try poll.add(loop.bellNumber, .input, token: Self.bellToken)
  }

  func run() throws(Errno) -> Never {
    while true {
      let events = try poll.wait(limit: 256, milliseconds: turns.isEmpty ? timeout : 0)
      now = Clock.monotonic
      for event in events { dispatch(event) }
      takeTurns()
      sweep()
    }
  }

  /// Without sources nothing can expire, and an idle controller does not wake.
  private var timeout: Int32 { sources.values.contains { $0.deadline > 0 } ? 500 : -1 }

  private func dispatch(_ event: EventPoll.Event) {
    if event.token == Self.bellToken {
      for message in loop.takeAll() { handle(message) }
    } else {
      sources[event.token >> 1]?.ready(event.ready, second: event.token & 1 == 1)
    }
  }

  private func handle(_ message: LoopMessage) {
    switch message {
    case .serve(let session, let number, let door): serve(session, number, door)
    case .ruled(let source, let ruling, let session):
      guard let waiting = sources[source] else { return Self.dropped(ruling, session) }
      waiting.receive(message)
    case .resolved(let source, _), .reconsidered(let source), .answered(let source, _):
      sources[source]?.receive(message)
    case .close(let session, let continuation):
      for source in sources.values where source.session.number == session { source.abort() }
      continuation.resume()
    }
  }

  /// A person said yes to a connection that is gone: allowed, and it did not happen.
  private static func dropped(_ ruling: Ruling, _ session: SessionCore) {
    guard ruling.isAllowed else { return }
    let gone = Refusal("client-gone", "the connection ended before the decision")
    session.complete(ruling, Outcome(succeeded: false, detail: ["reason": gone.detail]))
  }

  private func serve(_ session: SessionCore, _ number: Int32, _ door: Door) {
    if door == .dnsDatagrams {
      _ = DNSSocket(self, session, number)
    } else {
      _ = Listener(self, session, number, door)
    }
  }

  /// Gives sources that moved a lot another turn, after all others had theirs.
  private func takeTurns() {
    let due = turns
    turns.removeAll(keepingCapacity: true)
    for identifier in due { sources[identifier]?.ready([], second: false) }
  }

  private func sweep() {
    guard now - lastSweep >= Self.sweepPeriod else { return }
    lastSweep = now
    for source in sources.values where source.deadline > 0 && source.deadline <= now { source.expire() }
  }
}

extension LoopThread {
  func register(_ source: any LoopSource) -> UInt64 {
    defer { nextIdentifier += 1 }
    sources[nextIdentifier] = source
    return nextIdentifier
  }

  func forget(_ identifier: UInt64) { sources[identifier] = nil }

  func watch(_ number: Int32, _ events: Readiness, _ identifier: UInt64, second: Bool = false) throws(Errno) {
    try poll.add(number, events, token: identifier << 1 | (second ? 1 : 0))
  }

  func unwatch(_ number: Int32) { _ = try? poll.remove(number) }

  func yield(_ identifier: UInt64) { turns.append(identifier) }

  func after(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    return now + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
}
