import BaileyControl
import BaileyCore
import BaileyLinux
import BaileyWire

extension Exchange {
  /// Starts a further program in a running session: its own record, its own terminal, the session's walls.
  func exec(_ request: ExecRequest, _ descriptors: PassedDescriptors, _ inbox: Inbox) async throws(Fault) -> Reply {
    let session = try await live(request.session)
    let takeStreams = try lending(request.streams, descriptors)
    let summary = await session.status
    let isInside = ExactText(request.workingDirectory).isPath(within: ExactText(summary.project))
    let directory = isInside ? request.workingDirectory : summary.project
    let execution = try await session.execute(
      command: request.command, environment: request.environment, workingDirectory: directory,
      takeStreams: takeStreams, terminal: request.terminal?.size)
    do throws(Fault) {
      let reply = try await serve(execution, session, summary, request, inbox)
      await execution.finishRecording()
      return reply
    } catch {
      // The client is gone: what it started goes, too.
      try? await execution.program.signal(9)
      execution.recording?.ended()
      await execution.finishRecording()
      throw error
    }
  }

  private func serve(
    _ execution: Execution, _ session: Session, _ summary: SessionSummary, _ request: ExecRequest, _ inbox: Inbox
  ) async throws(Fault) -> Reply {
    let program = execution.program
    var relay: TerminalRelay?
    if let master = program.takeTerminal() {
      let echoes = request.terminal?.echoes ?? true
      do { relay = try TerminalRelay(owning: master, echoes: echoes, recording: execution.recording) } catch {
        throw Fault("terminal-unusable", why: error.message)
      }
    }
    try send(.started(Started(session: session.id, project: summary.project, mode: summary.mode, notices: [])))
    connection.waitForClient()
    relay?.attach(connection)
    let status = await converse(program, relay, inbox)
    await relay?.drained()
    var ending = SessionEnding(session: session.id, code: SessionEnd.program(status).exitCode, cause: .program)
    if case .notStarted = status { ending.cause = .notStarted }
    return .ended(ending)
  }

  private func converse(_ program: any RunningProgram, _ relay: TerminalRelay?, _ inbox: Inbox) async -> ExitStatus {
    let input = Task { [connection] in
      for await incoming in inbox { await Self.take(incoming, program, relay) }
      // The client is gone; what it started goes with it.
      if !Task.isCancelled { try? await program.signal(9) }
      _ = connection
    }
    defer { input.cancel() }
    for await event in program.events {
      switch event {
      case .stopped(let signal): try? connection.send(.stopped(signal: signal))
      case .exited(let status): return status
      }
    }
    return .killed
  }

  private static func take(_ incoming: Incoming, _ program: any RunningProgram, _ relay: TerminalRelay?) async {
    switch incoming {
    case .data(let bytes): relay?.type(bytes)
    case .message(let json, _):
      guard let control = try? Control(json: json) else { return }
      switch control {
      case .resize(let size): relay?.resize(rows: size.rows, columns: size.columns)
      case .signal(let number): try? await program.signal(number)
      case .resume: try? await program.signal(18)
      case .detach, .agree: break
      }
    }
  }
}
