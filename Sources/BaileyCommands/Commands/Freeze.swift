import ArgumentParser
import BaileyWire

struct Freeze: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "freeze", abstract: "Stop every process of a session until thaw.",
    discussion: """
      EXAMPLES
        bailey freeze
        bailey freeze 4f7c
      """)

  @OptionGroup var target: SessionOption
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    try Client.order(.freeze(try target.reference()))
    console.confirm([:], "done")
    return 0
  }
}
