import ArgumentParser
import BaileyCore
import BaileyLinux

/// What needs cryptography, and no controller: a program of its own, which this one becomes.
enum LogTool {
  static func become(_ arguments: [String]) throws(Failure) -> Int32 {
    try InstalledProgram.become("bailey-log", arguments)
  }
}

struct LogProve: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "proof", abstract: "Print the proof that a record is in the log, as a .tlog-proof file.",
    discussion: """
      EXAMPLES
        bailey log proof 1234 > x.tlog-proof
        bailey log proof 1234 --entry x.json > x.tlog-proof
      """)

  @Argument(parsing: .captureForPassthrough, help: "The record's number, and --entry FILE for the record itself.")
  var arguments: [String] = []

  var console: Console { Console() }

  func execute() throws(Failure) -> Int32 { try LogTool.become(["proof"] + arguments) }
}

struct LogRecover: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Say why the log does not start, and begin a new one where that is wanted.",
    discussion: """
      EXAMPLES
        bailey log recover
        bailey log recover --yes
      """)

  @Argument(parsing: .captureForPassthrough, help: "--yes begins a new log without asking.")
  var arguments: [String] = []

  var console: Console { Console() }

  func execute() throws(Failure) -> Int32 { try LogTool.become(["recover"] + arguments) }
}
