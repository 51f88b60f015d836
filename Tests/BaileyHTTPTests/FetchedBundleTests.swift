import BaileyCore
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import Testing

/// A server of one bundle, and stores that ask it, one after the other as after restarts of the controller.
private final class Surroundings: Sendable {
  let scratch: Scratch
  let server: FakeServer

  init(signed: Bool = true, layer: String = "user", more: String = "") async throws {
    scratch = try Scratch()
    server = try await FakeServer("")
    let settings =
      "bundles:\n  - {name: far, url: \"http://127.0.0.1:\(server.port)\", path: b/agent.tar.gz\(more)}\ninterval: 10\n"
    try WholeFile.replace(scratch.path + "/\(layer)/remote.yaml", with: Array(settings.utf8))
    if signed { try WholeFile.replace(scratch.path + "/\(layer)/keys/k.pem", with: Array(TestKeys.edPublic.utf8)) }
  }

  func store() -> PolicyStore {
    PolicyStore(
      storage: DiskFiles(), roots: [.user: scratch.path + "/user", .administrator: scratch.path + "/administrator"],
      caller: HTTPClient(), fetched: scratch.path + "/state/bundles", monotonic: { Clock.monotonic })
  }

  func serve(_ revision: String, tag: String, signed: Bool = true, text: String = "package agent\nallow := true")
    throws
  {
    var files = try BundleFiles(
      name: "b", files: [".manifest": Array("{\"revision\": \"\(revision)\"}".utf8), "agent/a.rego": Array(text.utf8)])
    if signed {
      files = try BundleSignature.sign(
        files, .init(key: Array(TestKeys.edPrivate.utf8), keyIdentifier: "k", algorithm: "EdDSA"))
    }
    let archive = try files.archive()
    let head = "HTTP/1.1 200 OK\r\netag: \(tag)\r\ncontent-length: \(archive.count)\r\n\r\n"
    server.say(Array(head.utf8) + archive)
  }

  func serve(status: String) { server.say(Array("HTTP/1.1 \(status)\r\ncontent-length: 0\r\n\r\n".utf8)) }
}

@Suite("Bundles over HTTP")
struct FetchedBundleTests {
  private static let action = Action(
    .fileRead, Subject(session: .random(), agent: "a", user: "u"), resource: ["path": "/a"], context: ["now_ns": 1])

  private static func revision(_ store: PolicyStore) -> String? {
    PolicyAnswerer(store, monotonic: { 0 }).revisions.values.first
  }

  private static func effects(_ store: PolicyStore) -> [Effect] {
    store.judges(manifest: [:]).flatMap { $0.opinion(action).reasons.map(\.effect) }
  }

  @Test("A bundle is fetched, asked for again with its tag, and replaced by a newer one")
  func fetching() async throws {
    let around = try await Surroundings()
    let store = around.store()
    #expect(throws: Fault.self) { try store.reload() }
    #expect(store.faults[.user]?.code == "bundle-not-fetched" && Self.effects(store) == [.deny])
    try around.serve("1", tag: "\"one\"")
    let fetched = await store.fetchBundles()
    #expect(fetched.problems == [] && fetched.interval == 10)
    #expect(Self.effects(store) == [.allow] && Self.revision(store) == "1")
    around.serve(status: "304 Not Modified")
    #expect(await store.fetchBundles().problems == [])
    #expect(around.server.requests.last?.contains("if-none-match: \"one\"\r\n") == true)
    #expect(around.server.requests.first?.hasPrefix("GET /b/agent.tar.gz HTTP/1.1\r\n") == true)
    #expect(around.server.requests.first?.contains("if-none-match") == false)
    try around.serve("2", tag: "\"two\"", text: "package agent\ndeny := true")
    #expect(await store.fetchBundles().problems == [])
    #expect(Self.effects(store) == [.deny] && Self.revision(store) == "2")
    try await around.server.stop()
  }

  @Test("What is older, unsigned, broken or not there leaves the last good one in force, also after a restart")
  func lastGood() async throws {
    let around = try await Surroundings()
    let first = around.store()
    try around.serve("5", tag: "\"five\"")
    #expect(await first.fetchBundles().problems == [])
    for store in [first, around.store()] {
      _ = try store.reload()
      try around.serve("4", tag: "\"four\"")
      #expect(await store.fetchBundles().problems.first?.contains("[bundle-older]") == true)
      try around.serve("6", tag: "\"six\"", signed: false)
      #expect(await store.fetchBundles().problems.first?.contains("[bundle-unsigned]") == true)
      try around.serve("6", tag: "\"six\"", text: "package agent\nallow if {")
      #expect(await store.fetchBundles().problems.first?.contains("[policy-invalid]") == true)
      around.server.say(Array("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc".utf8))
      #expect(await store.fetchBundles().problems.first?.contains("[bundle-malformed]") == true)
      around.server.say(Array("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".utf8))
      #expect(await store.fetchBundles().problems.first?.contains("[bundle-not-received]") == true)
      around.serve(status: "500 Oops")
      #expect(await store.fetchBundles().problems.first?.contains("[bundle-not-received]") == true)
      #expect(Self.effects(store) == [.allow] && Self.revision(store) == "5")
    }
    try await around.server.stop()
    #expect(await first.fetchBundles().problems.first?.contains("[bundle-not-received]") == true)
    #expect(try around.store().reload() == [])
  }

  @Test("What lies on disk is verified again when it is loaded, and replaced though the tag is the same")
  func verifiedAgain() async throws {
    let around = try await Surroundings()
    try around.serve("5", tag: "\"five\"")
    #expect(await around.store().fetchBundles().problems == [])
    let path = around.scratch.path + "/state/bundles/user-far.tar.gz"
    let unsigned = try BundleFiles(name: "b", files: ["a.rego": Array("package agent\nallow := true".utf8)]).archive()
    try WholeFile.replace(path, with: unsigned)
    let store = around.store()
    #expect(throws: Fault.self) { try store.reload() }
    #expect(store.faults[.user]?.code == "bundle-unsigned" && Self.effects(store) == [.deny])
    #expect(await store.fetchBundles().problems == [])
    #expect(around.server.requests.last?.contains("if-none-match") == false)
    #expect(Self.effects(store) == [.allow])
    try await around.server.stop()
  }

  @Test("Without keys only this machine is believed, and never for the administrator")
  func keys() async throws {
    let local = try await Surroundings(signed: false)
    try local.serve("1", tag: "t", signed: false)
    let store = local.store()
    #expect(await store.fetchBundles().problems == [])
    #expect(Self.effects(store) == [.allow])
    let administrators = try await Surroundings(signed: false, layer: "administrator")
    try administrators.serve("1", tag: "t", signed: false)
    let problems = await administrators.store().fetchBundles().problems
    // An ordinary user's files are none of the administrator's.
    let code = CurrentProcess.user == 0 ? "[bundle-keys-missing]" : "[policy-owner]"
    #expect(problems.first?.contains(code) == true)
    let far = "bundles:\n  - {name: far, url: \"http://192.0.2.1:80\", path: b}\n"
    try WholeFile.replace(local.scratch.path + "/user/remote.yaml", with: Array(far.utf8))
    #expect(await store.fetchBundles().problems.first?.contains("[bundle-keys-missing]") == true)
    try await local.server.stop()
    try await administrators.server.stop()
  }
}
