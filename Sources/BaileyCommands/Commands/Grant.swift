import ArgumentParser
import BaileyCore
import BaileyWire

struct Grant: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "grant", abstract: "Make a path visible in a running session.",
    discussion: """
      EXAMPLES
        bailey grant 4f7c ~/datasets
        bailey grant 4f7c /srv/out --write
      """)

  @Argument(help: "A session's name or the beginning of it.", completion: .sessions)
  var session: String
  @Argument(help: "A path of the host; it appears under the same name inside.")
  var path: String
  @Flag(help: "Writable; else it can only be read.")
  var write = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let path = Surroundings.absolute(path, from: try Surroundings.workingDirectory())
    try Client.order(.grant(try SessionOption.reference(session), path: path, writable: write))
    console.confirm(["path": .string(path), "write": .bool(write)], "granted")
    return 0
  }
}
