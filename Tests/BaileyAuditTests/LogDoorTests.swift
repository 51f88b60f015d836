import BaileyDoors
import BaileyHTTP
import BaileyLinux
import BaileyMerkle
import BaileyTestSupport
import BaileyWire
import Testing

@testable import BaileyAudit
@testable import BaileyCore

@Suite("The log served to monitors", .serialized)
struct LogDoorTests {
  private let scratch: BaileyAuditTests.Scratch
  private let log: AuditLog
  private let port: UInt16
  private let client = HTTPClient()

  init() throws {
    scratch = try BaileyAuditTests.Scratch()
    log = try AuditLog(scratch.layout)
    port = try LogTools.freePort()
    let door = try LogDoor(log, address: IPAddress("127.0.0.1"), port: port)
    try startThread("log door") { door.serve() }
  }

  private func ask(_ target: String, _ method: String = "GET", host: String = "localhost", body: [UInt8] = [])
    async throws -> HTTPReply
  {
    var call = HTTPCall(.address(try IPAddress("127.0.0.1"), port: port), target)
    (call.method, call.headers, call.body, call.timeout) = (method, ["host": host], body, 5000)
    return try await client.call(call)
  }

  private func verify(_ verb: String, _ more: [String] = []) throws -> Int32 {
    let key = log.verifierKey
    return try LogTools.run(
      "aics-tlog",
      [verb, "--tiles", "http://127.0.0.1:\(port)/", "--log-key", key.text, "--origin", key.identity.name] + more
    ).status
  }

  @Test("A verifier from elsewhere follows the log over HTTP as it grows")
  func followed() async throws {
    let saved = scratch.path + "/saved"
    var total = 0
    for count in [3, 300, 400] {
      try await scratch.append(log, total..<total + count)
      total += count
      try await log.publish()
      #expect(try verify("verify-checkpoint") == 0)
      if total > 3 { #expect(try verify("verify-consistency", ["--old-checkpoint", saved]) == 0) }
      #expect(try verify("verify-checkpoint", ["--save-checkpoint", saved]) == 0)
      let entry = scratch.path + "/entry"
      #expect(try verify("verify-inclusion", ["--index", "\(total - 1)", "--entry-out", entry]) == 0)
      #expect(try Files.read(entry) == sample("\(total - 1)").json.canonical)
    }
    await log.close()
  }

  @Test("Checkpoint, tiles, bundles and their partial forms have their types and times, as they lie on disk")
  func files() async throws {
    try await scratch.append(log, 0..<300)
    try await log.publish()
    let checkpoint = try await ask("/checkpoint")
    #expect(checkpoint.status == 200 && checkpoint.body == log.head.note)
    #expect(
      checkpoint.headers["content-type"] == "text/plain; charset=utf-8"
        && checkpoint.headers["cache-control"] == "no-cache")
    for path in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"] {
      let reply = try await ask("/" + path)
      #expect(reply.status == 200, "\(path)")
      #expect(reply.body == (try Files.read(scratch.layout.directory + "/" + path)))
      #expect(reply.headers["content-type"] == "application/octet-stream")
      #expect(reply.headers["cache-control"] == "max-age=31536000, immutable")
    }
    await log.close()
  }

  @Test("What no signed head covers is not served, also where it is on disk")
  func unsigned() async throws {
    try await scratch.append(log, 0..<3)
    try await log.publish()
    for width in [4, 255] {
      try BaileyAuditTests.Scratch.write(
        scratch.layout.directory + "/tile/0/000.p/\(width)", Array(repeating: 0, count: 32 * width))
      #expect(try await ask("/tile/0/000.p/\(width)").status == 404)
    }
    try BaileyAuditTests.Scratch.write(scratch.layout.directory + "/tile/0/000", Array(repeating: 0, count: 8192))
    #expect(try await ask("/tile/0/000").status == 404)
    #expect(try await ask("/tile/0/000.p/3").status == 200)
    await log.close()
  }

  @Test(
    "Nothing else is served: no other file, no other spelling, no other method, no other host",
    arguments: [
      "/", "", "/lock", "/wal", "/tile", "/tile/0", "/tile/0/000.p", "/tile/0/0", "/tile/0/x000/000", "/tile/0/000/",
      "//checkpoint", "/checkpoint/", "/checkpoint?x", "/checkpoint#x", "/%63heckpoint", "/./checkpoint",
      "/tile/../checkpoint",
      "/tile/0/../../lock", "/tile/0/%2e%2e/%2e%2e/lock", "/../heads/log", "/tile/0/000.p/0", "/tile/0/000.p/256",
      "/tile/0/000.p/03", "/tile/00/000.p/3", "/tile/-1/000", "/tile/64/000", "/tile/8/000", "/tile/entries/000.p/2/..",
      "/tile/0/\(String(repeating: "x999/", count: 40))999", "http://localhost/checkpoint",
    ])
  func nothingElse(target: String) async throws {
    try await scratch.append(log, 0..<3)
    try await log.publish()
    let reply = try? await ask(target)
    #expect(reply == nil || [400, 404].contains(reply?.status))
    #expect(reply?.body.count ?? 0 < 200)
    await log.close()
  }

  @Test("Only GET without a body is answered, and only to who asks for a host of this machine")
  func callers() async throws {
    for method in ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"] {
      #expect((try? await ask("/checkpoint", method))?.status ?? 405 == 405, "\(method)")
    }
    #expect((try? await ask("/checkpoint", body: [1]))?.status ?? 413 == 413)
    for host in [
      "evil.example", "evil.example:\(port)", "localhost.evil.example", "127.0.0.1.evil.example:1", "", "10.0.0.1",
    ] {
      #expect(try await ask("/checkpoint", host: host).status == 421, "\(host)")
    }
    for host in ["localhost", "127.0.0.1:\(port)", "[::1]:\(port)", "[::1]"] {
      #expect(try await ask("/checkpoint", host: host).status == 200, "\(host)")
    }
    await log.close()
  }

  @Test("On a Unix socket it is for the person alone")
  func socket() async throws {
    let places = Places(
      state: scratch.path + "/s", runtime: scratch.path + "/r", configuration: scratch.path + "/c")
    let door = LogDoor(log, door: try Door(at: places.logSocket, in: places))
    try startThread("log door") { door.serve() }
    #expect(try Descriptor.status(of: places.logSocket).mode & 0o777 == 0o600)
    var call = HTTPCall(.socket(places.logSocket), "/checkpoint")
    (call.method, call.headers, call.timeout) = ("GET", ["host": "anything"], 5000)
    #expect(try await client.call(call).body == log.head.note)
    await log.close()
  }
}
