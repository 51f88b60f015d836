import BaileyCore
import BaileyLinux
import BaileyWire

/// How the caller's terminal serves the sandbox's.
enum TerminalUse: Sendable {
  /// Every key goes inside as it is typed.
  case raw
  /// The caller's terminal gathers and echoes lines; they go inside while no other program has taken the keys (`… | less`).
  case lines
  /// Only output comes out.
  case outputOnly
}

/// The caller's terminal during a run: raw while the job is in the foreground, and put back on every way out.
final class CallerTerminal {
  let input: Descriptor
  let output: Descriptor
  let use: TerminalUse
  private let original: TerminalMode
  private let isInForeground: (borrowing Descriptor) -> Bool
  private var isRaw = false
  private var isHungUp = false

  /// - Parameter isInForeground: for tests, whose terminals control nobody.
  init(
    input: consuming Descriptor, output: consuming Descriptor, use: TerminalUse,
    isInForeground: @escaping (borrowing Descriptor) -> Bool = { $0.isForegroundTerminal() }
  ) throws(Errno) {
    original = try input.terminalMode()
    self.input = input
    self.output = output
    self.use = use
    self.isInForeground = isInForeground
  }

  deinit { restore() }

  /// The terminal of these streams; `nil` when none of them is one.
  static func of(_ kinds: [CallerStream]) throws(Errno) -> CallerTerminal? {
    guard let first = kinds.firstIndex(of: .terminal) else { return nil }
    let output = kinds[1] == .terminal ? 1 : kinds[2] == .terminal ? 2 : 0
    let use: TerminalUse = kinds[1] == .terminal ? .raw : kinds[0] == .terminal ? .lines : .outputOnly
    let input = kinds[0] == .terminal ? try Descriptor.copy(of: 0) : try Self.controlling(or: Int32(first))
    return try CallerTerminal(input: input, output: try .copy(of: Int32(output)), use: use)
  }

  /// Programs such as pagers read keys from the controlling terminal when their input is a pipe.
  private static func controlling(or number: Int32) throws(Errno) -> Descriptor {
    do throws(Errno) { return try Descriptor.open("/dev/tty", [.readWrite, .noControllingTerminal]) } catch {
      return try .copy(of: number)
    }
  }

  var request: TerminalRequest { TerminalRequest(size: size, echoes: use != .lines) }

  var size: TerminalSize {
    guard let size = try? output.windowSize(), size.rows > 0, size.columns > 0 else {
      return TerminalSize(rows: 24, columns: 80)
    }
    return TerminalSize(rows: size.rows, columns: size.columns)
  }

  /// Whether keys may be read now.
  var takesKeys: Bool {
    switch use {
    case .raw: !isHungUp && isRaw
    case .lines: !isHungUp && isInForeground(input) && input.gathersLines()
    case .outputOnly: false
    }
  }

  /// Whether that can change without a signal: the job was put into the background, or another program holds the keys.
  var mustLookAgain: Bool { use != .outputOnly && !isHungUp && !takesKeys }

  /// Makes the terminal raw if it should be and may be.
  func enter() {
    guard use == .raw, !isRaw, !isHungUp, isInForeground(input) else { return }
    original.restoreOnCrash(input.raw)
    isRaw = (try? input.makeRaw()) != nil
  }

  /// Puts the terminal back as it was found.
  func restore() {
    guard isRaw else { return }
    isRaw = false
    try? input.setTerminalMode(original)
  }

  /// Keys that were typed; empty when there are none for us, `nil` once the terminal is gone.
  func keys() -> [UInt8]? {
    do throws(Errno) {
      let bytes = try input.read(upTo: 4096)
      if !bytes.isEmpty { return bytes }
      // The end of input of a terminal that gathers lines: what the program inside would see as Ctrl-D.
      if use == .lines { return [0x04] }
    } catch {
      if error == .tryAgain || (error == .io && !isInForeground(input)) { return [] }
    }
    isHungUp = true
    return nil
  }

  func show(_ bytes: [UInt8]) { try? output.writeAll(bytes) }
}
