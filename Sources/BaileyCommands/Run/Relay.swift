import BaileyCore
import BaileyLinux
import BaileyWire

/// The client side of a running program: keys and signals in, output and events out, until the reply.
///
/// One thread, one poll(2) loop. Signals arrive through a descriptor, so nothing is done in a handler.
final class Relay {
  private let connection: Connection
  private let terminal: CallerTerminal?
  private let pumps: [Pump]
  private let signals: Descriptor
  private let suspend: () -> Void
  private let onEvent: (Event) throws(Failure) -> Void
  private var detachKeys = DetachKeys()
  private var reply: Reply?
  private var isStarted = false

  /// How long output that is still in a pipe may take after the end, milliseconds of silence.
  private static let drainPatience: Int32 = 2000

  /// - Parameters:
  ///   - signals: a `Descriptor.signals` of `forwarded` and `own`, which are blocked.
  ///   - suspend: stops this process as a job and returns when it is continued.
  ///   - onEvent: hears of what is not about the terminal.
  init(
    connection: Connection, terminal: CallerTerminal?, pumps: [Pump], signals: consuming Descriptor,
    suspend: @escaping () -> Void, onEvent: @escaping (Event) throws(Failure) -> Void
  ) {
    self.connection = connection
    self.terminal = terminal
    self.pumps = pumps
    self.signals = signals
    self.suspend = suspend
    self.onEvent = onEvent
  }

  /// SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGTERM, SIGTSTP.
  static let forwarded: [Int32] = [1, 2, 3, 10, 12, 15, 20]
  /// SIGCONT, SIGTTIN, SIGTTOU, SIGWINCH.
  static let own: [Int32] = [18, 21, 22, 28]

  /// Runs until the controller's reply, and puts the terminal back whatever happens.
  func run() throws(Failure) -> Reply {
    defer { terminal?.restore() }
    do throws(WireError) {
      while reply == nil { try turn() }
    } catch {
      terminal?.restore()
      throw Failure(125, error.fault)
    }
    terminal?.restore()
    drain()
    guard let reply else { throw .misunderstood }
    return reply
  }

  private func turn() throws(any Error) {
    try wait()
  }

  private func wait() throws(WireError) {}

  private func drain() {
    while let pump = pumps.first(where: { !$0.isInput && !$0.isOver }), let wanted = pump.wanted {
      guard let ready = try? poll([wanted], milliseconds: Self.drainPatience), !ready[0].isEmpty else { return }
      pump.step()
    }
  }
}
