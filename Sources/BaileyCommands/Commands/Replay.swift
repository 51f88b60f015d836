import ArgumentParser
import BaileyCast
import BaileyCore
import BaileyLinux
import BaileyWire

struct Replay: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Play the recording of a session's terminal.",
    discussion: """
      EXAMPLES
        bailey replay                          the newest session of this project
        bailey replay 4f7c --speed 2 --idle-limit 1
        bailey replay 4f7c --from 1:30
        bailey replay 4f7c --search "error:"   where it was shown
        bailey replay 4f7c --verify            compare it with the log
        bailey replay 4f7c --json > demo.cast  for asciinema

      Keys: space pauses, the left and right arrows go five seconds back and on, q ends.

      What could act on your terminal (its clipboard, title, answers) is left out. The exit code is 6 when the recording is not what the \
      log says.
      """)

  @OptionGroup var target: SessionOption
  @Option(help: ArgumentHelp("So many times as fast.", valueName: "factor"))
  var speed = 1.0
  @Option(help: ArgumentHelp("Wait no longer than this where nothing happens.", valueName: "seconds"))
  var idleLimit: Double?
  @Option(help: ArgumentHelp("Begin there: seconds, or minutes:seconds.", valueName: "time"))
  var from: TapePosition = TapePosition(microseconds: 0)
  @Option(help: ArgumentHelp("Print the lines in which this was shown, with their times.", valueName: "text"))
  var search: String?
  @Option(help: ArgumentHelp("Of a program that `bailey exec` started: 1 is the first.", valueName: "number"))
  var program = 0
  @Flag(help: "Only compare it with the log.")
  var verify = false
  @Flag(help: "Print the recording itself: asciicast v2; with --verify and --search, JSON.")
  var json = false

  var console: Console { Console(isJSON: json) }

  func validate() throws {
    guard speed.isFinite, (0.01...1000).contains(speed) else { throw ValidationError("--speed is from 0.01 to 1000.") }
    if let idleLimit, !(0...1_000_000_000).contains(idleLimit) { throw ValidationError("--idle-limit is a time.") }
    if json, search == nil, !verify, Console.isTerminal(1) {
      throw ValidationError(
        "--json gives the recording as it is, which can act on a terminal: send it to a file or a player.")
    }
    if program < 0 { throw ValidationError("--program is a number from 0.") }
    if search?.isEmpty == true { throw ValidationError("--search needs a text.") }
  }

  func execute() throws(Failure) -> Int32 {
    let request = ReplayRequest(session: try target.reference(), program: program, sends: !verify)
    let tape = try Tape.fetch(request, isRaw: json && search == nil)
    if verify { return report(tape) }
    tape.warn(console)
    if let search { find(search, tape) } else { play(tape) }
    return tape.isSound ? 0 : 6
  }

  private func report(_ tape: Tape) -> Int32 {
    let status = tape.status
    if json {
      console.write(.object(status.members.merging(["v": 1, "ok": .bool(tape.isSound)]) { own, _ in own }))
    } else {
      console.write(tape.sentence(console.palette) + "\n")
    }
    return tape.isSound ? 0 : 6
  }

  private func find(_ text: String, _ tape: Tape) {
    for (time, line) in TapeLines.of(tape.events) where line.contains(text) {
      if json {
        console.write(["v": 1, "time_us": .int(time), "line": .string(line)])
      } else {
        console.write("\(TapePosition(microseconds: time).text)  \(printable(line))\n")
      }
    }
  }

  private func play(_ tape: Tape) {
    if json {
      Console.write(bytes: tape.raw)
    } else if Console.isTerminal(1) {
      var player = Player(tape, speed: speed, idleLimit: idleLimit.map { Int64($0 * 1_000_000) })
      player.run(from: from.microseconds)
    } else {
      var filter = TerminalFilter(isPlain: true)
      for event in tape.events where event.kind == .output && event.time >= from.microseconds {
        console.write(filter.pass(event.text))
      }
    }
  }
}

/// A place in a recording: `90`, `1:30`, `1:02:03.5`.
struct TapePosition: ExpressibleByArgument {
  var microseconds: Int64

  init(microseconds: Int64) { self.microseconds = microseconds }

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    var seconds = 0.0
    for part in parts {
      guard let value = Double(part), value.isFinite, value >= 0, value < 1_000_000 else { return nil }
      seconds = seconds * 60 + value
    }
    self.init(microseconds: Int64(seconds * 1_000_000))
  }

  var text: String {
    let (seconds, rest) = (microseconds / 1_000_000, microseconds / 100_000 % 10)
    let two = { (number: Int64) in number < 10 ? "0\(number)" : "\(number)" }
    return "\(seconds / 60):\(two(seconds % 60)).\(rest)"
  }

  var defaultValueDescription: String { "0" }
}
