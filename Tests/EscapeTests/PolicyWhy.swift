import BaileyTestSupport
import Testing

@Suite("A decision of the log is explained", .serialized)
struct PolicyWhy {
  @Test("`bailey policy why NUMBER` shows what the log says, and the expression that decided in the person's policy")
  func logged() throws {
    let walls = try Walls()
    try walls.scratch.directory("config/bailey", mode: 0o755)
    try walls.scratch.directory("config/bailey/policy.d", mode: 0o755)
    try walls.scratch.write(
      "package mine\n\ndeny contains \"not here\" if {\n\tinput.action == \"session.start\"\n\tinput.resource.argv[0] == \"/bin/sh\"\n}\n",
      to: "config/bailey/policy.d/mine.rego")
    let run = try walls.run("true")
    #expect(run.status != 0)
    let found = try walls.outside(
      """
      number=$(bailey log list --last 0 --json | grep '"effect":"deny"' | sed 's/^{"index":\\([0-9]*\\).*/\\1/' | tail -1)
      bailey policy why "$number"
      """)
    #expect(found.status == 0, "\(found)")
    #expect(found.output.contains("deny: said by data.mine.deny\nthe log says: deny"), "\(found)")
    #expect(found.output.contains("input.resource.argv[0] is \"/bin/sh\""), "\(found)")
    let missing = try walls.bailey(["policy", "why", "999999"])
    #expect(missing.status == 1, "\(missing)")
  }
}
