import ArgumentParser
import BaileyCore
import BaileyWire

struct Version: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print the version.",
    discussion: """
      EXAMPLES
        bailey version
        bailey version --json
      """)

  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    if console.isJSON {
      console.write(["v": 1, "ok": true, "version": .string(baileyVersion)])
    } else {
      console.write("bailey \(baileyVersion)\n")
    }
    return 0
  }
}
