import BaileyTestSupport
import Testing

@Suite("Observed events", .serialized)
struct ObservedEvents {
  let walls: Walls
  init() throws { walls = try Walls() }

  /// Observed records and counted losses of all sessions so far.
  private func total() throws -> Int {
    let program = """
      import json, sys
      rows = [json.loads(line)["record"] for line in sys.stdin]
      gaps = [row["body"]["lost"] for row in rows if row["kind"] == "gap"]
      print(sum(1 for row in rows if row["kind"] == "observed") + sum(gaps))
      """
    try walls.scratch.write(program, to: "count.py")
    let result = try walls.outside(
      "bailey log list --last 0 --json --kind observed --kind gap | python3 ../count.py")
    return try #require(Int(result.output.split(separator: "\n").last ?? ""), "\(result)")
  }

  private func burst(_ count: Int) throws {
    let program = """
      import os
      for _ in range(\(count)):
        try: os.unlink('/tmp/nothing')
        except OSError: pass
      os._exit(0)
      """
    #expect(try walls.python(program).status == 0)
  }

  @Test("Of 100,000 events at a session's end each is a record or counted in a gap")
  func burstAtTheEnd() throws {
    try burst(0)
    let quiet = try total()
    try burst(100_000)
    // The second run starts with what the first one did.
    #expect(try total() == 2 * quiet + 100_000)
  }
}
