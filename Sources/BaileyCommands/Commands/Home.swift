import ArgumentParser
import BaileyCore
import BaileyWire

struct Home: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "home", abstract: "The private home directory that sessions of this project share.",
    discussion: """
      EXAMPLES
        bailey home reset
      """,
    subcommands: [HomeReset.self])
}

struct HomeReset: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "Empty it: caches, settings and logins made inside are gone.",
    discussion: """
      EXAMPLES
        bailey home reset
        bailey home reset --yes
      """)

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    if !yes {
      guard console.canAsk else {
        throw Failure(2, Fault("confirmation-needed", why: "nobody can be asked whether to reset", hint: "give --yes"))
      }
      let answer = console.ask("Empty the private home of this project? [y/N] ")
      guard answer == "y" || answer == "yes" else { return 0 }
    }
    try Client.order(.resetHome(directory: try Surroundings.workingDirectory()))
    console.confirm([:], "reset")
    return 0
  }
}
