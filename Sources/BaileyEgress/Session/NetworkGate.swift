package import BaileyCore
import BaileyLinux
import Synchronization

/// The gate to the network: a few event-loop threads that serve all sessions.
package final class NetworkGate: EgressGate {
  private let loops: [EventLoop]
  private let resolver: any NameResolver
  private let options: GateOptions
  private let settings: @Sendable () throws(Fault) -> EgressSettings
  private let host: HostTrust
  private let openings: Openings
  private let dials: Openings
  private let sessions = Atomic<UInt64>(0)

  /// - Parameters:
  ///   - inspector: reads every request and answer.
  ///   - host: whom this machine trusts.
  ///   - settings: asked at the start of each session.
  /// - Throws: `egress-unavailable` when threads or descriptors cannot be had.
  package init(
    inspector: any TrafficInspector, resolver: any NameResolver = HostResolver(),
    options: GateOptions = GateOptions(), host: HostTrust = HostTrust(),
    settings: @escaping @Sendable () throws(Fault) -> EgressSettings = { () throws(Fault) in EgressSettings() }
  ) throws(Fault) {
    self.resolver = resolver
    self.options = options.reading(inspector)
    self.settings = settings
    self.host = host
    openings = Openings(maximum: options.maximumOpenedInAll)
    dials = Openings(maximum: options.maximumServersInAll)
    let count = options.threads > 0 ? options.threads : min(max(processorCount(), 1), 4)
    do throws(Errno) {
      var loops: [EventLoop] = []
      for index in 0..<count {
        let loop = try EventLoop()
        try loop.start("bailey-net-\(index)")
        loops.append(loop)
      }
      self.loops = loops
    } catch {
      throw Self.unavailable(error)
    }
  }

  private static func unavailable(_ error: Errno) -> Fault {
    Fault(
      "egress-unavailable", why: "the network gate cannot start (errno \(error.rawValue))",
      hint: "raise the limit of open files or threads")
  }

  package func prepare(
    subject: Subject, rules: [NetworkRule], ceilings: [[NetworkRule]], credentials: SessionCredentials?
  ) async throws(Fault) -> any PreparedEgress {
    let settings = try settings()
    let interception = try Interception(ceiling: ceilings.first, settings, host)
    let route = try await ProxyRoute.find(settings, credentials?.broker)
    return PreparedSession(
      gate: self, subject: subject, rules: rules, ceilings: ceilings, interception: interception,
      credentials: credentials, models: settings.models, route: route,
      resolver: MappedResolver(names: settings.names, otherwise: resolver))
  }

  fileprivate func open(
    _ session: PreparedSession, _ channels: [SandboxChannel: Int32], _ uploadBudget: Int64?, _ budget: ModelBudget,
    _ mediator: any Mediator
  ) async throws(Fault) -> any EgressSession {
    let core = SessionCore(
      number: sessions.wrappingAdd(1, ordering: .relaxed).newValue, subject: session.subject, rules: session.rules,
      ceilings: session.ceilings, uploadBudget: uploadBudget, mediator: mediator, resolver: session.resolver,
      interception: session.interception, options: options, openings: openings, dials: dials,
      credentials: session.credentials, models: SessionModels(session.models, budget), route: session.route)
    return try await serve(core, channels)
  }

  /// Takes all descriptors over, whatever comes of it.
  private func serve(_ core: SessionCore, _ channels: [SandboxChannel: Int32]) async throws(Fault)
    -> any EgressSession
  {
    var waiting = Array(channels)
    do throws(Errno) {
      while let (channel, number) = waiting.last {
        try serve(core, channel, number)
        waiting.removeLast()
      }
    } catch {
      for (_, number) in waiting { Socket.close(number) }
      await OpenSession(core: core, loops: loops).close()
      throw Self.unavailable(error)
    }
    return OpenSession(core: core, loops: loops)
  }

  /// Takes the descriptor over, unless it throws. Streams are accepted on every loop, each with its own duplicate.
  private func serve(_ core: SessionCore, _ channel: SandboxChannel, _ number: Int32) throws(Errno) {
    guard let door = Self.door(channel) else { return Socket.close(number) }
    try Socket.setNonBlocking(number)
    let first = Int(core.number % UInt64(loops.count))
    for (index, loop) in loops.enumerated() where index != first && door != .dnsDatagrams {
      loop.post(.serve(core, listener: try Socket.duplicate(number), door: door))
    }
    loops[first].post(.serve(core, listener: number, door: door))
  }

  private static func door(_ channel: SandboxChannel) -> Door? {
    switch channel {
    case .captureIPv4, .captureIPv6: .capture
    case .resolverIPv4, .resolverIPv6: .dnsDatagrams
    case .resolverStreamIPv4, .resolverStreamIPv6: .dnsStreams
    case .proxy: .proxy
    case .hostPort(let port): .hostPort(port)
    case .terminal: nil
    }
  }
}

/// A session before its sandbox: it has an authority, and no channels yet.
private struct PreparedSession: PreparedEgress {
  let gate: NetworkGate
  let subject: Subject
  let rules: [NetworkRule]
  let ceilings: [[NetworkRule]]
  let interception: Interception
  let credentials: SessionCredentials?
  let models: ModelSettings
  let route: ProxyRoute?
  let resolver: any NameResolver

  var trust: SandboxTrust { interception.trust }

  func open(
    channels: [SandboxChannel: Int32], uploadBudget: Int64?, models: ModelBudget, mediator: any Mediator
  ) async throws(Fault) -> any EgressSession {
    try await gate.open(self, channels, uploadBudget, models, mediator)
  }
}

/// The gate of one session, until `close`.
struct OpenSession: EgressSession {
  let core: SessionCore
  let loops: [EventLoop]

  var traffic: Traffic { core.traffic }

  /// Returns when every descriptor is closed and every outcome is reported.
  func close() async {
    core.markClosed()
    for loop in loops {
      await withCheckedContinuation { loop.post(.close(session: core.number, $0)) }
    }
    await core.http.closeAll()
    await core.servers.closeAll()
    core.reportAllSuppressed()
    await core.drain()
  }
}
