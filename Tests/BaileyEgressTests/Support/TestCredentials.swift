import BaileyCore
import NIOCore
import Synchronization

@testable import BaileyEgress

/// A value in ordinary memory, for tests.
final class TestValue: SecretValue {
  private let text: [UInt8]
  init(_ text: String) { self.text = Array(text.utf8) }
  var count: Int { text.count }
  func lend<V, E: Error>(_ body: (Span<UInt8>) throws(E) -> V) throws(E) -> V {
    let bytes = text
    return try body(bytes.span)
  }
}

/// Secrets without a store.
final class TestBroker: SecretBroker {
  private let all: [SecretCard]
  let values: Mutex<[String: String]>

  init(_ cards: [SecretCard], _ values: [String: String]) {
    all = cards
    self.values = Mutex(values)
  }

  func status() -> SecretStoreStatus { SecretStoreStatus(exists: true, isUnlocked: true, locks: []) }
  func cards() -> [SecretCard] { all }
  func carryOut(_ order: SecretOrder, value: Int32?) {}
  func issue(_ wishes: [SecretWish]) -> [SecretStandIn] { [] }
  func value(of name: String) async throws(Fault) -> (card: SecretCard, value: any SecretValue) {
    guard let card = all.first(where: { $0.name == name }), let text = values.withLock({ $0[name] }) else {
      throw Fault("secret-unknown", subject: name, why: "there is no secret of this name")
    }
    return (card, TestValue(text))
  }
}

/// Secrets of one test, their placeholders, and guards for one request after the other.
struct Credentials {
  static let placeholder = "ghp_PLACEHOLDERplaceholder0123456789abcd"
  static let second = "bailey_SECONDsecond0123456789ABCDEFGHIJ"
  static let identity = "AKIAPLACEHOLDER23456"
  static let key = String(repeating: "p", count: 40)
  static let value = "ghp_the\"real/value+1"
  static let secondValue = "the second value"

  var broker: TestBroker
  var standIns: [SecretStandIn]
  var mediator = TestMediator()

  static func card(_ name: String, _ places: [SecretPlace], hosts: [String] = ["good.example"], methods: [String] = [])
    throws -> SecretCard
  {
    SecretCard(
      name: name, rule: SecretRule(hosts: try hosts.map { try HostPattern($0) }, methods: methods, places: places),
      created: 1)
  }

  init(
    _ places: [SecretPlace] = SecretRule.usualPlaces, hosts: [String] = ["good.example"], methods: [String] = []
  ) throws {
    let cards = [
      try Self.card("github", places, hosts: hosts, methods: methods), try Self.card("second", [.header("x-second")]),
    ]
    broker = TestBroker(cards, ["github": Self.value, "second": Self.secondValue])
    standIns = [
      SecretStandIn(card: cards[0], parts: [.init(role: .value, variables: ["A"], placeholder: Self.placeholder)]),
      SecretStandIn(card: cards[1], parts: [.init(role: .value, variables: ["B"], placeholder: Self.second)]),
    ]
  }

  init(aws scope: SecretPlace, _ value: String) throws {
    let card = try Self.card("aws", [scope], hosts: ["good.example", "*.amazonaws.com"])
    broker = TestBroker([card], ["aws": value])
    standIns = [
      SecretStandIn(
        card: card,
        parts: [
          .init(role: .identity, variables: [], placeholder: Self.identity),
          .init(role: .key, variables: [], placeholder: Self.key),
        ])
    ]
  }

  /// The secrets of both.
  func and(_ other: Credentials) -> Credentials {
    var both = self
    both.broker = TestBroker(
      broker.cards() + other.broker.cards(),
      broker.values.withLock { $0 }.merging(other.broker.values.withLock { $0 }) { first, _ in first })
    both.standIns += other.standIns
    return both
  }

