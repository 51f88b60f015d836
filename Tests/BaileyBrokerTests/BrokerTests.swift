import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Glibc
import Synchronization
import Testing

@testable import BaileyBroker

/// A server of tokens that answers what it is told, and counts.
private final class TokenServer: HTTPCaller {
  let calls = Mutex<[HTTPCall]>([])
  let answer: @Sendable (Int) -> HTTPReply

  init(_ answer: @escaping @Sendable (Int) -> HTTPReply) { self.answer = answer }

  func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply {
    let number = calls.withLock { calls in
      calls.append(call)
      return calls.count
    }
    await Task.yield()
    return answer(number)
  }

  var bodies: [String] { calls.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } } }
}

/// A server at which something happens meanwhile.
private final class SlowServer: HTTPCaller {
  let bodies = Mutex<[String]>([])
  let answer: @Sendable (Int) async -> HTTPReply

  init(_ answer: @escaping @Sendable (Int) async -> HTTPReply) { self.answer = answer }

  func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply {
    let number = bodies.withLock { bodies in
      bodies.append(String(decoding: call.body, as: UTF8.self))
      return bodies.count
    }
    return await answer(number)
  }
}

private func token(_ text: String, life: Int = 3600, refresh: String? = nil) -> HTTPReply {
  let more = refresh.map { ",\"refresh_token\":\"\($0)\"" } ?? ""
  let body = "{\"access_token\":\"\(text)\",\"token_type\":\"Bearer\",\"expires_in\":\(life)\(more)}"
  return HTTPReply(status: 200, body: Array(body.utf8))
}

private func pipe(_ text: String, isClosed: Bool = true) throws -> Int32 {
  let ends = try Descriptor.pipe(nonBlocking: true).take()
  let end = Descriptor(owning: ends.1)
  try end.writeAll(text)
  if !isClosed { _ = end.take() }
  return ends.0
}

private func text(_ value: any SecretValue) -> String { value.lend { String(decoding: Array($0), as: UTF8.self) } }

private func code(_ body: () async throws -> Void) async -> String? {
  do { try await body() } catch { return (error as? Fault)?.code ?? "\(error)" }
  return nil
}

@Suite("Orders and placeholders")
struct BrokerTests {
  private let folder: Scratch

  init() throws { folder = try Scratch() }

  private final class NoCache: KeyCache {
    func keep(_ key: SecretBytes, of store: String) {}
    func find(store: String) -> SecretBytes? { nil }
    func forget(store: String) {}
  }

  private func broker(_ caller: (any HTTPCaller)? = nil, now: @escaping @Sendable () -> Int64 = { 1_000 }) async throws
    -> Broker
  {
    let store = SecretStore(
      stateDirectory: folder.path, safes: HostKeySafes(environment: [:]), cache: NoCache(), now: now)
    let broker = Broker(store: store, caller: caller, now: now)
    try await broker.carryOut(.create(.file(folder.path + "/key")), value: nil)
    return broker
  }

  private func card(_ name: String, _ places: [SecretPlace] = SecretRule.usualPlaces) throws -> SecretCard {
    SecretCard(name: name, rule: SecretRule(hosts: [try HostPattern("a.example.com")], places: places), created: 1)
  }

  private func wish(_ name: String, _ variables: [String] = []) -> SecretWish {
    SecretWish(name: name, variables: variables, source: SourceLocation(file: "m"))
  }

