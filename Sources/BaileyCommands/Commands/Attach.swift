import ArgumentParser

struct Attach: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach", abstract: "Join the terminal of a running session.",
    discussion: """
      EXAMPLES
        bailey attach
        bailey attach 4f7c

      Press Ctrl-] three times to leave it running.
      """)

  @OptionGroup var target: SessionOption

  var console: Console { Console() }

  func execute() throws(Failure) -> Int32 { try Conversation(console: console).attach(try target.reference()) }
}
