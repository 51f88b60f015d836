import ArgumentParser
import BaileyCore
import BaileyWire

struct Revoke: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a granted path back from a running session.",
    discussion: """
      EXAMPLES
        bailey revoke 4f7c ~/datasets

      What the agent has open already stays open to it.
      """)

  @Argument(help: "A session's name or the beginning of it.", completion: .sessions)
  var session: String
  @Argument(help: "The path that was granted.")
  var path: String
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let path = Surroundings.absolute(path, from: try Surroundings.workingDirectory())
    try Client.order(.revoke(try SessionOption.reference(session), path: path))
    console.confirm(["path": .string(path)], "revoked")
    return 0
  }
}
