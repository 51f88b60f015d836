import ArgumentParser
import BaileyCore
import BaileyWire

struct Kill: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill", abstract: "End a session with every process in it, at once.",
    discussion: """
      EXAMPLES
        bailey kill
        bailey kill 4f7c
        bailey kill --all
        bailey kill --all --controller        end the controller, too
      """)

  @OptionGroup var target: SessionOption
  @Flag(help: "Every running session.")
  var all = false
  @Flag(help: "With --all: end the controller as well.")
  var controller = false
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if all, target.session != nil { throw ValidationError("Name a session or give --all, not both.") }
    if controller, !all { throw ValidationError("--controller goes with --all.") }
  }

  func execute() throws(Failure) -> Int32 {
    guard all else {
      guard case .killed = try Client.open().ask(.kill(try target.reference())) else { throw .misunderstood }
      console.confirm(["count": 1], "killed")
      return 0
    }
    // Without a controller there is nothing to kill.
    var count = 0
    if let client = try Client.openIfRunning() {
      guard case .killed(let killed) = try client.ask(.killAll) else { throw .misunderstood }
      count = killed
      if controller { try end() }
    }
    console.confirm(["count": .int(Int64(count))], "killed \(counted(count, "session"))")
    return 0
  }

  private func end() throws(Failure) {
    try Client.order(.shutdown)
    do { try ControllerStart(places: try .current(), environment: [:]).awaitEnd() } catch { throw Failure(error) }
  }
}
