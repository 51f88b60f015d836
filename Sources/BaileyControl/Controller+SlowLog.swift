package import BaileyCore

// MARK: a log that does not keep up

extension Controller {
  /// Nanoseconds that a record may wait for the disk before sessions stand still: the agent would go on with what needs no record, and what
  /// it does need would pile up.
  package static let longestWait: Int64 = 10_000_000_000
  /// Below it, the log is well again.
  private static let shortWait: Int64 = 1_000_000_000

  /// Freezes sessions while the log is too slow, and thaws those again; until the task is cancelled.
  package func keepPace(with log: any LogPace) async {
    while !Task.isCancelled {
      await heed(log.waiting)
      try? await Task.sleep(for: .milliseconds(250))
    }
  }

  func heed(_ waiting: Int64) async {
    if waiting >= Self.longestWait {
      let why = "the log waits for the disk since \(waiting / 1_000_000_000) s"
      for session in sessions.values { await session.hold(why) }
    } else if waiting < Self.shortWait {
      for session in sessions.values { await session.release() }
    }
  }
}

extension Session {
  /// Why Bailey froze it by itself; `nil` if it did not.
  package var held: String? { state == .frozen ? heldBecause : nil }

  /// Freezes without a record: it is the log that is waited for.
  func hold(_ why: String) async {
    guard state == .running, (try? await sandbox.freeze()) != nil, state == .running else { return }
    state = .frozen
    heldBecause = why
  }

  /// What the person froze meanwhile stays frozen.
  func release() async {
    guard let why = heldBecause else { return }
    heldBecause = nil
    guard state == .frozen else { return }
    await write(.note, ["event": "frozen", "why": .string(why)])
    guard state == .frozen else { return }
    try? await thaw()
  }
}
