import ArgumentParser
import BaileyCore
import BaileyWire

struct Discard: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "discard", abstract: "Throw a session's changes away; the project stays as it is.",
    discussion: """
      EXAMPLES
        bailey discard
        bailey discard 4f7c --path build --yes
      """)

  @OptionGroup var target: SessionOption
  @Option(help: ArgumentHelp("Only this path and what is below it; may be repeated.", valueName: "path"))
  var path: [String] = []
  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let source = try ReviewSource(try target.reference(), console)
    let filter =
      path.isEmpty
      ? try PathFilter([], directory: "/", project: "/")
      : try PathFilter(path, directory: try Surroundings.workingDirectory(), project: try source.project())
    let count = source.changes.changes.count { filter.matches($0.path) }
    if !yes, try !agrees(count) {
      console.confirm([:], "nothing was discarded")
      return 0
    }
    try Client.order(.discard(.named(source.session.text), paths: filter.paths))
    console.confirm(["session": .string(source.session.text)], "discarded \(counted(count, "change"))")
    return 0
  }

  private func agrees(_ count: Int) throws(Failure) -> Bool {
    guard console.canAsk else {
      throw Failure(2, Fault("confirmation-needed", why: "nobody can be asked whether to discard", hint: "give --yes"))
    }
    let answer = console.ask("Discard \(counted(count, "change"))? They cannot be brought back. [y/N] ")
    return answer == "y" || answer == "yes"
  }
}
