import BaileyCore
import BaileyForward
import BaileyLinux
import BaileyTestSupport
import Testing

@Suite("The site's key for paths")
struct SiteKeyTests {
  private static func text(_ fixture: Fixture) async throws -> String {
    let exports = LogExports(fixture.log, fixture.origin, version: "1", stateDirectory: fixture.scratch.path)
    var encoder = try exports.encoder(ExportOptions(.jsonl, hashesPaths: true))
    let entries = try await fixture.log.entries(from: 0, limit: 10)
    return String(decoding: try await encoder.encode(entries), as: UTF8.self)
  }

  @Test("It is made once, with mode 0600, and other sites have other hashes")
  func stable() async throws {
    let (one, other) = (try Fixture(records: 10), try Fixture(records: 10))
    let first = try await Self.text(one)
    #expect(first.contains("\"path\":\"path-"))
    #expect(!first.contains("/bin/"))
    #expect(try await Self.text(one) == first)
    #expect(try await Self.text(other) != first)
    let status = try Descriptor.status(of: one.scratch.path + "/keys/export.key")
    #expect(status.mode == 0o600 && status.size == 32)
  }

  @Test(
    "One that others can read, or of another length, is refused, never replaced", arguments: [(0o644, 32), (0o600, 31)])
  func refused(mode: UInt32, length: Int) async throws {
    let fixture = try Fixture(records: 1)
    try fixture.scratch.directory("keys", mode: 0o700)
    try fixture.scratch.write(String(repeating: "k", count: length), to: "keys/export.key", mode: mode)
    let fault = await #expect(throws: Fault.self) { try await Self.text(fixture) }
    #expect(fault?.code == "export-key")
    #expect(try fixture.scratch.read("keys/export.key") == String(repeating: "k", count: length))
  }
}
