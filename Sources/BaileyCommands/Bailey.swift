import ArgumentParser
import BaileyCore
import BaileyLinux
import BaileyWire

/// The command line. Each command has its file in Commands/.
struct Bailey: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bailey",
    abstract: "Run an AI agent inside walls, then review what it did.",
    discussion: """
      EXAMPLES
        bailey run -- claude                run an agent in this project
        bailey run --allow-host api.example.com -- bash
        bailey diff                         see what it changed
        bailey apply                        take the changes into the project
        bailey log verify                   check the record of everything
        bailey scan                         find secrets in this directory
      """,
    version: baileyVersion,
    subcommands: [
      Run.self, Ps.self, Attach.self, Exec.self, Kill.self, Freeze.self, Thaw.self, Grant.self, Revoke.self,
      Diff.self, Apply.self, Discard.self, Undo.self, Log.self, Replay.self, Provenance.self, Evidence.self,
      Verify.self, Payloads.self, Hold.self, Secrets.self, Trust.self, Home.self, Fingerprint.self, Policy.self,
      Scan.self, Doctor.self,
      Completion.self, Version.self,
    ])
}

/// A command that ends with an exit code of its own.
protocol BaileyCommand: ParsableCommand {
  var console: Console { get }
  func execute() throws(Failure) -> Int32
}

/// Parses, executes, reports; the whole program but `exit`.
package enum BaileyMain {
  /// - Parameter arguments: without the program's name.
  /// - Returns: the exit code.
  package static func run(_ arguments: [String]) -> Int32 {
    Descriptor.fillStandardStreams()
    let command: any ParsableCommand
    do { command = try parse(arguments) } catch { return refuse(error, arguments) }
    guard let command = command as? any BaileyCommand else { return help(command, arguments) }
    do throws(Failure) {
      return try command.execute()
    } catch {
      if let fault = error.fault { command.console.show(fault) }
      return error.code
    }
  }

  /// `run` is parsed by itself, for the tree of all commands costs a millisecond. What it does not take, the tree explains.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    if arguments.first == Run._commandName,
      let run = (try? Run.parseAsRoot(Array(arguments.dropFirst()))) as? Run
    {
      return run
    }
    return try Bailey.parseAsRoot(arguments)
  }

  /// Help and the version are answers; anything else is a usage error, which is 2 and not ArgumentParser's 64.
  private static func refuse(_ error: any Error, _ arguments: [String]) -> Int32 {
    let text = Bailey.fullMessage(for: error)
    let hint = meant(arguments)
    let isAnswer = Bailey.exitCode(for: error) == .success
    var console = Console()
    console.isJSON = wantsJSON(arguments)
    if isAnswer {
      console.write(text.hasSuffix("\n") ? text : text + "\n")
      return 0
    }
    if console.isJSON {
      console.show(.usage(Bailey.message(for: error), hint: hint))
    } else {
      console.insist(text + (hint.map { "\nhint: " + $0 } ?? ""))
    }
    return 2
  }

  /// The command that a misspelt first word was meant to be.
  private static func meant(_ arguments: [String]) -> String? {
    let names = Bailey.configuration.subcommands.compactMap { $0._commandName }
    guard let word = arguments.first, !word.hasPrefix("-"), !names.contains(word) else { return nil }
    return Spelling.nearest(to: word, among: names).map { "did you mean `bailey \($0)`?" }
  }

  /// A command that only has sub-commands says what they are.
  private static func help(_ command: any ParsableCommand, _ arguments: [String]) -> Int32 {
    var command = command
    do { try command.run() } catch { return refuse(error, arguments) }
    return 0
  }

  private static func wantsJSON(_ arguments: [String]) -> Bool {
    arguments.prefix { $0 != "--" }.contains("--json")
  }
}
