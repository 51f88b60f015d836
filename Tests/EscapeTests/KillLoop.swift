import BaileyTestSupport
import Glibc
import Testing

/// Controller, sandbox and command line are killed at random moments, two hundred times.
@Suite("Killed at any moment", .serialized)
struct KillLoop {
  let walls: Walls
  init() throws { walls = try Walls() }

  private enum Victim: CaseIterable { case commandLine, controller, sandbox }

  @Test("No survivor, no half-written log, whoever is killed at whatever moment", .timeLimit(.minutes(5)))
  func loop() throws {
    let marker = "bailey-kill-loop-\(walls.scratch.path.suffix(6))"
    var generator = SystemRandomNumberGenerator()
    var struck = 0
    for round in 0..<200 {
      let victim = Victim.allCases[round % 3]
      let run = try walls.start(["run", "-q", "--", "/bin/bash", "-c", "exec -a \(marker) sleep 60"])
      usleep(UInt32.random(in: 0..<150_000, using: &generator))
      struck += try strike(victim, commandLine: run)
      if victim != .commandLine { kill(run, SIGKILL) }
      var status: Int32 = 0
      walls.reap(run, &status)
    }
    #expect(struck > 100, "the loop must hit something")
    try expectNothingLeft(marker)
    let verified = try walls.bailey(["log", "verify"])
    #expect(verified.status == 0, "\(verified)")
    let after = try walls.run("echo still works")
    #expect(after.output == "still works\n", "\(after)")
  }

  /// Returns how many processes were there to be killed.
  private func strike(_ victim: Victim, commandLine: Int32) throws -> Int {
    let victims =
      switch victim {
      case .commandLine: [commandLine]
      case .controller: try walls.processes("baileyd")
      case .sandbox: try walls.processes("bailey-jail")
      }
    for process in victims { kill(process, SIGKILL) }
    return victims.count
  }

  /// What was killed needs a moment to be gone; what survives is there for long.
  private func expectNothingLeft(_ marker: String) throws {
    for _ in 0..<50 {
      if try Tool("/usr/bin/pgrep").run(["-f", marker]).output.isEmpty { return }
      usleep(100_000)
    }
    Issue.record("a process of a session survived: \(try Tool("/usr/bin/pgrep").run(["-af", marker]).output)")
  }
}
