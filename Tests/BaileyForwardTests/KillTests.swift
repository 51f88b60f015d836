import BaileyAudit
import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

/// A controller of its own with a full log and two sinks.
private struct Controllers {
  static let records = 3000

  let walls: Walls
  let port: UInt16
  private let collector: Int32

  init() async throws {
    walls = try Walls()
    let number = try Socket.listener(on: Endpoint(try IPAddress("127.0.0.1"), 0))
    port = try #require(Socket.localEndpoint(number)).port
    Socket.close(number)
    try await Self.fill(walls.scratch.path + "/state/bailey")
    let settings = """
      sinks:
        - {name: far, otlp: "http://127.0.0.1:\(port)/v1/logs"}
        - {name: disk, file: \(walls.scratch.path)/out.jsonl}

      """
    try WholeFile.replace(walls.scratch.path + "/config/bailey/export.yaml", with: Array(settings.utf8))
    let script = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/collector.py"
    collector = try Tool("/usr/bin/env").startSilently(
      ["python3", script, "\(port)", walls.scratch.path + "/collected"])
  }

  func end() throws { _ = try Tool("/bin/kill").run(["-KILL", "\(collector)"]) }

  private static func fill(_ state: String) async throws {
    try Descriptor.makeDirectories(state)
    let log = try AuditLog(LogLayout(stateDirectory: state))
    let records = (0..<Self.records).map { number in
      Record(
        .note, session: nil, time: 1_790_000_000_000_000_000, body: ["event": "watch", "number": .int(Int64(number))])
    }
    #expect(await log.observe(records) == 0)
    try await log.publish()
    await log.close()
  }

  func start() throws -> Int32 {
    try Tool(Products.path("baileyd"), environment: walls.surroundings).startSilently([])
  }

  func cursor(_ name: String) throws -> UInt64 {
    guard let text = try? walls.scratch.read("state/bailey/export/\(name).cursor") else { return 0 }
    return UInt64(try JSON.parse(text)["next"]?.int ?? -1)
  }

  /// What the collector and the file have, whole lines only.
  func collected() -> Set<UInt64> { Set(lines("collected").compactMap { UInt64($0) }) }
  func written() -> Set<UInt64> {
    Set(lines("out.jsonl").compactMap { (try? JSON.parse($0))?["index"]?.int.map(UInt64.init) })
  }

  private func lines(_ name: String) -> [String] {
    let text = (try? walls.scratch.read(name)) ?? ""
    return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }
}

@Suite("Exports of a controller that is killed", .serialized)
struct KillTests {
  @Test("Killed at random moments, no cursor is ahead of what was acknowledged, and every record arrives")
  func kills() async throws {
    let controllers = try await Controllers()
    defer { try? controllers.end() }
    for _ in 0..<12 {
      let controller = try controllers.start()
      try await Task.sleep(for: .milliseconds(Int.random(in: 50...900)))
      _ = try Tool("/bin/kill").run(["-KILL", "\(controller)"])
      let (far, disk) = (try controllers.cursor("far"), try controllers.cursor("disk"))
      #expect(controllers.collected().isSuperset(of: 0..<far))
      #expect(controllers.written().isSuperset(of: 0..<disk))
    }
    let controller = try controllers.start()
    defer { _ = try? Tool("/bin/kill").run(["-KILL", "\(controller)"]) }
    let all = UInt64(Controllers.records)
    for _ in 0..<6000 where try controllers.cursor("far") < all || controllers.cursor("disk") < all {
      try await Task.sleep(for: .milliseconds(20))
    }
    #expect(controllers.collected().isSuperset(of: 0..<all))
    #expect(controllers.written().isSuperset(of: 0..<all))
  }
}
