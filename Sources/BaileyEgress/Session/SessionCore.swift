import BaileyCore
import BaileyLinux
import NIOCore
import Synchronization

/// What all connections of one session share: who asks, whom to ask, what was counted.
final class SessionCore: Sendable {
  let number: UInt64
  let subject: Subject
  let rules: EgressRules
  private let ceilings: [EgressRules]
  let mediator: any Mediator
  let resolver: any NameResolver
  let interception: Interception
  let route: ProxyRoute?
  let options: GateOptions
  /// What reads and alters messages on their way.
  let guards: any MessageGuards
  let models: SessionModels
  /// Names of secrets by what stands for them.
  let placeholders: [String: String]
  let ownPlaceholders: OwnPlaceholders?
  let names: Mutex<SyntheticNames>
  /// New names that no rule mentions, those below a wildcard, and refusals that the gate records by itself.
  let questions: Mutex<RecordLimiter>
  let wildcardQuestions: Mutex<RecordLimiter>
  private let refusals: Mutex<RecordLimiter>
  /// Channels to the agent, and to servers.
  let http = HTTPRegistry()
  let pools = ServerPools()
  let servers = HTTPRegistry()
  let openings: Openings
  /// Connections to servers.
  let dials: Openings
  /// Bytes that were sent by rules with a budget.
  private let spent = Mutex<[UploadBudget.Owner: Int64]>([:])
  private let uploadBudget: Int64?
  private let sent = Atomic<Int64>(0)
  private let unread = Atomic<Int64>(0)
  private let received = Atomic<Int64>(0)
  private let connections = Atomic<Int64>(0)
  private let live = Atomic<Int64>(0)
  /// Of plain HTTP and of HTTP/2: heads, and what cannot be passed on.
  let held: HeldBytes
  /// What servers of HTTP/2 have sent and nobody has read.
  let unreadAnswers: HeldBytes
  private let streams = Atomic<Int>(0)
  private let closed = Atomic<Bool>(false)
  private let reports = InFlight()

  /// - Parameters:
  ///   - openings: of all sessions.
  ///   - dials: of all sessions.
  init(
    number: UInt64, subject: Subject, rules: [NetworkRule], ceilings: [[NetworkRule]] = [], uploadBudget: Int64?,
    mediator: any Mediator, resolver: any NameResolver, interception: Interception, options: GateOptions,
    openings: Openings? = nil, dials: Openings? = nil, credentials: SessionCredentials? = nil,
    models: SessionModels = SessionModels(), route: ProxyRoute? = nil
  ) {
    let parts = credentials?.standIns.flatMap { one in one.parts.map { ($0.placeholder, one.card.name) } } ?? []
    placeholders = Dictionary(parts) { first, _ in first }
    ownPlaceholders = OwnPlaceholders(placeholders.keys)
    let used = parts.isEmpty ? nil : credentials
    guards = used.map { GuardChain([options.guards, CredentialGuards($0)]) } ?? options.guards
    self.models = models
    self.number = number
    self.subject = subject
    self.rules = EgressRules(rules)
    self.ceilings = ceilings.enumerated().map { EgressRules($1, layer: $0 + 1) }
    self.uploadBudget = uploadBudget
    self.mediator = mediator
    self.resolver = resolver
    self.interception = interception
    self.route = route
    self.options = options
    self.openings = Openings(maximum: options.maximumOpened, within: openings)
    self.dials = Openings(maximum: options.maximumServers, within: dials)
    held = HeldBytes(atMost: options.maximumHeld)
    unreadAnswers = HeldBytes(atMost: options.maximumUnreadAnswers)
    names = Mutex(SyntheticNames())
    questions = Mutex(RecordLimiter(perMinute: options.newNamesPerMinute))
    wildcardQuestions = Mutex(RecordLimiter(perMinute: options.newNamesUnderWildcardPerMinute))
    refusals = Mutex(RecordLimiter(perMinute: options.refusalRecordsPerMinute))
  }

  var traffic: Traffic {
    Traffic(
      sent: sent.load(ordering: .relaxed), received: received.load(ordering: .relaxed),
      connections: connections.load(ordering: .relaxed))
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }
  func markClosed() { closed.store(true, ordering: .releasing) }

  enum Admission {
    case served
    /// Over the limit of live connections: told why, and let go.
    case surplus
    /// There are enough of those as well.
    case dropped
  }

  private static let surplusConnections = 64

  /// Counts a connection in; each is counted out again by `dismiss`, dropped ones too.
  func admit() -> Admission {
    connections.wrappingAdd(1, ordering: .relaxed)
    let count = Int(live.wrappingAdd(1, ordering: .relaxed).newValue)
    if isClosed { return .dropped }
    if count <= options.maximumConnections { return .served }
    return count <= options.maximumConnections + Self.surplusConnections ? .surplus : .dropped
  }

  func dismiss() { live.wrappingSubtract(1, ordering: .relaxed) }

