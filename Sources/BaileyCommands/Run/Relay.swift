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
  private var messages: [ServerMessage] = []
  /// When the last signals for the program came.
  private var insistence: [Int64] = []

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
    while true {
      if let reply {
        terminal?.restore()
        drain()
        return reply
      }
      try turn()
    }
  }

  private func turn() throws(Failure) {
    var wanted: [(descriptor: Int32, events: Readiness)] = [(signals.raw, .input), (connection.descriptor, .input)]
    let takesKeys = isStarted && terminal?.takesKeys == true
    if takesKeys, let terminal { wanted.append((terminal.input.raw, .input)) }
    let active = pumps.filter { isStarted && $0.wanted != nil }
    wanted += active.compactMap(\.wanted)
    let ready = try look(wanted)
    if !ready[0].isEmpty { try takeSignals() }
    if !ready[1].isEmpty { try takeMessages() }
    if takesKeys, !ready[2].isEmpty { try takeKeys() }
    for (pump, state) in zip(active, ready.suffix(active.count)) where !state.isEmpty { pump.step() }
    if terminal?.mustLookAgain == true, isStarted { terminal?.enter() }
  }

  private func look(_ wanted: [(descriptor: Int32, events: Readiness)]) throws(Failure) -> [Readiness] {
    let patience: Int32 = isStarted && terminal?.mustLookAgain == true ? 200 : -1
    do { return try poll(wanted, milliseconds: patience) } catch {
      throw Failure(125, Fault("wire-io", why: error.message))
    }
  }

  private func takeSignals() throws(Failure) {
    while let number = (try? signals.nextSignal()).flatMap({ $0 }) {
      switch number {
      case 28: try resize()
      case 18: try continued()
      case 21, 22: continue
      default: try forward(number)
      }
    }
  }

  private func forward(_ number: Int32) throws(Failure) {
    // Nothing runs yet: the signal is for us alone. Three at once mean that the person will not wait.
    let now = Clock.monotonic
    insistence = insistence.filter { now - $0 < 1_000_000_000 } + [now]
    if number == 20 { insistence = [] }
    if !isStarted || insistence.count >= 3 { throw Failure(128 + number) }
    try send(.signal(number))
  }

  private func takeMessages() throws(Failure) {
    let (incoming, isClosed): ([Incoming], Bool)
    do throws(WireError) {
      (incoming, isClosed) = try connection.receiveAvailable()
      for item in incoming {
        switch item {
        case .data(let bytes): terminal?.show(bytes)
        case .message(let json, _): messages.append(try ServerMessage(json: json))
        }
      }
    } catch {
      throw Failure(125, error.fault)
    }
    try handleMessages()
    if isClosed, reply == nil { throw Failure(125, WireError.closed.fault) }
  }

  private func handleMessages() throws(Failure) {
    while !messages.isEmpty {
      switch messages.removeFirst() {
      case .reply(let reply): self.reply = reply
      case .event(.stopped): try stopped()
      case .event(let event):
        try onEvent(event)
        if case .started = event { try started() }
      }
    }
  }

  private func started() throws(Failure) {
    isStarted = true
    terminal?.enter()
    try resize()
  }

  /// Ctrl-Z inside: this job stops as the program did, and both go on together.
  private func stopped() throws(Failure) {
    terminal?.restore()
    suspend()
    try continued()
  }

  private func continued() throws(Failure) {
    guard isStarted else { return }
    terminal?.enter()
    try resize()
    try send(.resume)
  }

  private func resize() throws(Failure) {
    guard isStarted, let terminal else { return }
    try send(.resize(terminal.size))
  }

  private func takeKeys() throws(Failure) {
    guard let typed = terminal?.keys() else { return try send(.signal(1)) }
    let (keys, detaches) = detachKeys.take(typed)
    do throws(WireError) {
      if !keys.isEmpty { try connection.send(data: keys) }
    } catch {
      try tolerate(error)
    }
    if detaches { try send(.detach) }
  }

  private func send(_ control: Control) throws(Failure) {
    do { try connection.send(control) } catch { try tolerate(error) }
  }

  /// The controller may close while we still speak: its reply is then already on the way.
  private func tolerate(_ error: WireError) throws(Failure) {
    if error != .closed { throw Failure(125, error.fault) }
  }

  private func drain() {
    while let pump = pumps.first(where: { !$0.isInput && !$0.isOver }), let wanted = pump.wanted {
      guard let ready = try? poll([wanted], milliseconds: Self.drainPatience), !ready[0].isEmpty else { return }
      pump.step()
    }
  }
}
