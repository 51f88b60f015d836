import Testing

@testable import BaileyCore

@Suite("What git is told of secrets")
struct GitAccessTests {
  private func standIn(
    _ hosts: [String], _ variable: String = "TOKEN", ports: [UInt16] = [], methods: [String] = [],
    places: [SecretPlace] = SecretRule.usualPlaces
  ) throws -> SecretStandIn {
    let rule = SecretRule(hosts: try hosts.map(HostPattern.init), ports: ports, methods: methods, places: places)
    return SecretStandIn(
      card: SecretCard(name: "s", rule: rule, created: 0),
      parts: [.init(role: .value, variables: [variable], placeholder: "p")])
  }

  @Test("Where a secret serves a host, addresses for SSH become HTTPS, with its variable as the password")
  func served() throws {
    let text = GitAccess.configuration([
      try standIn(["good.example", "*.wild.example"]),
      try standIn(["good.example", "next.example"], "OTHER", ports: [8443]),
    ])
    #expect(
      text == """

        [url "https://good.example/"]
        \tinsteadOf = git@good.example:
        \tinsteadOf = ssh://git@good.example/
        \tinsteadOf = ssh://git@good.example:22/
        [credential "https://good.example"]
        \tusername = x-access-token
        \thelper = "!f() { test \\"$1\\" = get && echo \\"password=$TOKEN\\"; }; f"

        [url "https://next.example:8443/"]
        \tinsteadOf = git@next.example:
        \tinsteadOf = ssh://git@next.example/
        \tinsteadOf = ssh://git@next.example:22/
        [credential "https://next.example:8443"]
        \tusername = x-access-token
        \thelper = "!f() { test \\"$1\\" = get && echo \\"password=$OTHER\\"; }; f"

        """)
  }

  @Test("A secret that cannot be a password of git, or has no variable, changes nothing")
  func unserved() throws {
    #expect(GitAccess.configuration([try standIn(["good.example"], places: [.header("x-api-key")])]).isEmpty)
    #expect(GitAccess.configuration([try standIn(["good.example"], methods: ["GET"])]).isEmpty)
    var without = try standIn(["good.example"])
    without.parts[0].variables = []
    #expect(GitAccess.configuration([without, try standIn(["*.good.example"])]).isEmpty)
  }
}
