internal import ArgumentParser
internal import BaileyCore
internal import BaileyFingerprints

struct Remove: FingerprintTool {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forget something that is registered.",
    discussion: """
      EXAMPLES
        bailey fingerprint remove secret-engine
      """)

  @Argument(help: "A name that `list` shows.")
  var name: String
  @OptionGroup var output: OutputOptions

  func execute() throws(Fault) -> Int32 {
    let item = try store.remove(name)
    if output.json {
      Output.write(["ok": true, "removed": item.json])
    } else {
      Output.write("removed \(printable(item.name)): \(item.kind.rawValue)\n")
    }
    return 0
  }
}
