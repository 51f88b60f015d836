import BaileyCore
import BaileyLinux
import Synchronization

@testable import BaileyEgress

/// A gate on loopback listeners, and where captured connections were going.
final class TestGate: Sendable {
  let mediator: TestMediator
  let resolver: TestResolver
  let session: any EgressSession
  let trust: SandboxTrust
  private let capture: Endpoint
  private let proxy: Endpoint
  private let dns: Endpoint
  private let hostPort: Endpoint
  private let destination: Mutex<Endpoint?>

  /// One for all: it takes a tenth of a second to make where nothing is optimised.
  static let host = HostTrust()

  static func subject() -> Subject { Subject(session: .random(), agent: "test", user: "me") }

  init(
    mediator: TestMediator = TestMediator(), names: [String: [String]] = [:], rules: [NetworkRule] = [],
    uploadBudget: Int64? = nil, hostPort port: UInt16 = 9, settings: EgressSettings = EgressSettings(),
    hasCeiling: Bool = false, credentials: SessionCredentials? = nil, inspector: any TrafficInspector = Unseeing(),
    asking: (any Mediator)? = nil, otherwise: [String]? = nil, models: ModelBudget = ModelBudget(),
    change: (inout GateOptions) -> Void = { _ in }
  ) async throws {
    let target = DestinationBox()
    var options = GateOptions()
    options.originalDestination = { _ in target.value.withLock { $0 } }
    change(&options)
    resolver = TestResolver(names, otherwise: otherwise)
    self.mediator = mediator
    let gate = try NetworkGate(inspector: inspector, resolver: resolver, options: options, host: Self.host) {
      () throws(Fault) in settings
    }
    var channels: [SandboxChannel: Int32] = [:]
    func listen(_ channel: SandboxChannel) throws -> Endpoint {
      let number = try Socket.listener(on: loopback)
      channels[channel] = number
      return Endpoint(loopback.address, Socket.localEndpoint(number)?.port ?? 0)
    }
    capture = try listen(.captureIPv4)
    proxy = try listen(.proxy)
    hostPort = try listen(.hostPort(port))
    let stream = try listen(.resolverStreamIPv4)
    channels[.resolverIPv4] = try Socket.datagram(boundTo: stream)
    dns = stream
    box = target
    destination = Mutex(nil)
    let prepared = try await gate.prepare(
      subject: Self.subject(), rules: rules, ceilings: hasCeiling ? [rules] : [], credentials: credentials)
    trust = prepared.trust
    session = try await prepared.open(
      channels: channels, uploadBudget: uploadBudget, models: models, mediator: asking ?? mediator)
  }

  private let box: DestinationBox

  private final class DestinationBox: Sendable { let value = Mutex<Endpoint?>(nil) }

  /// A captured connection that was going to `target`. One target at a time.
  func captured(to target: Endpoint) throws -> Peer {
    box.value.withLock { $0 = target }
    return try Peer.connect(to: capture)
  }

  func proxied() throws -> Peer { try Peer.connect(to: proxy) }
  func toHostPort() throws -> Peer { try Peer.connect(to: hostPort) }
  func toResolver() throws -> Peer { try Peer.connect(to: dns) }
  var resolverEndpoint: Endpoint { dns }
  var proxyPort: UInt16 { proxy.port }

  func close() async { await session.close() }
}

/// Lets connections to the loopback of the test's own servers pass.
func opened(_ port: UInt16, also rules: [NetworkRule] = []) -> [NetworkRule] {
  guard let range = try? AddressRange("127.0.0.0/8") else { preconditionFailure() }
  return [NetworkRule(target: .address(range), ports: [port...port], source: SourceLocation(file: "t"))] + rules
}

func rule(
  _ host: String, _ port: UInt16, _ transport: NetworkRule.Transport = .any, opaque: Bool = false
) -> NetworkRule {
  guard let pattern = try? HostPattern(host) else { preconditionFailure() }
  return NetworkRule(
    target: .host(pattern), ports: [port...port], transport: transport, isOpaque: opaque,
    source: SourceLocation(file: "t"))
}

/// A minimal ClientHello in one record, or in records of `split` bytes.
func clientHello(_ name: String?, ech: Bool = false, extra: [UInt8] = [], split: Int = 16_384) -> [UInt8] {
  clientHello(
    bytes: name.map { Array($0.utf8) }, extra: (ech ? [0xFE, 0x0D, 0, 3, 0, 0, 0] : []) + extra, split: split)
}

/// The same with any bytes as the name, and further extensions.
func clientHello(bytes name: [UInt8]?, extra: [UInt8] = [], split: Int = 16_384) -> [UInt8] {
  func sized(_ bytes: [UInt8]) -> [UInt8] { [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes }
  var extensions: [UInt8] = [0, 43, 0, 3, 2, 3, 4]
  if let name { extensions += [0, 0] + sized(sized([0] + sized(name))) }
  extensions += extra
  let body = [3, 3] + [UInt8](repeating: 7, count: 32) + [0] + sized([0x13, 0x01]) + [1, 0] + sized(extensions)
  var message: [UInt8] = [1, 0] + sized(body)
  var out: [UInt8] = []
  while !message.isEmpty {
    out += [22, 3, 1] + sized(Array(message.prefix(split)))
    message.removeFirst(min(split, message.count))
  }
  return out
}

func dnsQuery(_ name: String, type: UInt8 = 1) -> [UInt8] {
  let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
  return [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + labels + [0, 0, type, 0, 1]
}

func testInterception(_ settings: EgressSettings = EgressSettings()) throws -> Interception {
  try Interception(settings, TestGate.host)
}
