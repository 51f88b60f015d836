import ArgumentParser
import BaileyCore

/// A program of its own: it needs the inspection and its libraries, which this one stays without.
struct Fingerprint: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "fingerprint",
    abstract: "Register sources and records that must not leave, and look for parts of them.",
    discussion: """
      What follows goes to the program bailey-fingerprint; `bailey fingerprint add --help` is help for one of its tools.

      EXAMPLES
        bailey fingerprint add ~/src/secret-engine
        bailey fingerprint add-records customers.csv --primary email
        bailey fingerprint list
        git diff | bailey fingerprint check -
      """)

  /// What `bailey completion` offers for the first word.
  static let tools = ["add", "add-records", "list", "remove", "check"]

  @Argument(
    parsing: .captureForPassthrough, help: "One of \(tools.joined(separator: ", ")), and what it takes.",
    completion: .list(tools))
  var arguments: [String] = []

  var console: Console { Console() }

  func execute() throws(Failure) -> Int32 { try InstalledProgram.become("bailey-fingerprint", arguments) }
}
