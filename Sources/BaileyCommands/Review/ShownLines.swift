import BaileyCast
import BaileyCore
import BaileyWire

/// What the terminal of a session showed, to stand between the entries of its timeline.
struct ShownLines {
  struct Line: Equatable {
    /// Nanoseconds since the session's first entry.
    var elapsed: Int64
    var text: String
  }

  private let lines: [(time: Int64, line: String)]
  private var next = 0
  /// Nanoseconds since 1970-01-01 UTC.
  private let began: Int64
  /// When the recording began, by the timeline.
  private var start: Int64?

  /// - Parameter lines: with microseconds since the recording began, in order.
  init(_ lines: [(time: Int64, line: String)], began: Int64 = 0) {
    self.lines = lines
    self.began = began
  }

  /// None where nothing was recorded. A recording that is not as the log says is told, and shown.
  static func fetch(_ session: SessionReference, _ console: Console) throws(Failure) -> ShownLines {
    do throws(Failure) {
      let tape = try Tape.fetch(ReplayRequest(session: session, program: 0), isRaw: false)
      tape.warn(console)
      return ShownLines(TapeLines.of(tape.events), began: tape.header?.began ?? 0)
    } catch {
      if let fault = error.fault, fault.code != "recording-none" {
        console.insist("bailey: the recording cannot be shown: " + printable(fault.description))
      }
      return ShownLines([])
    }
  }

  /// What was shown before an entry.
  mutating func take(before event: Timeline.Event) -> [Line] {
    if start == nil {
      let first = Timeline.difference(event.row.record["time_ns"]?.int ?? 0, event.elapsed)
      start = Timeline.difference(began, first)
    }
    return take { $0 <= event.elapsed }
  }

  /// What is left.
  mutating func rest() -> [Line] {
    start = start ?? 0
    return take { _ in true }
  }

  private mutating func take(while isDue: (Int64) -> Bool) -> [Line] {
    guard let start else { return [] }
    var taken: [Line] = []
    while next < lines.count {
      // A hostile recording may say any time: then nothing more is due.
      let (nanoseconds, isTooMuch) = lines[next].time.multipliedReportingOverflow(by: 1000)
      let (elapsed, isTooLate) = start.addingReportingOverflow(nanoseconds)
      guard !isTooMuch, !isTooLate, isDue(elapsed) else { break }
      taken.append(Line(elapsed: elapsed, text: lines[next].line))
      next += 1
    }
    return taken
  }
}

extension ShownLines.Line {
  var json: JSON { ["v": 1, "elapsed_ns": .int(elapsed), "terminal": .string(text)] }

  func shown(_ palette: Palette) -> String { "               \(palette.cyan("│")) \(printable(text))\n" }
}