  static func head(
    _ method: String = "GET", _ target: String = "/", _ fields: [(String, String)] = [], framing: BodyFraming = .none,
    host: String = "good.example"
  ) -> RequestHead {
    RequestHead(
      method: method, target: target, version: .http11,
      fields: [HTTPField(name: "host", host)] + fields.map { HTTPField(name: $0.0, $0.1) }, framing: framing, length: 0)
  }

  /// What the server gets.
  struct Sent {
    var head: RequestHead?
    var body: [UInt8] = []
    var isWhole = false
    /// How often something passed that was not the last.
    var pieces = 0

    var text: String { String(decoding: body, as: UTF8.self) }
    func value(_ name: String) -> String? { head?.values(name).first }
  }

  func core() throws -> SessionCore {
    SessionCore(
      number: 1, subject: TestGate.subject(), rules: [], uploadBudget: nil, mediator: mediator,
      resolver: TestResolver([:]), interception: try testInterception(), options: GateOptions(),
      credentials: SessionCredentials(standIns: standIns, broker: broker))
  }

  func send(_ head: RequestHead, _ body: [String] = [], port: UInt16 = 443, isSecure: Bool = true) async throws -> Sent
  {
    let host = head.values("host").first ?? ""
    guard let named = Authority(host)?.host else { throw Refusal("test", "no host") }
    let origin: HTTPOrigin = isSecure ? .secure(named, port: port) : .transparent(named, port: port, isStrict: true)
    let target = try HTTPTarget(head, origin)
    let context = ExchangeContext(session: try core(), target: target, head: head, notes: ExchangeNotes())
    let ruling = Ruling(
      action: .resolve(TestGate.subject(), name: "x", type: "A"), decision: Decision(combining: []), record: 1)
    var sent = Sent()
    for one in context.session.guards.request(context, ruling) {
      var one = one
      try await pass(.request(head), &one, &sent)
      for piece in body { try await pass(.data(ByteBuffer(string: piece)), &one, &sent) }
      try await pass(.end([]), &one, &sent)
    }
    return sent
  }

  private func pass(_ part: MessagePart, _ one: inout any MessageGuard, _ sent: inout Sent) async throws {
    var step = try one.take(part)
    while case .wait(let operation) = step {
      await operation()
      step = try one.resume()
    }
    guard case .pass(let parts) = step else { return }
    for part in parts {
      switch part {
      case .request(let head): sent.head = head
      case .data(let bytes):
        sent.body += Array(bytes.readableBytesView)
        sent.pieces += 1
      case .end: sent.isWhole = true
      case .response: break
      }
    }
  }

  static func socket() -> RequestHead {
    var socket = head("GET", "/ws", [("sec-websocket-extensions", "permessage-deflate")])
    socket.wantsWebSocket = true
    return socket
  }

  /// Bytes of a tunnel, as the server gets them.
  func speak(_ pieces: [[UInt8]]) async throws -> [UInt8] {
    let head = Self.socket()
    let target = try HTTPTarget(head, .secure(try NamedHost("good.example"), port: 443))
    let context = ExchangeContext(session: try core(), target: target, head: head, notes: ExchangeNotes())
    let ruling = Ruling(
      action: .resolve(TestGate.subject(), name: "x", type: "A"), decision: Decision(combining: []), record: 1)
    var sent = Sent()
    for one in context.session.guards.tunnel(context, ruling).toServer {
      var one = one
      for piece in pieces { try await pass(.data(ByteBuffer(bytes: piece)), &one, &sent) }
    }
    return sent.body
  }

  func refusal(_ head: RequestHead, _ body: [String] = [], port: UInt16 = 443, isSecure: Bool = true) async -> String? {
    do {
      _ = try await send(head, body, port: port, isSecure: isSecure)
      return nil
    } catch {
      return (error as? Refusal)?.code ?? "\(error)"
    }
  }

  var uses: [Action] { mediator.memory.withLock { $0.requests.filter { $0.verb == .secretUse } } }
}
