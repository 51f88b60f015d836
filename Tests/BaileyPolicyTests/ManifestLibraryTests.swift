import BaileyCore
import BaileyRegoLibraries
import Testing

@testable import BaileyPolicy

/// The same numbers at every run.
private struct Numbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite("lib.manifest decides as the judge of the manifest does")
struct ManifestLibraryTests {
  private static let text = """
    package a
    import data.lib.manifest
    allow if manifest.effect(input) == "allow"
    ask if manifest.effect(input) == "ask"
    deny if manifest.effect(input) == "deny"
    """

  private static let rules = [
    "a.com", "\"*.a.com\"", "{deny: no.a.com}", "{ask: a.com}", "{ask: ask.com}", "{ask: b.com}",
    "{ask: \"*.b.com:1-65535\"}", "{ask: \"tcp://t.com:1-65535\"}", "{ask: \"tcp://a.com:1-65535\"}",
    "\"b.com:8000-8010\"",
    "{deny: \"b.com:8005\"}", "tcp://db.com:5432", "http://plain.com", "{host: t.com, port: 443, protocol: tls}",
    "10.0.0.0/8", "{deny: 10.1.0.0/16}", "0.0.0.0/0", "\"::/0\"", "\"fd00::/8\"", "8.8.8.8:53", "127.0.0.1",
    "{deny: 127.0.0.1}",
    "{ask: 1.1.1.0/24}", "192.168.0.0/16:5432", "{deny: \"*.b.com\"}", "{deny: \"tcp://db.com:5432\"}",
    "{host: a.com, opaque: true}", "{host: \"*.a.com\", access: ask, opaque: true}", "{deny: \"https://a.com\"}",
    "{deny: \"http://10.0.0.1\"}", "{address: 8.8.8.8, opaque: true, protocol: tls}",
  ]
  private static let requestRules = [
    "{host: a.com, methods: [GET]}", "{host: a.com, access: ask, paths: [/v1/**]}", "{host: a.com, query: [page]}",
    "{host: b.com, headers: [x-a], identity: none}", "{host: b.com, identity: \"placeholder:KEY\", max_body: 5}",
    "{host: a.com, access: deny, paths: [/V1/admin/*]}", "{host: b.com, access: deny, query: [key], methods: [GET]}",
    "{host: t.com, content_types: [application/*], paths: [/, /v1/*]}", "{address: 8.8.8.8, methods: [POST]}",
    "{host: a.com, methods: [GET, POST], headers: [x_http_method, x-*]}", "{host: a.com, access: deny, query: [KEY]}",
    "{host: b.com, paths: [/v1/**], query: [_Method], methods: [POST]}",
  ]

  private static func facts(_ numbers: inout Numbers) -> RequestFacts {
    let paths = ["/", "/v1", "/v1/", "/v1/a", "/v1/admin./x", "/v1/Admin/x", "/v1/a/b", "*", "//v1", "/v1/../x"]
    var facts = RequestFacts(
      method: some(["GET", "POST"], &numbers) ?? "", path: some(paths, &numbers) ?? "")
    if Int.random(in: 0..<4, using: &numbers) > 0 {
      facts.query = .init()
      facts.query?.keys = some(["page", "key", "Key[]", "_Method", "*"], oftenNone: true, &numbers).map { [$0] } ?? []
      facts.query?.repeated = some(["page"], oftenNone: true, &numbers).map { [$0] } ?? []
      facts.query?.isAmbiguous = Int.random(in: 0..<4, using: &numbers) == 0
    }
    facts.headers =
      ["accept"]
      + (some(["x-a", "x-b", "cookie", "x_http_method", "x-original-url"], oftenNone: true, &numbers).map { [$0] } ?? [])
    facts.contentType = some(["application/json", "text/plain", "*"], &numbers)
    facts.bytes = Bool.random(using: &numbers) ? Int64.random(in: 0...9, using: &numbers) : nil
    if Int.random(in: 0..<4, using: &numbers) > 0 {
      facts.identities =
        some(["KEY", "OTHER"], oftenNone: true, &numbers).map { [.init(.header, "cookie", secret: $0)] } ?? []
    }
    return facts
  }

  private static let hosts = [
    "a.com", "A.COM.", "x.a.com", "no.a.com", "y.no.a.com", "evila.com", "b.com", "x.b.com", "db.com", "plain.com",
    "t.com",
    "ask.com", "10.0.0.1", "[10.1.0.1]", "[fd00::1]", "8.8.8.8", "1.1.1.1", "127.1", "a..com", "xn--a.com", "-a.com",
    "a.com%00",
    "0x7f.1", "[a.com]", "",
  ]
  private static let addresses = [
    "10.0.0.1", "10.1.0.1", "192.168.0.1", "8.8.8.8", "127.0.0.1", "127.0.0.2", "::1", "fd00::1", "fe80::1",
    "2606:4700::1",
    "1.1.1.1", "100.64.0.1", "169.254.1.1", "x", "010.0.0.1",
  ]
  private static let transports = [
    "tls", "http", "connect", "socks5", "tcp", "opaque", "address", "host-port", "published",
  ]

