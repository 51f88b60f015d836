import ArgumentParser
import BaileyCore
import BaileyWire

struct Hold: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Keep what is left of a session, whatever age, size or orders say.",
    discussion: """
      EXAMPLES
        bailey hold 4f7c --reason "case 17"
        bailey hold --list
        bailey hold --release 4f7c --reason "case 17 is closed"

      It covers recordings and diffs. It is in the log, with who and why, and ends only by --release.
      """)

  @Argument(help: "A session's name or the beginning of it.", completion: .sessions)
  var session: String?
  @Flag(help: "End the hold.")
  var release = false
  @Flag(help: "Which sessions are held.")
  var list = false
  @OptionGroup var words: ReasonOption
  @OptionGroup var data: DataOptions

  var console: Console { data.console }

  func validate() throws {
    if list, session != nil || release || words.reason != nil { throw ValidationError("--list goes alone.") }
    if !list, session == nil { throw ValidationError("Name a session, or give --list.") }
  }

  func execute() throws(Failure) -> Int32 {
    guard let session else { return try tellHolds() }
    let reference = try SessionOption.reference(session)
    try Client.order(
      release ? .release(reference, reason: words.reason) : .hold(reference, reason: words.reason))
    console.confirm(["session": .string(session), "held": .bool(!release)], release ? "released" : "held")
    return 0
  }

  private func tellHolds() throws(Failure) -> Int32 {
    guard case .holds(let holds) = try Client.open().ask(.holds) else { throw .misunderstood }
    if console.isJSON {
      console.write(["v": 1, "ok": true, "holds": .array(holds.map(\.json))])
    } else if holds.isEmpty {
      console.tell("no session is held")
    } else {
      let rows = holds.map { hold in
        [hold.session.text, timeText(hold.time), printable(hold.by), printable(hold.reason ?? "-")]
      }
      console.write(Table(head: ["SESSION", "SINCE", "BY", "REASON"], rows: rows).text(console.palette))
    }
    return 0
  }
}
