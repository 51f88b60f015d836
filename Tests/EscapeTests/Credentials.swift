import BaileyLinux
import BaileyTestSupport
import Testing

/// An agent that uses credentials without having them, against an HTTPS server on loopback.
@Suite("Credentials are used and never seen", .serialized)
struct Credentials {
  private static let value = "ghp_r3alValueThatNobodySees0123456789abc"

  private struct Scene {
    let walls: Walls
    let origin: SecureOrigin

    /// - Parameter options: of `bailey secrets add`.
    init(_ options: [String] = [], manifest: String = "secrets: [{name: token, env: [TOKEN, GH_TOKEN]}]\n") throws {
      walls = try Walls()
      origin = try SecureOrigin(names: "DNS:good.example,DNS:other.example")
      try walls.scratch.directory("config/bailey")
      let settings = """
        authorities: [\(origin.path("ca.pem"))]
        names: [{name: good.example, address: 127.0.0.1}, {name: other.example, address: 127.0.0.1}]
        """
      try walls.scratch.write(settings, to: "config/bailey/egress.yaml", mode: 0o600)
      try walls.scratch.write(manifest, to: "config/bailey/manifest.yaml", mode: 0o600)
      let key = walls.scratch.path + "/key"
      let words = ["secrets", "add", "token", "--host", "good.example", "--port", "\(origin.port)", "--key-file", key]
      let added = try walls.bailey(words + options, input: Credentials.value + "\n")
      #expect(added.status == 0, "\(added)")
    }

    func run(_ script: String) throws -> Tool.Result {
      let rules = ["good.example:\(origin.port)", "other.example:\(origin.port)", "127.0.0.1:\(origin.port)"]
      let head = "U=https://good.example:\(origin.port); O=https://other.example:\(origin.port)\n"
      return try walls.run(head + script, rules.flatMap { ["--allow-host", $0] })
    }

    /// Files of this Bailey in which the value stands.
    func finds(_ text: String) throws -> String {
      let places = ["state", "config", "run", "project", "home"].map { walls.scratch.path + "/" + $0 }
      return try Tool("/bin/grep").run(["-rlaF", "--", text] + places).output
    }
  }

  @Test("curl sends a placeholder, the server gets the value, and the value is nowhere inside, in the log or on disk")
  func used() throws {
    let scene = try Scene()
    let result = try scene.run(
      """
      echo "placeholder $TOKEN $GH_TOKEN"
      curl -sS -m 20 -H "Authorization: Bearer $TOKEN" $U/bearer
      curl -sS -m 20 -u "x-access-token:$TOKEN" $U/basic
      env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n'
      printf '%sValue\\n' r3al | grep -raF -f - . $HOME /tmp /etc/ssl /run /dev/shm 2>/dev/null
      """)
    #expect(result.status == 0 || result.status == 1, "\(result)")
    let heard = scene.origin.heard
    #expect(heard.contains("Bearer \(Self.value)"), "\(result) \(heard)")
    #expect(heard.contains("Basic eC1hY2Nlc3MtdG9rZW46Z2hwX3IzYWxWYWx1ZV"))
    let words = result.output.split(separator: "\n").first { $0.hasPrefix("placeholder ") }?.split(separator: " ") ?? []
    let placeholder = words.count == 3 ? String(words[1]) : ""
    #expect(placeholder.hasPrefix("ghp_") && placeholder.utf8.count == Self.value.utf8.count && words[1] == words[2])
    #expect(!heard.contains(placeholder) && !placeholder.isEmpty)
    #expect(!result.output.contains("r3alValue") && !result.errors.contains("r3alValue"))
    // The server says back what it was told: with stars.
    #expect(result.output.contains("\"Bearer ****"), "\(result)")
    #expect(try scene.finds("r3alValueThat") == "")
    let log = try scene.walls.bailey(["log", "list", "--json"]).output
    #expect(log.contains("secret.use") && log.contains("secret.add") && !log.contains("r3alValue"))
    #expect(log.contains("header:authorization") && log.contains("\"basic\""))
  }

  @Test(
    "To another host that is allowed, in another place or without TLS, the placeholder is refused, on record, and told to the agent"
  )
  func elsewhere() throws {
    let scene = try Scene()
    let result = try scene.run(
      """
      curl -sS -m 20 -H "Authorization: Bearer $TOKEN" $O/one
      curl -sS -m 20 -H "X-Other: $TOKEN" $U/two
      curl -sS -m 20 "$U/three?t=$TOKEN"
      curl -sS -m 20 -d "t=$TOKEN" $U/four
      """)
    #expect(result.output.components(of: "placeholder-misplaced") == 4, "\(result)")
    #expect(result.output.contains("bailey secrets show token"))
    #expect(!scene.origin.heard.contains("ghp_"))
    let log = try scene.walls.bailey(["log", "list", "--json"]).output
    #expect(log.components(of: "placeholder-misplaced") == 4 && !log.contains("\"secret.use\""))
  }

  @Test("Bodies: a form and JSON get the value in the field that is named")
  func bodies() throws {
    let scene = try Scene(["--form", "token", "--json-leaf", "/auth/token"])
    let result = try scene.run(
      """
      curl -sS -m 20 -d "a=b&token=$TOKEN" $U/form
      curl -sS -m 20 -H 'Content-Type: application/json' -d "{\\"auth\\": {\\"token\\": \\"$TOKEN\\"}}" $U/json
      """)
    let heard = scene.origin.heard
    #expect(heard.contains("a=b&token=\(Self.value)"), "\(result)")
    #expect(heard.contains("{\"auth\": {\"token\": \"\(Self.value)\"}}"), "\(heard)")
    #expect(!result.output.contains("r3alValue"))
  }

  @Test("A masked .env holds the placeholders of the secrets that it names, and nothing else of it")
  func dotEnv() throws {
    let scene = try Scene()
    try scene.walls.scratch.write("OTHER=hidden-word\nTOKEN=\(Self.value)\n", to: "project/.env")
    try scene.walls.scratch.write("OTHER=hidden-word\n", to: "project/.env.local")
    let result = try scene.run(
      "cat .env; cat .env.local; echo x >> .env; . ./.env; [ \"$TOKEN\" = \"$GH_TOKEN\" ] && echo same")
    #expect(result.output.hasPrefix("TOKEN=ghp_") && result.output.hasSuffix("same\n"), "\(result)")
    #expect(!result.output.contains("hidden-word") && !result.output.contains("r3alValue"))
    #expect(try scene.walls.scratch.read("project/.env").hasPrefix("OTHER=hidden-word"))
  }

  @Test("A locked store starts no session that needs it, and a secret that is gone is refused")
  func locked() throws {
    let scene = try Scene()
    try Descriptor.workingDirectory.unlink(scene.walls.scratch.path + "/key")
    #expect(try scene.walls.bailey(["secrets", "lock"]).status == 0)
    let result = try scene.run("echo started")
    #expect(
      result.status == 125 && result.errors.contains("secrets-locked") && !result.output.contains("started"),
      "\(result)")
    let other = try Scene(manifest: "secrets: [none]\n")
    #expect(try other.run("echo started").errors.contains("secret-unknown"))
  }

  @Test("A secret that asks is not used while nobody can be asked")
  func asks() throws {
    let scene = try Scene(["--ask"])
    let result = try scene.run("curl -sS -m 20 -H \"Authorization: Bearer $TOKEN\" $U/ask")
    #expect(result.output.contains("nobody-to-ask"), "\(result)")
    #expect(scene.origin.requests.isEmpty)
  }
}
