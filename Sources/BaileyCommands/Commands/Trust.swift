import ArgumentParser
import BaileyCore
import BaileyWire

struct Trust: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "See what this project's manifest asks for, and agree to it.",
    discussion: """
      EXAMPLES
        bailey trust
        bailey trust --show
        bailey trust --agree SHA256       agree to exactly this form, without a question
      """)

  @Flag(help: "Only show it.")
  var show = false
  @Option(help: ArgumentHelp("Agree to the manifest with this hash.", valueName: "sha256"))
  var agree: String?
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func execute() throws(Failure) -> Int32 {
    let directory = try Surroundings.workingDirectory()
    guard case .trust(let question) = try Client.open().ask(.showTrust(directory: directory)) else {
      throw .misunderstood
    }
    guard let question else {
      console.confirm(["manifest": .null], "this project has no manifest that needs agreement")
      return 0
    }
    if let agree { return try accept(question, directory, agree == question.digest) }
    if show || console.isJSON || question.isTrusted { return tell(question) }
    guard console.canAsk else { throw Failure(3, .manifestUntrusted(question.project)) }
    return try accept(question, directory, TrustPrompt(console: console).agrees(to: question))
  }

  private func tell(_ question: TrustQuestion) -> Int32 {
    if console.isJSON {
      console.write(["v": 1, "ok": true, "manifest": question.json])
    } else {
      console.write(TrustPrompt.text(question) + "\n" + (question.isTrusted ? "agreed to\n" : "not agreed to\n"))
    }
    return 0
  }

  private func accept(_ question: TrustQuestion, _ directory: String, _ agrees: Bool) throws(Failure) -> Int32 {
    guard agrees else { throw Failure(3, .manifestUntrusted(question.project)) }
    try Client.order(.agree(directory: directory, digest: question.digest))
    console.confirm(["sha256": .string(question.digest)], "agreed")
    return 0
  }
}
