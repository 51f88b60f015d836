import ArgumentParser
import BaileyWire

struct Thaw: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "thaw", abstract: "Let a frozen session go on.",
    discussion: """
      EXAMPLES
        bailey thaw
        bailey thaw 4f7c
      """)

  @OptionGroup var target: SessionOption
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try Client.order(.thaw(try target.reference()))
    console.confirm([:], "done")
    return 0
  }
}
