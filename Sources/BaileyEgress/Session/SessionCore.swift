import BaileyCore
import Synchronization

/// What all connections of one session share: who asks, whom to ask, what was counted.
final class SessionCore: Sendable {
  let number: UInt64
  let subject: Subject
  let rules: EgressRules
  let mediator: any Mediator
  let resolver: any NameResolver
  let options: GateOptions
  let names: Mutex<SyntheticNames>
  let questions: Mutex<QuestionLimiter>
  let http = HTTPRegistry()
  private let uploadBudget: Int64?
  private let sent = Atomic<Int64>(0)
  private let received = Atomic<Int64>(0)
  private let connections = Atomic<Int64>(0)
  private let live = Atomic<Int64>(0)
  private let closed = Atomic<Bool>(false)
  private let reports = Mutex(Reports())

  private struct Reports {
    var running = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  init(
    number: UInt64, subject: Subject, rules: [NetworkRule], uploadBudget: Int64?, mediator: any Mediator,
    resolver: any NameResolver, options: GateOptions
  ) {
    self.number = number
    self.subject = subject
    self.rules = EgressRules(rules)
    self.uploadBudget = uploadBudget
    self.mediator = mediator
    self.resolver = resolver
    self.options = options
    names = Mutex(SyntheticNames())
    questions = Mutex(QuestionLimiter(perMinute: options.newNamesPerMinute))
  }

  var traffic: Traffic {
    Traffic(
      sent: sent.load(ordering: .relaxed), received: received.load(ordering: .relaxed),
      connections: connections.load(ordering: .relaxed))
  }

  var isClosed: Bool { closed.load(ordering: .acquiring) }
  func markClosed() { closed.store(true, ordering: .releasing) }

  /// Counts a connection in; `false` at the limit of live ones or after the end.
  func admit() -> Bool {
    connections.wrappingAdd(1, ordering: .relaxed)
    let count = live.wrappingAdd(1, ordering: .relaxed).newValue
    return count <= Int64(options.maximumConnections) && !isClosed
  }

  func dismiss() { live.wrappingSubtract(1, ordering: .relaxed) }

  /// Counts bytes that are about to leave; `false` when they would exceed the budget, and then they must not.
  func countSent(_ bytes: Int) -> Bool {
    let total = sent.wrappingAdd(Int64(bytes), ordering: .relaxed).newValue
    guard let uploadBudget, total > uploadBudget else { return true }
    sent.wrappingSubtract(Int64(bytes), ordering: .relaxed)
    return false
  }

  func countReceived(_ bytes: Int) { received.wrappingAdd(Int64(bytes), ordering: .relaxed) }

  func name(of address: IPAddress) -> HostName? { names.withLock { $0.name(of: address) } }
}

extension SessionCore {
  /// Reports what came of an allowed action; `drain` waits for it.
  func complete(_ ruling: Ruling, _ outcome: Outcome) {
    report { await self.mediator.complete(ruling, outcome) }
  }

  /// Records what the gate refused by itself, before anybody was asked.
  func observe(_ action: Action, _ refusal: Refusal) {
    report { await self.mediator.observe(action, Outcome(succeeded: false, detail: refusal.detail)) }
  }

  private func report(_ body: @escaping @Sendable () async -> Void) {
    reports.withLock { $0.running += 1 }
    Task {
      await body()
      let waiters = reports.withLock { reports -> [CheckedContinuation<Void, Never>] in
        reports.running -= 1
        guard reports.running == 0 else { return [] }
        defer { reports.waiters = [] }
        return reports.waiters
      }
      for waiter in waiters { waiter.resume() }
    }
  }

  /// Returns when no report is under way.
  func drain() async {
    await withCheckedContinuation { continuation in
      let isIdle = reports.withLock { reports in
        if reports.running > 0 { reports.waiters.append(continuation) }
        return reports.running == 0
      }
      if isIdle { continuation.resume() }
    }
  }
}
