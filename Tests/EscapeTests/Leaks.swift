import BaileyTestSupport
import Testing

@Suite("The controller keeps nothing of what has ended", .serialized)
struct Leaks {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// What the controller holds open when nothing goes on; the same twice in a row, as ends take a moment.
  private func held(_ daemon: Int32) throws -> [String] {
    var last: [String] = []
    while true {
      let list = try walls.outside("sleep 0.3; ls -l /proc/\(daemon)/fd | sed -n 's/.* -> //p' | sort").output
      let now = list.split(separator: "\n").map(String.init)
      if now == last { return now.filter { name in !Self.moving.contains { name.contains($0) } } }
      last = now
    }
  }

  /// The log's files change, its index is opened beside all else, and the runtime makes its timer when the first task sleeps.
  private static let moving = ["/log/", "/heads/", "/index/", "[timerfd]"]

  private func daemon() throws -> Int32 {
    #expect(try walls.run("true").status == 0)
    return try #require(try walls.processes("baileyd").first)
  }

  @Test(
    "No descriptor stays open after a session, however it began and ended",
    arguments: [
      "bailey run -q -- true", "bailey run -q -- /nothing/there", "bailey run -q --read /nothing/there -- true",
      "script -qec 'bailey run -q -- true' /dev/null", "echo x | bailey run -q -- cat >/dev/null",
      "bailey run -q --publish 18473 -- true", "timeout -s KILL 1 bailey run -q -- sleep 60",
      "bailey run -q -- sleep 60 & sleep 1; bailey exec -- true; script -qec 'bailey exec -- true' /dev/null; bailey kill",
      "bailey run -q --profile nonsense -- true", "bailey log list --last 0 | head -1",
    ])
  func afterwards(script: String) throws {
    let daemon = try daemon()
    let before = try held(daemon)
    for _ in 0..<3 { _ = try walls.outside(script) }
    let after = try held(daemon)
    #expect(after == before, "\(before) became \(after)")
  }

  /// The limit of open files makes each step that opens something fail in turn.
  @Test("A start that fails for want of descriptors leaves none behind, whichever step it fails at")
  func exhausted() throws {
    let daemon = try daemon()
    let before = try held(daemon)
    var failures = 0
    for room in 1..<40 {
      let result = try walls.outside(
        """
        open=$(ls /proc/\(daemon)/fd | sort -n | tail -1)
        prlimit --pid \(daemon) --nofile=$((open + 1 + \(room))):
        timeout -s KILL 2 bailey run -q -- true; status=$?
        prlimit --pid \(daemon) --nofile=4096:
        exit $status
        """)
      if result.status != 0 { failures += 1 }
    }
    #expect(failures > 5)
    #expect(try held(daemon) == before)
    #expect(try walls.run("true").status == 0)
  }
}
