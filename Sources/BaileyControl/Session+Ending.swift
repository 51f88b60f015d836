import BaileyCore

// MARK: the end

extension Session {
  /// Ends the session once, whoever asks first; the others wait for the same end.
  func finish(_ end: SessionEnd) async {
    switch state {
    case .ended: return
    case .ending:
      _ = await wait()
      return
    case .running, .frozen: state = .ending(end)
    }
    mediator.close()
    if end == .killed { await killEverything() } else { await endSandbox() }
    await observer.finish()
    await recordProvenance(end == .killed ? summary : ended(end))
    let traffic = egress.traffic
    await egress.close()
    await closeRecordings(end == .killed ? .milliseconds(500) : .seconds(2))
    await mediator.end()
    await resources.workspaces.close(session: id)
    await keepDiff()
    if end != .killed { summary = ended(end) }
    let summary = summary
    async let saved: Void = end == .killed ? () : save(summary)
    await write(.sessionEnd, Self.endBody(end, traffic))
    await saved
    state = .ended(end)
    guarding?.cancel()
    for waiter in waiters { waiter.resume(returning: end) }
    waiters = []
    tellKillers(nil)
  }

  /// An order to kill waits for nothing that can happen while the processes die: the cut of the connections, the end of the watch, the
  /// summary's way to the disk.
  private func killEverything() async {
    let ended = ended(.killed)
    async let cut: Void = egress.close()
    async let unwatched: Void = resources.workspaces.unwatch(session: id)
    async let saved: Void = save(ended)
    await endSandbox()
    await cut
    await unwatched
    await saved
    summary = ended
  }

  /// - Parameter patience: for a client that reads nothing and so holds up the last output; an order to kill waits for its answer.
  private func closeRecordings(_ patience: Duration) async {
    // A terminal that nobody took has nobody who says that it is over.
    recording?.ended()
    for transcript in transcripts { await transcript.finish(patience) }
  }

  private func ended(_ end: SessionEnd) -> SessionSummary {
    var ended = summary
    ended.state = .ended
    ended.ended = resources.now()
    ended.exitCode = end.exitCode
    return ended
  }

  private nonisolated func save(_ summary: SessionSummary) async {
    do { try await resources.archive.save(summary) } catch {}
  }

  /// Nothing that a process may still need is taken from it, but all that it may still do outside.
  private func endSandbox() async {
    var isKnown = false
    while true {
      do throws(Fault) {
        if try await !sandbox.kill() { await note("watch-unfinished") }
        return
      } catch {
        let fault = Fault(error.code, subject: id.text, why: error.why, hint: error.hint)
        if !isKnown {
          await egress.close()
          await write(.note, ["event": "not-killed", "fault": fault.json])
        }
        isKnown = true
        tellKillers(fault)
      }
    }
  }

  private static func endBody(_ end: SessionEnd, _ traffic: Traffic) -> JSON {
    let cause: JSON =
      switch end {
      case .program: "program"
      case .killed: "killed"
      case .limit(let name): .string("limit:" + name)
      }
    return [
      "cause": cause, "exit_code": .int(Int64(end.exitCode)), "sent_bytes": .int(traffic.sent),
      "received_bytes": .int(traffic.received), "connections": .int(traffic.connections),
    ]
  }
}
