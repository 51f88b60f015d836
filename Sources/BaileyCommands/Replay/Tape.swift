import BaileyCast
import BaileyCore
import BaileyWire

/// A recording as the controller sent it, with what the log says of it.
struct Tape {
  /// Bytes of a recording that this program takes in.
  private static let limit = 1 << 30

  var status: RecordingStatus
  var events: [Cast.Event] = []
  var header: Cast.Header?
  /// The recording itself, where it was asked for.
  var raw: [UInt8] = []
  private var isTorn = false
  private var misread: CastError?

  init(status: RecordingStatus) { self.status = status }

  /// As it was written, as far as it goes.
  var isSound: Bool { status.findings.problems.isEmpty && misread == nil }

  static func fetch(_ request: ReplayRequest, isRaw: Bool) throws(Failure) -> Tape {
    var tape: Tape?
    var reader = CastReader()
    var count = 0
    let reply = try Client.open().ask(.replay(request)) { event throws(Failure) in
      if case .recording(let status) = event { tape = Tape(status: status) }
    } onData: { bytes throws(Failure) in
      count += bytes.count
      guard count <= limit else {
        throw Failure(Fault("recording-too-large", why: "the recording has more than \(limit) bytes"))
      }
      if isRaw { tape?.raw += bytes } else { tape?.take(bytes, &reader) }
    }
    guard case .done = reply, var tape else { throw .misunderstood }
    tape.isTorn = reader.isTorn
    tape.header = reader.header
    return tape
  }

  private mutating func take(_ bytes: [UInt8], _ reader: inout CastReader) {
    if misread != nil { return }
    do throws(CastError) { events += try reader.take(bytes) } catch { misread = error }
  }

  /// Says before anything is played what is wrong with it.
  func warn(_ console: Console) {
    for problem in status.findings.problems {
      console.insist("bailey: this recording is NOT whole: " + printable(problem))
    }
    if case .event(let line)? = misread { console.insist("bailey: line \(line) and what follows cannot be read") }
    if isTorn, !status.isRunning { console.insist("bailey: the last line is torn; the controller died as it wrote it") }
    if status.state == .full { console.insist("bailey: the session was longer: the recording reached its limit") }
    if status.state == .failed { console.insist("bailey: the session was longer: the recording could not be written") }
  }

  func sentence(_ palette: Palette) -> String {
    let findings = status.findings
    if let problem = findings.problems.first {
      return palette.red("the recording does NOT hold: ") + printable(problem)
    }
    let size = sizeText(findings.verified)
    if status.isRunning { return palette.green("the recording holds so far") + ": the log vouches for \(size)" }
    let rest = (findings.bytes ?? 0) - findings.verified
    return palette.green("the recording holds") + ": \(size)"
      + (rest > 0 ? ", and \(sizeText(rest)) that the log does not vouch for" : "")
  }
}

/// The lines that a recording showed, for searching; what was drawn over is in them, too.
enum TapeLines {
  static func of(_ events: [Cast.Event]) -> [(time: Int64, line: String)] {
    var filter = TerminalFilter(isPlain: true)
    var lines: [(Int64, String)] = []
    var begun: (time: Int64, text: String)?
    for event in events where event.kind == .output {
      for (index, part) in filter.pass(event.text).split(separator: "\n", omittingEmptySubsequences: false).enumerated()
      {
        if index > 0 {
          if let begun { lines.append((begun.time, begun.text)) }
          begun = nil
        }
        if !part.isEmpty { begun = (begun?.time ?? event.time, (begun?.text ?? "") + part) }
      }
    }
    if let begun { lines.append((begun.time, begun.text)) }
    return lines
  }
}
