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

  /// What the person froze meanwhile stays frozen. Nothing here waits for the log, which may stick again.
  func release() async {
    guard let why = heldBecause else { return }
    heldBecause = nil
    guard state == .frozen else { return }
    do throws(Fault) { try await wake() } catch {
      // Tried again the next time.
      if state == .frozen { heldBecause = why }
      return
    }
    await tell(["event": "frozen", "why": .string(why)])
    await tell(["event": "thawed"])
  }

  /// The person's own order: what Bailey froze by itself is his from now on.
  func keepFrozen() async {
    heldBecause = nil
    await tell(["event": "frozen"])
  }

  /// Records without waiting.
  private func tell(_ body: JSON) async {
    guard !hasEndRecord else { return }
    _ = await resources.recorder.observe([Record(.note, session: id, time: resources.now(), body: body)])
  }
}
