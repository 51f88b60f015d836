package import BaileyCore

// MARK: a log that does not keep up

extension Controller {
  /// Nanoseconds that a record may wait for the disk before sessions stand still: the agent would go on with what needs no record, and what
  /// it does need would pile up.
  package static let longestWait: Int64 = 10_000_000_000
  /// Below it, the log is well again.
  private static let shortWait: Int64 = 1_000_000_000
  /// Looks in a row at which it must be well, five seconds: one group that came through says little of the next.
  static let calmLooks = 20
  /// For the sandboxes of all sessions together; what hangs is gone on with beside the next looks.
  private static let patience = Duration.seconds(2)

  /// Freezes sessions while the log is too slow, and thaws those again; until the task is cancelled.
  package func keepPace(with log: any LogPace) async {
    while !Task.isCancelled {
      await heed(log.waiting)
      try? await Task.sleep(for: .milliseconds(250))
    }
  }

  func heed(_ waiting: Int64) async {
    calm = waiting < Self.shortWait ? min(calm + 1, Self.calmLooks) : 0
    if waiting >= Self.longestWait {
      let why = "the log waits for the disk since \(waiting / 1_000_000_000) s"
      await together { await $0.hold(why) }
    } else if calm == Self.calmLooks {
      await together { await $0.release() }
    } else if calm > 0 {
      // Its record is also what tries the disk.
      await together { await $0.tellHeld() }
    }
  }

  /// All at once, so that one that hangs keeps no other waiting.
  private func together(_ work: @escaping @Sendable (Session) async -> Void) async {
    guard !sessions.isEmpty else { return }
    let (end, underWay) = (AsyncStream.makeStream(of: Void.self), InFlight())
    for session in sessions.values {
      underWay.begin()
      Task {
        await work(session)
        underWay.end()
      }
    }
    Task {
      await underWay.drain()
      end.continuation.finish()
    }
    let patience = Task {
      try? await Task.sleep(for: Self.patience)
      end.continuation.finish()
    }
    for await _ in end.stream {}
    patience.cancel()
  }
}

extension Session {
  /// Why Bailey froze it by itself; `nil` if it did not.
  package var held: String? { state == .frozen ? heldBecause : nil }

  /// Freezes without a record: it is the log that is waited for.
  func hold(_ why: String) async {
    guard state == .running, !isHolding else { return }
    isHolding = true
    defer { isHolding = false }
    guard (try? await sandbox.freeze()) != nil, state == .running else { return }
    state = .frozen
    (heldBecause, isHoldTold) = (why, false)
  }

  /// Puts on record that it stands still, once the log takes records.
  func tellHeld() async {
    guard let why = held, !isHoldTold else { return }
    isHoldTold = true
    await tell(["event": "frozen", "why": .string(why)])
  }

  /// What the person froze meanwhile stays frozen. Nothing here waits for the log, which may stick again.
  func release() async {
    await tellHeld()
    guard let why = heldBecause else { return }
    heldBecause = nil
    guard state == .frozen else { return }
    do throws(Fault) { try await wake() } catch {
      // Tried again the next time.
      if state == .frozen { heldBecause = why }
      return
    }
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
