import BaileyCore
import BaileyTestSupport
import Testing

@testable import BaileyPolicy

@Suite("retention.yaml")
struct RetentionFileTests {
  private static func read(_ text: String) throws(Fault) -> RetentionPolicy {
    try RetentionFile(file: "retention.yaml").read(Array(text.utf8))
  }

  @Test("It says what goes by age and size, and what stays; an empty one erases nothing")
  func good() throws {
    #expect(try !Self.read("{}").erasesByItself && !Self.read("recordings: {}").erasesByItself)
    let policy = try Self.read(
      "recordings: {max-age: 90d, max-size: 2GiB}\ndiffs:\n  max-size: 500MB\nminimum-age: 7d\n")
    #expect(policy.limits[.recording] == .init(maximumAge: 90 * 86_400, maximumSize: 2 << 30))
    #expect(policy.limits[.diff] == .init(maximumSize: 500_000_000))
    #expect(policy.minimumAge == 7 * 86_400 && policy.erasesByItself)
  }

  @Test(
    "Whatever is no setting is refused with its place",
    arguments: [
      "recording: {max-age: 1d}", "recordings: {max_age: 1d}", "recordings: {max-age: }", "recordings: {max-age: 0d}",
      "recordings: {max-age: 1y}", "recordings: {max-age: -1d}", "recordings: {max-age: [1d]}", "recordings: 90d",
      "diffs: {max-size: 0}", "diffs: {max-size: 2Gib}", "diffs: {max-size: lots}", "diffs: {max-age: 36526d}",
      "minimum-age: 2GiB", "minimum-age: {a: 1}", "minimum-age: 36526d", "recordings: {max-age: 99999999999999999d}",
      "{minimum-age: 8d, recordings: {max-age: 7d}}", "- a", "recordings: {max-age: 1d, max-age: 2d}", "holds: []",
    ])
  func bad(text: String) {
    let fault = #expect(throws: Fault.self) { try Self.read(text) }
    #expect(fault?.subject?.hasPrefix("retention.yaml:1:") == true, "\(String(describing: fault))")
  }

  @Test("A misspelt key is told what was meant")
  func hint() {
    let fault = #expect(throws: Fault.self) { try Self.read("recordings: {max-sise: 1GiB}") }
    #expect(fault?.code == "retention-settings" && fault?.hint == "did you mean `max-size`?")
  }

  @Test("Of two maxima the smaller counts, of two minima the larger, and only the administrator's binds orders")
  func layers() throws {
    let strict = try Self.read("minimum-age: 30d\nrecordings: {max-age: 365d}")
    let lax = try Self.read("minimum-age: 1d\nrecordings: {max-age: 7d, max-size: 1GiB}")
    let merged = RetentionPolicy(administrator: strict, person: lax)
    #expect(merged.minimumAge == 30 * 86_400 && merged.minimumForOrders == 30 * 86_400)
    #expect(merged.limits[.recording] == .init(maximumAge: 7 * 86_400, maximumSize: 1 << 30))
    let turned = RetentionPolicy(administrator: lax, person: strict)
    #expect(turned.minimumAge == 30 * 86_400 && turned.minimumForOrders == 86_400)
    #expect(turned.limits[.recording]?.maximumAge == Int64(7 * 86_400))
  }

  @Test("Both directories are read; a file that others can write, or that cannot be read, is a fault")
  func files() async throws {
    let scratch = try Scratch()
    for name in ["admin", "user"] { try scratch.directory(name) }
    let load = { () async throws(Fault) in
      try await RetentionFile.load(configuration: scratch.path + "/user", administrator: scratch.path + "/admin")
    }
    #expect(try await load() == RetentionPolicy(administrator: .init(), person: .init()))
    try scratch.write("minimum-age: 2d\n", to: "admin/retention.yaml")
    try scratch.write("diffs: {max-age: 3d}\n", to: "user/retention.yaml")
    let policy = try await load()
    #expect(policy.minimumForOrders == 2 * 86_400 && policy.limits[.diff]?.maximumAge == 3 * 86_400)
    _ = try Tool("/bin/chmod").run(["666", scratch.path + "/user/retention.yaml"])
    await #expect(throws: Fault.self) { _ = try await load() }
    _ = try Tool("/bin/rm").run([scratch.path + "/user/retention.yaml"])
    try scratch.directory("user/retention.yaml")
    await #expect(throws: Fault.self) { _ = try await load() }
  }
}