  /// Counts a stream of HTTP/2 in; each that was is counted out by `dismissStream`.
  func admitStream() -> Bool {
    if streams.wrappingAdd(1, ordering: .relaxed).newValue <= options.maximumStreams { return true }
    dismissStream()
    return false
  }

  func dismissStream() { streams.wrappingSubtract(1, ordering: .relaxed) }

  /// Counts bytes that are about to leave; `false` when they would exceed the budget, and then they must not.
  func countSent(_ bytes: Int) -> Bool {
    Self.add(Int64(bytes), to: sent, atMost: uploadBudget ?? .max)
  }

  /// The same for what passes by an opaque rule. Where the manifest sets no budget, that has one of its own.
  func countUnread(_ bytes: Int) -> Bool {
    guard uploadBudget == nil else { return countSent(bytes) }
    return Self.add(Int64(bytes), to: unread, atMost: options.maximumUnread) && countSent(bytes)
  }

  private static func add(_ bytes: Int64, to count: borrowing Atomic<Int64>, atMost limit: Int64) -> Bool {
    var before = count.load(ordering: .relaxed)
    while bytes <= limit - before {
      let (done, original) = count.weakCompareExchange(expected: before, desired: before + bytes, ordering: .relaxed)
      if done { return true }
      before = original
    }
    return false
  }

  /// What the manifest's rules say of a request, and what each ceiling does: the smallest numbers count, and every budget.
  func limits(_ target: HTTPTarget, _ facts: RequestFacts) -> RequestLimits {
    ([rules] + ceilings).map { $0.limits(target.host, target.port, facts) }.reduce(RequestLimits()) {
      $0.tightened(by: $1)
    }
  }

  /// Charges bytes to the first budget of each layer that has room for them; `false` where a layer has none, and then nothing is charged.
  func spend(_ bytes: Int64, of layers: [[UploadBudget]]) -> Bool {
    spent.withLock { spent in
      var charged: [UploadBudget.Owner] = []
      for budgets in layers {
        guard let budget = budgets.first(where: { bytes <= $0.bytes - spent[$0.owner, default: 0] }) else {
          return false
        }
        charged.append(budget.owner)
      }
      for owner in charged { spent[owner, default: 0] += bytes }
      return true
    }
  }

  func countReceived(_ bytes: Int) { received.wrappingAdd(Int64(bytes), ordering: .relaxed) }

  /// Bytes of plain HTTP that wait in the controller.
  var heldBytes: Int64 { held.now }

  /// Frees the room of what was taken out of a buffer, which it would keep for ever, and counts what is left.
  ///
  /// - Parameters:
  ///   - more: bytes that the connection holds elsewhere.
  ///   - counted: what was counted of it last.
  /// - Returns: `false` when the session holds more than it may.
  func settle(_ buffer: inout ByteBuffer, and more: Int = 0, counted: inout Int) -> Bool {
    if buffer.readableBytes == 0 { buffer = ByteBuffer() } else { buffer.discardReadBytes() }
    return settle(buffer.storageCapacity + more, counted: &counted)
  }

  /// The same for bytes that are kept elsewhere.
  func settle(_ now: Int, counted: inout Int) -> Bool {
    held.settle(now, counted: &counted)
  }

  func name(of address: IPAddress) -> HostName? { names.withLock { $0.name(of: address) } }
}

extension SessionCore {
  /// Reports what came of an allowed action; `drain` waits for it.
  func complete(_ ruling: Ruling, _ outcome: Outcome) {
    report { await self.mediator.complete(ruling, outcome) }
  }

  /// Records what the gate refused by itself, before anybody was asked. A flood of refusals is one record with a count.
  func observe(_ action: Action, _ refusal: Refusal) {
    let (isAdmitted, suppressed) = refusals.withLock { $0.admit(now: Clock.monotonic) }
    reportSuppressed(suppressed)
    if isAdmitted { note(action, refusal) }
  }

  private func reportSuppressed(_ count: Int) {
    guard count > 0 else { return }
    let action = Action(.netConnect, subject, resource: ["host": "*", "count": .int(Int64(count))])
    note(action, Refusal("refusals-suppressed", "\(count) further refusals have no record each"))
  }

  /// Says what the limiters still hold back, at the end of the session.
  func reportAllSuppressed() {
    DNSService(session: self).reportSuppressed(questions.withLock { $0.takeSuppressed() })
    DNSService(session: self).reportSuppressed(wildcardQuestions.withLock { $0.takeSuppressed() })
    reportSuppressed(refusals.withLock { $0.takeSuppressed() })
  }

  /// As `observe`, without its limit: for what limits itself.
  func note(_ action: Action, _ refusal: Refusal) {
    report { await self.mediator.observe(action, Outcome(succeeded: false, detail: refusal.detail)) }
  }

  private func report(_ body: @escaping @Sendable () async -> Void) {
    reports.begin()
    Task {
      await body()
      reports.end()
    }
  }

  /// Returns when no report is under way.
  func drain() async { await reports.drain() }
}