  @Test("A value comes through a pipe that holds all of it, and in no other way")
  func pipes() async throws {
    let broker = try await broker()
    try await broker.carryOut(.add(try card("one")), value: try pipe("value-of-one"))
    #expect(text(try await broker.value(of: "one").value) == "value-of-one")
    try await broker.carryOut(.rotate("one"), value: try pipe("second-value"))
    #expect(text(try await broker.value(of: "one").value) == "second-value")
    let two = try card("two")
    #expect(await code { try await broker.carryOut(.add(two), value: nil) } == "secret-invalid")
    #expect(await code { try await broker.carryOut(.add(two), value: try pipe("")) } == "secret-invalid")
    // Nobody waits for who writes on.
    #expect(
      await code { try await broker.carryOut(.add(two), value: try pipe("abc", isClosed: false)) } == "secret-invalid")
    #expect(await code { try await broker.carryOut(.rotate("none"), value: try pipe("abc")) } == "secret-unknown")
    #expect(try broker.cards().map(\.name) == ["one"])
  }

  @Test(
    "A placeholder has length and prefix of the value where tools check them, and nothing else of it",
    arguments: [
      ("ghp_" + String(repeating: "V", count: 36), "ghp_"),
      ("sk-ant-api03-" + String(repeating: "V", count: 80), "sk-ant-api03-"),
      ("AKIA" + String(repeating: "V", count: 16), "AKIA"), ("just a password of somebody", nil), ("ghp_short", nil),
      ("-----BEGIN KEY-----", nil),
    ])
  func forms(value: String, prefix: String?) throws {
    let make = { SecretPlaceholder.make(for: Array(value.utf8).span) }
    let one = make()
    if let prefix {
      #expect(one.hasPrefix(prefix) && one.utf8.count == value.utf8.count && !one.contains("VVV"))
    } else {
      #expect(one.hasPrefix("bailey_") && one.utf8.count == 39)
    }
    #expect(one != make() && one.utf8.allSatisfy { SecretCard.isName("a\(Character(UnicodeScalar($0)))") })
  }

  @Test("Each session gets placeholders of its own, in the variables that were asked for")
  func issue() async throws {
    let broker = try await broker()
    #expect(try await broker.issue([]).isEmpty)
    try await broker.carryOut(
      .add(try card("github-token")), value: try pipe("ghp_" + String(repeating: "a", count: 36)))
    try await broker.carryOut(.add(try card("npm")), value: try pipe("npm-value-of-somebody"))
    let first = try await broker.issue([wish("github-token"), wish("npm", ["NPM_TOKEN", "NODE_AUTH_TOKEN"])])
    let second = try await broker.issue([wish("github-token")])
    #expect(first[0].variables.keys.sorted() == ["GITHUB_TOKEN"])
    #expect(first[1].variables.keys.sorted() == ["NODE_AUTH_TOKEN", "NPM_TOKEN"])
    #expect(Set(first[1].variables.values).count == 1)
    #expect(first[0].variables["GITHUB_TOKEN"] != second[0].variables["GITHUB_TOKEN"])
    #expect(await code { _ = try await broker.issue([wish("none")]) } == "secret-unknown")
    #expect(
      await code { _ = try await broker.issue([wish("npm", ["A"]), wish("github-token", ["A"])]) } == "secret-invalid")
    try await broker.carryOut(.lock, value: nil)
    try Descriptor.workingDirectory.unlink(folder.path + "/key")
    #expect(await code { _ = try await broker.issue([wish("npm")]) } == "secrets-locked")
  }

  @Test("Keys of AWS have a placeholder each, and anything else is refused where they are to be")
  func aws() async throws {
    let broker = try await broker()
    let place = SecretPlace.sigv4(service: "s3", region: "*")
    let identity = "AKIA" + String(repeating: "B", count: 16)
    let key = String(repeating: "k", count: 40)
    for wrong in ["justakey", identity + ":", ":" + key, identity + ":" + key + ":"] {
      let card = try card("wrong", [place])
      #expect(
        await code { try await broker.carryOut(.add(card), value: try pipe(wrong)) } == "secret-invalid", "\(wrong)")
    }
    try await broker.carryOut(.add(try card("aws", [place])), value: try pipe("\(identity):\(key):\(key)\(key)"))
    let standIn = try #require(try await broker.issue([wish("aws")]).first)
    #expect(standIn.parts.map(\.role) == [.identity, .key, .token])
    #expect(standIn.variables["AWS_ACCESS_KEY_ID"]?.hasPrefix("AKIA") == true)
    #expect(standIn.variables["AWS_SECRET_ACCESS_KEY"]?.utf8.count == 40)
    #expect(standIn.variables["AWS_SESSION_TOKEN"]?.utf8.count == 80)
  }

  private func granted(_ kind: OAuthGrant.Kind) throws -> SecretCard {
    var card = try card("crm")
    card.grant = OAuthGrant(
      kind, tokenURL: "https://login.example.com/oauth/token?x=1", clientID: "my id", scope: "a b")
    return card
  }

  @Test("A token is had once, however many ask, and again when it has ended")
  func tokens() async throws {
    let server = TokenServer { token("token-\($0)") }
    let time = Mutex<Int64>(0)
    let broker = try await broker(server) { time.withLock { $0 } }
    try await broker.carryOut(.add(try granted(.clientCredentials)), value: try pipe("s e&cret"))
    let all = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<20 { group.addTask { text(try await broker.value(of: "crm").value) } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(all == ["token-1"] && server.bodies == ["grant_type=client_credentials&scope=a%20b"])
    let call = try #require(server.calls.withLock { $0.first })
    #expect(call.target == "/oauth/token?x=1" && call.place == .name(try HostName("login.example.com"), port: 443))
    #expect(call.headers["authorization"] == "Basic " + Base64.encode(Array("my%20id:s%20e%26cret".utf8)))
    time.withLock { $0 = 3_541 * 1_000_000_000 }
    #expect(text(try await broker.value(of: "crm").value) == "token-2")
    // Another secret of the client is another beginning.
    try await broker.carryOut(.rotate("crm"), value: try pipe("other"))
    #expect(text(try await broker.value(of: "crm").value) == "token-3")
  }

  @Test("A refresh token that the server replaces is kept, and the next question has it")
  func refreshed() async throws {
    let server = TokenServer { token("token-\($0)", life: 100, refresh: "refresh-\($0)") }
    let time = Mutex<Int64>(7)
    let broker = try await broker(server) { time.withLock { $0 } }
    try await broker.carryOut(.add(try granted(.refreshToken)), value: try pipe("refresh-0"))
    #expect(text(try await broker.value(of: "crm").value) == "token-1")
    #expect(text(try await broker.value(of: "crm").value) == "token-1")
    time.withLock { $0 = 100 * 1_000_000_000 }
    #expect(text(try await broker.value(of: "crm").value) == "token-2")
    let bodies = server.bodies
    #expect(
      bodies.count == 2 && bodies[0].contains("refresh_token=refresh-0&")
        && bodies[1].contains("refresh_token=refresh-1&"))
    #expect(bodies[0].hasSuffix("client_id=my%20id"))
  }

  @Test("A value that the person gave meanwhile is not overwritten by a renewed one")
  func rotatedMeanwhile() async throws {
    let box = Mutex<Broker?>(nil)
    let server = SlowServer { number in
      if number == 1 { try? await box.withLock { $0 }?.carryOut(.rotate("crm"), value: try? pipe("person")) }
      return token("token-\(number)", refresh: "refresh-\(number)")
    }
    let broker = try await broker(server)
    box.withLock { $0 = broker }
    try await broker.carryOut(.add(try granted(.refreshToken)), value: try pipe("refresh-0"))
    #expect(await code { _ = try await broker.value(of: "crm") } == "secret-token-refused")
    #expect(text(try await broker.value(of: "crm").value) == "token-2")
    let bodies = server.bodies.withLock { $0 }
    #expect(bodies.count == 2 && bodies[1].contains("refresh_token=person&"))
    #expect(text(try await broker.value(of: "crm").value) == "token-2")
  }

  private final class Stuck: KeySafes, KeyCache {
    let keys = Mutex<SecretBytes?>(nil)
    let asked = Mutex(0)
    let isStuck = Mutex(false)

    func put(_ key: SecretBytes, in kind: KeySafeKind, store: String) { keys.withLock { $0 = key } }
    func get(from kind: KeySafeKind, store: String) throws(Fault) -> SecretBytes {
      asked.withLock { $0 += 1 }
      while isStuck.withLock({ $0 }) { usleep(1000) }
      guard let key = keys.withLock({ $0 }) else { throw Fault("secrets-locked", why: "no key here") }
      return key
    }
    func keep(_ key: SecretBytes, of store: String) {}
    func find(store: String) -> SecretBytes? { nil }
    func forget(store: String) {}
  }

  @Test("While a safe does not answer, requests are told so in time, nobody else waits, and a lock meanwhile holds")
  func stuck() async throws {
    let safe = Stuck()
    let store = SecretStore(stateDirectory: folder.path, safes: safe, cache: safe) { 1_000 }
    let broker = Broker(store: store, caller: nil, patience: .milliseconds(50)) { 1_000 }
    try await broker.carryOut(.create(.service), value: nil)
    try await broker.carryOut(.add(try card("one")), value: try pipe("value"))
    try await broker.carryOut(.lock, value: nil)
    safe.isStuck.withLock { $0 = true }
    for _ in 0..<3 { #expect(await code { _ = try await broker.value(of: "one") } == "secrets-locked") }
    #expect(await code { _ = try await broker.issue([wish("one")]) } == "secrets-locked")
    #expect(try broker.cards().map(\.name) == ["one"] && !(try store.status().isUnlocked))
    #expect(safe.asked.withLock { $0 } == 1)
    try await broker.carryOut(.lock, value: nil)
    safe.isStuck.withLock { $0 = false }
    // What it answers now was asked before the lock.
    while await code({ _ = try await broker.value(of: "one") }) != nil {}
    #expect(safe.asked.withLock { $0 } == 2)
    #expect(text(try await broker.value(of: "one").value) == "value")
  }

  @Test(
    "What is no token is told without a word of it",
    arguments: [
      HTTPReply(status: 401, body: Array("{\"access_token\":\"t\",\"token_type\":\"bearer\"}".utf8)),
      HTTPReply(status: 200, body: Array("{\"access_token\":\"t\"}".utf8)),
      HTTPReply(status: 200, body: Array("{\"access_token\":\"a\\nb\",\"token_type\":\"bearer\"}".utf8)),
      HTTPReply(status: 200, body: Array("secret in clear".utf8)),
    ])
  func noToken(reply: HTTPReply) async throws {
    let broker = try await broker(TokenServer { _ in reply })
    try await broker.carryOut(.add(try granted(.clientCredentials)), value: try pipe("value"))
    do {
      _ = try await broker.value(of: "crm")
      Issue.record("there was a token")
    } catch {
      #expect(error.code == "secret-token-refused" && !error.description.contains("clear"))
    }
  }

  @Test("Addresses of tokens are https")
  func addresses() {
    for wrong in ["http://a.com/t", "a.com/t", "https://", "https://a.com/t\n"] {
      #expect(OAuthGrant(.clientCredentials, tokenURL: wrong, clientID: "i") == nil, "\(wrong)")
    }
  }
}