  private static func some(_ choices: [String], oftenNone: Bool = false, _ numbers: inout Numbers) -> String? {
    if oftenNone, Int.random(in: 0..<3, using: &numbers) > 0 { return nil }
    return choices.randomElement(using: &numbers)
  }

  private static func manifest(_ numbers: inout Numbers) throws -> Manifest {
    let network =
      rules.shuffled(using: &numbers).prefix(Int.random(in: 0...9, using: &numbers))
      + requestRules.shuffled(using: &numbers).prefix(Int.random(in: 0...4, using: &numbers))
    let files = ["\"/data\"", "\"write:/srv\"", "\"deny:/data/x\"", "\"deny:secrets\""].filter { _ in
      Bool.random(using: &numbers)
    }
    let mode = ["staged", "direct", "copy", "read-only"].randomElement(using: &numbers) ?? "staged"
    var manifest = try read(
      "workspace: \(mode)\nhost_ports: [5432]\nnetwork: [\(network.joined(separator: ", "))]\nfiles: [\(files.joined(separator: ", "))]"
    ).manifest
    manifest.digest = "abc"
    return manifest
  }

  private static func action(_ numbers: inout Numbers) -> Action {
    let subject = Subject(session: .random(), agent: "a", user: "u")
    let port: UInt16 = [443, 80, 5432, 8005, 8011, 53].randomElement(using: &numbers) ?? 1
    let action: Action
    switch Int.random(in: 0..<12, using: &numbers) {
    case 0..<6:
      let host = some(hosts, &numbers)
      action = .connect(
        subject, host: Int.random(in: 0..<5, using: &numbers) == 0 ? nil : host,
        address: some(addresses, oftenNone: true, &numbers), port: port, transport: some(transports, &numbers) ?? "tls")
    case 6:
      action = .connect(subject, host: nil, address: some(addresses, &numbers), port: port, transport: "host-port")
    case 7, 8:
      action = .request(
        subject, scheme: some(["http", "https", "gopher"], &numbers) ?? "", host: some(hosts, &numbers) ?? "",
        port: port, facts: facts(&numbers))
    case 9: action = .resolve(subject, name: some(hosts, &numbers) ?? "", type: "A")
    case 10:
      let path = some(
        ["/data", "/data/x/y", "/srv/a", "/p", "/p/a", "/p//a", "/", "/px", "/q//x", "/data/xy"], &numbers)
      action = .mount(subject, path: path ?? "/", access: some(["read", "write"], &numbers) ?? "read")
    default:
      let digest = some(["abc", "abd", ""], &numbers) ?? ""
      action =
        Bool.random(using: &numbers)
        ? .start(subject, command: ["x"], project: "/p", manifest: digest)
        : .apply(subject, project: "/p", changes: 1, risky: 0, digest: digest)
    }
    return action
  }

  @Test("On generated manifests and actions, the floor's own denials aside", arguments: 1...60)
  func agrees(seed: UInt64) throws {
    var numbers = Numbers(state: seed)
    let manifest = try Self.manifest(&numbers)
    let swift = ManifestJudge(manifest, project: "/p")
    let floor = Floor(home: "/home/u", ownDirectories: [])
    let rego = regoJudge(try regoPolicy(Self.text), manifest: ManifestResolver.data(manifest, project: "/p"))
    for _ in 0..<100 {
      var action = Self.action(&numbers)
      action.context = ["now_ns": 0, "seed": 0]
      guard floor.judge(action).isEmpty else { continue }
      let expected = swift.judge(action).filter { !$0.isFallback }.map(\.effect).max()
      let found = rego.judge(action)
      #expect(
        found.map(\.effect).max() == expected,
        "\(manifest.canonicalForm.canonicalText) \(action.resource.canonicalText) \(found.map(\.sentence))")
    }
  }

  @Test("The generator reaches every answer, silence among them")
  func reaches() throws {
    var answers: [Effect?: Int] = [:]
    for seed in UInt64(1)...60 {
      var numbers = Numbers(state: seed)
      let judge = ManifestJudge(try Self.manifest(&numbers), project: "/p")
      for _ in 0..<100 {
        answers[judge.judge(Self.action(&numbers)).filter { !$0.isFallback }.map(\.effect).max(), default: 0] += 1
      }
    }
    #expect(answers.count == 4 && answers.values.allSatisfy { $0 > 20 }, "\(answers)")
  }

  @Test("What a manifest grants of the files is what a ceiling of it covers", arguments: ["read", "write"])
  func grants(access: String) throws {
    let document = try read("ceiling: true\nfiles: [/data, \"write:/srv\"]")
    let ceiling = CeilingJudge(document)
    let policy = try regoPolicy(
      "package a\nimport data.lib.manifest\nallow if manifest.grants(input.resource.path, input.resource.access)")
    let judge = regoJudge(policy, manifest: ManifestResolver.data(document.manifest, project: "/p"))
    for path in ["/data", "/data/a", "/datax", "/srv", "/srv/a/b", "/", "/p"] {
      let action = policyAction(.fileMount, resource: ["path": .string(path), "access": .string(access)])
      #expect(judge.judge(action).isEmpty != ceiling.judge(action).isEmpty, "\(path)")
    }
  }
}
