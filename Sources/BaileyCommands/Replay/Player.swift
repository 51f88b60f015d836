import BaileyCast
import BaileyCore
import BaileyLinux

/// Plays a recording on the caller's terminal, at its own pace, and takes keys meanwhile.
struct Player {
  private let events: [Cast.Event]
  private let speed: Double
  private let idleLimit: Int64?
  private var next = 0
  /// Microseconds of the recording that have been shown.
  private var position: Int64 = 0
  private var filter = TerminalFilter()
  private var isPaused = false

  private static let step: Int64 = 5_000_000
  /// What a program may have left behind: a held display, inserting, origin, colours, margins, the alternate screen, a hidden or
  /// blinking cursor of another shape, line drawing.
  static let reset =
    ["?2026l", "4l", "?6l", "0m", "r", "?47l", "?1047l", "?1049l", "?12l", "0 q", "?25h", "?7h"]
    .map { "\u{1B}[" + $0 }.joined() + "\u{1B}(B"

  init(_ tape: Tape, speed: Double, idleLimit: Int64?) {
    events = tape.events.filter { $0.kind == .output }
    self.speed = speed
    self.idleLimit = idleLimit
  }

  mutating func run(from start: Int64) {
    let mode = Console.isTerminal(0) ? Descriptor.lending(0) { try? $0.makeRaw() } : nil
    defer {
      write(Self.reset + "\r\n")
      if let mode { Descriptor.lending(0) { try? $0.setTerminalMode(mode) } }
    }
    if start > 0 { seek(to: start) }
    while next < events.count {
      switch wait(takesKeys: mode != nil) {
      case .time: show()
      case .pause: isPaused.toggle()
      case .back: seek(to: position - Self.step)
      case .on: seek(to: position + Self.step)
      case .quit: return
      case .none: continue
      }
    }
  }

  private enum Turn { case time, pause, back, on, quit, none }

  /// Until the next event is due, or a key comes.
  private mutating func wait(takesKeys: Bool) -> Turn {
    let due = due
    let began = Clock.monotonic
    let left = Int64((Double(due - position) / speed / 1000).rounded(.up))
    // What is due at once waits for nothing, and a key still counts.
    let milliseconds = isPaused ? -1 : Int32(clamping: max(0, left))
    let wanted: [(descriptor: Int32, events: Readiness)] = takesKeys ? [(0, .input)] : []
    guard let ready = try? poll(wanted, milliseconds: milliseconds) else { return .none }
    guard ready.first?.isEmpty == false else { return .time }
    if !isPaused { position = min(due, position + Int64(Double(Clock.monotonic - began) / 1000 * speed)) }
    let keys = Descriptor.lending(0) { try? $0.read(upTo: 64) } ?? []
    return Self.turn(keys)
  }

  private static func turn(_ keys: [UInt8]) -> Turn {
    switch keys {
    case [0x20]: .pause
    case [0x1B, 0x5B, 0x44], [0x1B, 0x4F, 0x44]: .back
    case [0x1B, 0x5B, 0x43], [0x1B, 0x4F, 0x43]: .on
    // q, Ctrl-C, and a terminal that is gone.
    case [0x71], [0x03], []: .quit
    default: .none
    }
  }

  /// When the next event is shown; long pauses are shortened by moving the position ahead.
  private var due: Int64 {
    mutating get {
      let time = events[next].time
      if let idleLimit, time - position > idleLimit { position = time - idleLimit }
      return time
    }
  }

  private mutating func show() {
    position = max(position, events[next].time)
    write(filter.pass(events[next].text))
    next += 1
  }

  /// Everything up to there at once; what lies behind is drawn anew from the beginning.
  private mutating func seek(to time: Int64) {
    if time < position {
      (next, filter) = (0, TerminalFilter())
      write(Self.reset + "\u{1B}[2J\u{1B}[H")
    }
    position = max(0, time)
    while next < events.count, events[next].time <= position {
      write(filter.pass(events[next].text))
      next += 1
    }
  }

  private func write(_ text: String) { Console.write(bytes: Array(text.utf8)) }
}
