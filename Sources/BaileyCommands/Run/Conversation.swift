import BaileyCore
import BaileyLinux
import BaileyWire

/// What `run`, `exec` and `attach` have in common: a request, a relay, an end.
struct Conversation {
  var console: Console
  /// Whether the person is told what is left to review.
  var tellsEnding = false

  /// Asks for a program with the caller's streams and waits for its end.
  ///
  /// - Parameter request: made from the terminal and the plan of the streams.
  func program(_ request: (TerminalRequest?, StreamPlan) throws(Failure) -> Request) throws(Failure) -> Int32 {
    var streams: CallerStreams
    do { streams = try CallerStreams() } catch { throw Failure(125, error) }
    let terminal = try callerTerminal(streams.kinds)
    let request = try request(terminal?.request, streams.plan)
    let client = try open()
    do { try client.connection.send(request, descriptors: streams.passed) } catch { throw Failure(125, error.fault) }
    streams.forgetPassed()
    return try relay(client, terminal, streams.pumps)
  }

  /// Joins a session's terminal.
  func attach(_ reference: SessionReference) throws(Failure) -> Int32 {
    let kinds: [CallerStream]
    do throws(Fault) { kinds = [try CallerStream(number: 0), try CallerStream(number: 1), .null] } catch {
      throw Failure(125, error)
    }
    guard kinds[0] == .terminal, kinds[1] == .terminal, let terminal = try callerTerminal(kinds) else {
      throw Failure(2, .usage("attach needs a terminal for input and output"))
    }
    let client = try open()
    do { try client.connection.send(.attach(reference, terminal.request)) } catch { throw Failure(125, error.fault) }
    return try relay(client, terminal, [])
  }

  private func open() throws(Failure) -> Client {
    do { return try Client.open() } catch { throw Failure(125, error.fault) }
  }

  private func callerTerminal(_ kinds: [CallerStream]) throws(Failure) -> CallerTerminal? {
    do { return try CallerTerminal.of(kinds) } catch {
      throw Failure(125, Fault("terminal-unusable", why: error.message))
    }
  }

  private func relay(_ client: Client, _ terminal: CallerTerminal?, _ pumps: [Pump]) throws(Failure) -> Int32 {
    Signals.ignoreBrokenPipes()
    let signals: Descriptor
    do throws(Errno) {
      try Signals.block(Relay.forwarded + Relay.own)
      signals = try Descriptor.signals(Relay.forwarded + Relay.own)
    } catch {
      throw Failure(125, Fault("signals-unusable", why: error.message))
    }
    let relay = Relay(
      connection: client.connection, terminal: terminal, pumps: pumps, signals: signals, suspend: Self.suspend
    ) { event throws(Failure) in try self.heard(event, client) }
    return try ended(try relay.run())
  }

  /// Stops the whole job, as Ctrl-Z does outside. In a group without job control the kernel ignores it, and the program goes on.
  private static func suspend() {
    Signals.raiseInGroup(20)
    try? Signals.unblock([20])
    try? Signals.block([20])
  }

  private func heard(_ event: Event, _ client: Client) throws(Failure) {
    switch event {
    case .needsTrust(let question): try agree(question, client)
    case .started(let started):
      guard tellsEnding else { return }
      console.tell(
        "bailey: session \(started.session.text), \(started.mode.rawValue) view of \(printable(started.project))")
      // A missing wall is said at every start.
      for notice in started.notices { console.insist("bailey: note: " + printable(notice)) }
    case .stopped, .entries, .exported, .remark, .changes, .report, .recording: break
    }
  }

  private func agree(_ question: TrustQuestion, _ client: Client) throws(Failure) {
    guard console.canAsk else { throw Failure(126, .manifestUntrusted(question.project)) }
    // While the person reads, Ctrl-C ends this program as any other.
    try? Signals.unblock(Relay.forwarded)
    let agrees = TrustPrompt(console: console).agrees(to: question)
    try? Signals.block(Relay.forwarded)
    guard agrees else { throw Failure(126, .manifestUntrusted(question.project)) }
    do { try client.connection.send(.agree(digest: question.digest)) } catch { throw Failure(125, error.fault) }
  }

  private func ended(_ reply: Reply) throws(Failure) -> Int32 {
    switch reply {
    case .fault(let fault): throw Failure(Failure.isDenial(fault) ? 126 : 125, fault)
    case .detached(let id):
      console.insist("bailey: session \(id.text) goes on; return with `bailey attach \(id.text)`")
      return 0
    case .ended(let ending):
      tell(ending)
      return ending.code
    default: throw Failure(125, Failure.misunderstood.fault)
    }
  }

  private func tell(_ ending: SessionEnding) {
    switch ending.cause {
    case .limit(let name): console.insist("bailey: ended: the limit '\(printable(name))' was reached")
    case .killed: console.tell("bailey: ended: the session was killed")
    case .notStarted where ending.code == 127: console.insist("bailey: the command was not found in the sandbox")
    case .notStarted: console.insist("bailey: the command could not be executed in the sandbox")
    case .program: break
    }
    guard let pending = ending.pending, pending.files > 0 else { return }
    console.tell(Self.sentence(pending))
  }

  static func sentence(_ pending: SessionEnding.Pending) -> String {
    var text = "bailey: \(counted(pending.files, "file")) changed"
    if pending.risky > 0 { text += ", \(pending.risky) risky" }
    if pending.conflicts > 0 { text += ", \(counted(pending.conflicts, "conflict"))" }
    return text + ": bailey diff / bailey apply"
  }
}

extension Fault {
  static func manifestUntrusted(_ project: String) -> Fault {
    Fault(
      "manifest-untrusted", subject: project, why: "its manifest has not been agreed to in this form",
      hint: "read it and agree with `bailey trust`, or answer yes in a terminal")
  }
}
