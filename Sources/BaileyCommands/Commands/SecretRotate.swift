import ArgumentParser
import BaileyCore
import BaileyWire

struct SecretRotate: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate", abstract: "Give a secret another value; sessions use it from their next request on.",
    discussion: """
      EXAMPLES
        bailey secrets rotate github
        bailey secrets rotate github --from-file token.txt
        bailey secrets rotate github --command gh auth token
      """)

  @Argument(help: "Its name.", completion: .secrets) var name: String
  @OptionGroup(title: "The value") var source: SecretSourceOptions
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let name = try SecretName.checked(name)
    try SecretKeys(console).unlocked()
    var value = try SecretSource(source, console).read("New value of \(name): ")
    try Client.order(.rotate(name), value: &value)
    console.confirm(["secret": .string(name)], "rotated")
    return 0
  }
}
