import BaileyCore
import BaileyLinux
import Testing

@testable import BaileyWorkspace

struct ScaleProbe {
  @Test("probe") func probe() async throws {
    let f = try WorkspaceFixture()
    let n = 2000
    func say(_ t: String) throws { try Descriptor.open("/tmp/workspace/probe.txt", [.writeOnly, .create, .append]).writeAll(t + "\n") }
    for i in 0..<n { try put(f.project + "/src/\(i % 200)/f\(i)", "content \(i)\n") }
    let c = ContinuousClock()
    try say("open \(try await c.measure { try await f.open() })")
    for i in 0..<n { try put(f.upper + "/node_modules/\(i % 200)/f\(i)", "content \(i)\n") }
    var s: ChangeSet?
    try say("changes \(try await c.measure { s = try await f.changes() })")
    try say("json MB \(s.map { Double($0.json.canonical.count) / 1e6 } ?? 0)")
    try say("apply \(try await c.measure { try await f.apply() })")
    try say("undo \(try await c.measure { try await f.undo() })")
  }
}
