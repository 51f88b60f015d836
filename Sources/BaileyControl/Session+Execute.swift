package import BaileyCore

/// A further program of a session.
package struct Execution: Sendable {
  package let program: any RunningProgram
  /// To be given what its terminal shows; the bytes of one without a terminal are carried past it already.
  package let recording: (any SessionRecording)?
  let transcript: Transcript?

  /// To be called when it shows nothing any more.
  package func finishRecording() async { await transcript?.finish(.seconds(2)) }
}

extension Session {
  /// Starts a further program that the person ordered; on record before it runs.
  package func execute(
    command: [String], environment: [String: String], workingDirectory: String,
    takeStreams: @Sendable () -> StandardStreams, terminal: TerminalSize?
  ) async throws(Fault) -> Execution {
    guard state == .running else { throw notRunning }
    programs += 1
    let number = programs
    let body: JSON = [
      "event": "exec", "argv": .array(command.map(JSON.string)), "program": .int(Int64(number)),
    ]
    try await resources.recorder.append(Record(.note, session: id, time: resources.now(), body: body), .grouped)
    let recording = try await openRecording(number, terminal)
    do throws(Fault) {
      guard state == .running else { throw notRunning }
      var streams = takeStreams()
      if terminal == nil, let recording, let keeper = resources.recordings {
        streams = try keeper.tap(streams, recording)
      }
      let program = try await sandbox.execute(
        command: command, environment: environment, workingDirectory: workingDirectory, streams: streams,
        terminal: terminal)
      let transcript: Transcript? = if let recording { await record(recording, isTerminals: false) } else { nil }
      return Execution(program: program, recording: recording, transcript: transcript)
    } catch {
      await recording?.discard()
      throw error
    }
  }
}
