import BaileyCore
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import Testing

@Suite("Bundles over HTTPS")
struct HTTPSBundleTests {
  private static func store(_ server: TLSServer, trusts: String = "ca.pem") throws -> PolicyStore {
    let root = server.path("policy.d")
    let bundle =
      "{name: far, url: \"https://localhost:\(server.port)\", path: b.tar.gz, ca: \"\(server.path(trusts))\"}"
    try WholeFile.replace(root + "/remote.yaml", with: Array("bundles:\n  - \(bundle)\n".utf8))
    return PolicyStore(
      storage: DiskFiles(), roots: [.user: root], caller: HTTPClient(), fetched: server.path("state"),
      monotonic: { Clock.monotonic })
  }

  private static func answer(_ revision: String, tellsLength: Bool = true) throws -> [UInt8] {
    let files = try BundleFiles(
      name: "b",
      files: [
        ".manifest": Array("{\"revision\": \"\(revision)\"}".utf8), "agent/a.rego": Array("package agent".utf8),
      ])
    let archive = try files.archive()
    let length = tellsLength ? "content-length: \(archive.count)\r\n" : ""
    return Array("HTTP/1.1 200 OK\r\netag: \"\(revision)\"\r\n\(length)\r\n".utf8) + archive
  }

  private static func revision(_ store: PolicyStore) -> String? {
    PolicyAnswerer(store, monotonic: { 0 }).revisions.values.first
  }

  @Test("A bundle is fetched, and asked for again with its tag")
  func fetching() async throws {
    let server = try await TLSServer()
    let store = try Self.store(server)
    try server.say(Self.answer("1"))
    #expect(await store.fetchBundles().problems == [])
    #expect(Self.revision(store) == "1")
    try server.say(Array("HTTP/1.1 304 Not Modified\r\n\r\n".utf8))
    #expect(await store.fetchBundles().problems == [])
    #expect(server.requests.map { $0.contains("if-none-match: \"1\"\r\n") } == [false, true])
    try server.say(Self.answer("2", tellsLength: false))
    #expect(await store.fetchBundles().problems == [])
    #expect(Self.revision(store) == "2")
    try await server.stop()
  }

  @Test("A bundle that is cut off is none, though all of it were there, and one of no trusted server is not asked for")
  func refusals() async throws {
    let server = try await TLSServer(.cut)
    try server.say(Self.answer("1"))
    let store = try Self.store(server)
    #expect(await store.fetchBundles().problems == [])
    try server.say(Self.answer("2", tellsLength: false))
    let cut = await store.fetchBundles().problems.first
    #expect(cut?.contains("it was cut off [bundle-not-received]") == true, "\(cut ?? "")")
    try server.say(Self.answer("2").dropLast(9))
    #expect(await store.fetchBundles().problems.first?.contains("[bundle-not-received]") == true)
    #expect(server.requests.count == 3)
    let untrusted = await (try Self.store(server, trusts: "other.pem")).fetchBundles().problems.first
    #expect(untrusted?.contains("no authority that is trusted here [bundle-tls]") == true, "\(untrusted ?? "")")
    let missing = await (try Self.store(server, trusts: "none.pem")).fetchBundles().problems.first
    #expect(missing?.contains("does not exist [policy-remote-certificate]") == true, "\(missing ?? "")")
    #expect(server.requests.count == 3 && Self.revision(store) == "1")
    try await server.stop()
  }
}
