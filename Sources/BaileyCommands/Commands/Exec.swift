import ArgumentParser
import BaileyCore
import BaileyWire

struct Exec: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a further program in a running session.",
    discussion: """
      EXAMPLES
        bailey exec -- ps aux                 in the newest session of this project
        bailey exec 4f7c -- bash

      The exit code is the program's own.
      """)

  @OptionGroup var target: SessionOption
  @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
  var command: [String] = []

  var console: Console { Console() }

  func validate() throws {
    if command.isEmpty { throw ValidationError("Give the program after `--`, for instance: bailey exec -- bash") }
  }

  func execute() throws(Failure) -> Int32 {
    try Surroundings.checkWords(command)
    let directory = try Surroundings.workingDirectory()
    let session = try target.reference()
    return try Conversation(console: console).program { terminal, plan throws(Failure) in
      .exec(
        ExecRequest(
          session: session, command: command, workingDirectory: directory, environment: Surroundings.environment(),
          terminal: terminal, streams: plan))
    }
  }
}
