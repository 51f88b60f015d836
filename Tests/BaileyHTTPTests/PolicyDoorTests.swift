import BaileyCore
import BaileyDoors
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import BaileyWire
import Testing

/// A policy socket over policies on disk.
private final class Policies: Sendable {
  let scratch: Scratch
  let places: Places
  private let client = HTTPClient()

  init(_ files: [String: String]) throws {
    scratch = try Scratch()
    places = Places(state: scratch.path + "/s", runtime: scratch.path + "/r", configuration: scratch.path + "/c")
    for (name, text) in files { try WholeFile.replace(scratch.path + "/" + name, with: Array(text.utf8)) }
    let store = PolicyStore(
      storage: DiskFiles(), roots: [.administrator: scratch.path + "/admin", .user: scratch.path + "/user"],
      monotonic: { Clock.monotonic })
    let door = SharedDoor(try Door(at: places.policySocket, in: places))
    let policyDoor = PolicyDoor(
      answers: PolicyAnswerer(store, monotonic: { Clock.monotonic }), version: "9")
    try startThread("policy door") { policyDoor.serve(door.door) }
  }

  func ask(_ method: String, _ target: String, _ body: String = "") async throws -> (status: Int, body: String) {
    var call = HTTPCall(.socket(places.policySocket), target)
    call.method = method
    call.timeout = 20_000
    call.body = Array(body.utf8)
    call.headers = ["host": "localhost"]
    let reply = try await client.call(call)
    return (reply.status, String(decoding: reply.body, as: UTF8.self))
  }

  func json(_ method: String, _ target: String, _ body: String = "") async throws -> JSON {
    try JSON.parse(Array(try await ask(method, target, body).body.utf8))
  }
}

@Suite("Questions to the policies over HTTP")
struct PolicyDoorTests {
  private static let files = [
    "admin/a.rego": "package agent\ndeny contains \"no keys\" if endswith(input.resource.path, \".pem\")\nn := 1.50",
    "admin/data.json": #"{"cfg": {"list": ["a", "b"], "half": 0.5}}"#,
    "user/u.rego": "package agent\nallow if input.action == \"file.read\"\nmine := 2\nn := 3",
    "user/b/.manifest": #"{"revision": "7", "roots": ["extra"]}"#, "user/b/extra/x.rego": "package extra\ny := 1 / 0",
  ]

  private static func question(_ path: String) -> String {
    #"{"input": {"version": 1, "action": "file.read", "subject": {}, "resource": {"path": "\#(path)"}, "context": {}}}"#
  }

  @Test("A document is found by its path, with what each layer gives of it")
  func documents() async throws {
    let policies = try Policies(Self.files)
    #expect(try await policies.ask("GET", "/health") == (200, "{}"))
    #expect(try await policies.json("GET", "/v1/data/agent/mine")["result"] == 2)
    #expect(try await policies.ask("POST", "/v1/data/agent/n").body.hasSuffix("\"result\":1.50}\n"))
    #expect(try await policies.json("POST", "/v1/data/cfg/list/1")["result"] == "b")
    #expect(try await policies.ask("POST", "/v1/data/cfg/half", "{}").body.contains("\"result\":0.5"))
    let agent = try await policies.ask("POST", "/v1/data/agent", Self.question("/k.pem")).body
    #expect(agent.contains(#""result":{"allow":true,"deny":["no keys"],"mine":2,"n":1.50}"#), "\(agent)")
    let undefined = try await policies.ask("POST", "/v1/data/agent/%6eone")
    #expect(undefined.status == 200 && !undefined.body.contains("result") && undefined.body.contains("decision_id"))
    #expect(try await policies.ask("POST", "/v1/data/cfg?pretty").body.contains("\n    \"half\": 0.5,\n"))
    let provenance = try await policies.json("POST", "/v1/data/agent/mine?provenance=true")["provenance"]
    #expect(provenance == ["version": "9", "bundles": [policies.scratch.path + "/user/b": ["revision": "7"]]])
  }

  @Test("The decision of all policies, which another Bailey can ask for")
  func decisions() async throws {
    let policies = try Policies(Self.files)
    let allowed = try await policies.json("POST", "/v1/data/bailey/decision", Self.question("/a"))["result"]
    #expect(allowed?["effect"] == "allow" && allowed?["deny"] == [] && allowed?["allow"]?.array?.count == 1)
    let denied = try await policies.json("POST", "/v1/data/bailey/decision", Self.question("/a.pem"))["result"]
    #expect(denied?["effect"] == "deny" && denied?["deny"]?.array?.first?["sentence"] == "no keys")
    try WholeFile.replace(
      policies.scratch.path + "/other/remote.yaml",
      with: Array(
        "judges:\n  - {name: far, socket: \"\(policies.places.policySocket)\", path: bailey/decision, timeout: 5000}"
          .utf8))
    let other = PolicyStore(
      storage: DiskFiles(), roots: [.user: policies.scratch.path + "/other"], caller: HTTPClient(),
      monotonic: { Clock.monotonic })
    #expect(try other.reload() == [])
    let subject = Subject(session: .random(), agent: "a", user: "u")
    for (path, effect) in [("/a", Effect.allow), ("/a.pem", .deny)] {
      let action = Action(.fileRead, subject, resource: ["path": .string(path)], context: ["now_ns": 1])
      #expect(await other.remoteJudges[0].opinion(action).reasons.map(\.effect) == [effect])
    }
  }

  @Test("AuthZEN's question is the same question in other words")
  func evaluation() async throws {
    let policies = try Policies(Self.files)
    func ask(_ id: String, _ more: String = "") async throws -> (status: Int, body: String) {
      try await policies.ask(
        "POST", "/access/v1/evaluation",
        """
        {"subject": {"type": "user", "id": "me"}, "action": {"name": "file.read"},
         "resource": {"type": "file", "id": "\(id)"\(more)}, "context": {"labels": ["pii"]}}
        """)
    }
    let allowed = try JSON.parse(Array(try await ask("/a").body.utf8))
    #expect(allowed["decision"] == true && allowed["context"]?["effect"] == "allow")
    let denied = try JSON.parse(Array(try await ask("/a.pem").body.utf8))
    #expect(denied["decision"] == false)
    #expect(denied["context"]?["reasons"]?.array?.first?["sentence"] == "no keys")
    let contradiction = try await ask("/a", #", "properties": {"path": "/b"}"#)
    #expect(contradiction.status == 400 && contradiction.body.contains("invalid_parameter"))
  }

  /// Asks about files, each allowed but for keys.
  private func batch(_ ids: [String], _ more: String = "", in policies: Policies) async throws -> JSON {
    let questions = ids.map { #"{"resource": {"type": "file", "id": "\#($0)"}}"# }.joined(separator: ",")
    return try await policies.json(
      "POST", "/access/v1/evaluations",
      #"{"subject": {"type": "user", "id": "me"}, "action": {"name": "file.read"}, "evaluations": [\#(questions)]\#(more)}"#
    )
  }

  @Test(
    "Several questions of AuthZEN in one request end where their semantic says",
    arguments: [
      ("", [true, false, true, false]), (#", "options": {"other": 1}"#, [true, false, true, false]),
      (#", "options": {"evaluations_semantic": "execute_all"}"#, [true, false, true, false]),
      (#", "options": {"evaluations_semantic": "deny_on_first_deny"}"#, [true, false]),
      (#", "options": {"evaluations_semantic": "permit_on_first_permit"}"#, [true]),
    ])
  func semantics(options: String, decisions: [Bool]) async throws {
    let policies = try Policies(Self.files)
    let answer = try await batch(["/a", "/b.pem", "/c", "/d.pem"], options, in: policies)["evaluations"]?.array
    #expect(answer?.map { $0["decision"] } == decisions.map { .bool($0) })
    #expect(answer?.first?["context"]?["effect"] == "allow")
    #expect(answer?.dropFirst().first?["context"]?["reasons"]?.array?.first?["sentence"] ?? "no keys" == "no keys")
  }

  @Test("A question has its own members before those of the request, and one that is none is a no among the others")
  func defaults() async throws {
    let policies = try Policies(Self.files)
    let answer = try await policies.json(
      "POST", "/access/v1/evaluations",
      """
      {"subject": {"type": "user", "id": "me"}, "resource": {"type": "file", "id": "/a"}, "action": {"name": "file.write"},
       "evaluations": [{"action": {"name": "file.read"}}, {}, {"action": {"name": "juggle"}}, 7,
                       {"action": {"name": "file.read"}, "resource": {"type": "file", "id": "/k.pem"}}]}
      """)["evaluations"]?.array
    #expect(answer?.map { $0["decision"] } == [true, false, false, false, false])
    #expect(answer?[1]["context"]?["reasons"]?.array?.first?["code"] == "nothing-allows")
    #expect(answer?[2]["context"]?["error"]?["status"] == 400 && answer?[3]["context"]?["error"]?["status"] == 400)
    #expect(answer?[4]["context"]?["reasons"]?.array?.first?["sentence"] == "no keys")
  }

  @Test("Without evaluations the request is the single question; more than a hundred are refused")
  func bounds() async throws {
    let policies = try Policies(Self.files)
    for more in ["", #", "evaluations": []"#] {
      let single = try await policies.json(
        "POST", "/access/v1/evaluations",
        #"{"subject": {"type": "user", "id": "me"}, "action": {"name": "file.read"}, "resource": {"type": "file", "id": "/a"}\#(more)}"#
      )
      #expect(single["decision"] == true && single["evaluations"] == nil)
    }
    #expect(try await batch(Array(repeating: "/a", count: 100), in: policies)["evaluations"]?.array?.count == 100)
    let refused = try await batch(Array(repeating: "/a", count: 101), in: policies)
    #expect(refused["code"] == "invalid_parameter" && refused["evaluations"] == nil)
  }

  @Test("AuthZEN's metadata names the paths that there are")
  func metadata() async throws {
    let policies = try Policies(Self.files)
    let metadata = try await policies.json("GET", "/.well-known/authzen-configuration")
    let base = try #require(metadata["policy_decision_point"]?.string)
    for (name, path) in [
      ("access_evaluation_endpoint", "/access/v1/evaluation"),
      ("access_evaluations_endpoint", "/access/v1/evaluations"),
    ] {
      #expect(metadata[name]?.string == base + path)
      #expect(try await policies.ask("POST", path, "{}").status == 400)
    }
  }

  @Test(
    "What is no question is refused in OPA's form",
    arguments: [
      ("POST", "/v1/data/agent", "[]", 400, "invalid_parameter"),
      ("POST", "/v1/data/agent", "{\"input\"", 400, "invalid_parameter"),
      ("POST", "/v1/data/a%2", "", 400, "invalid_parameter"), ("POST", "/v1/data/%ff", "", 400, "invalid_parameter"),
      ("POST", "/v1/data/%+1", "", 400, "invalid_parameter"),
      ("GET", "/v1/data/agent?input=%7B%7D", "", 400, "invalid_parameter"),
      ("POST", "/v1/data" + String(repeating: "/x", count: 65), "", 400, "invalid_parameter"),
      ("POST", "/v1/data/bailey/decision", "{}", 400, "invalid_parameter"),
      ("POST", "/v1/data/extra/y?strict-builtin-errors", "", 500, "internal_error"),
      ("PUT", "/v1/data/agent", "{}", 405, "method_not_allowed"),
      ("GET", "/v1/policies", "", 404, "resource_not_found"),
      ("DELETE", "/health", "", 405, "method_not_allowed"),
      ("POST", "/access/v1/evaluation", "{}", 400, "invalid_parameter"),
      (
        "POST", "/access/v1/evaluation",
        #"{"subject": {"type": "robot", "id": "x"}, "action": {"name": "exec"}, "resource": {"type": "file", "id": "x"}}"#,
        400, "invalid_parameter"
      ), ("POST", "/access/v1/evaluations", "[]", 400, "invalid_parameter"),
      ("POST", "/access/v1/evaluations", #"{"evaluations": {}}"#, 400, "invalid_parameter"),
      ("POST", "/access/v1/evaluations", #"{"evaluations": [{}], "options": 1}"#, 400, "invalid_parameter"),
      (
        "POST", "/access/v1/evaluations", #"{"evaluations": [{}], "options": {"evaluations_semantic": "any"}}"#, 400,
        "invalid_parameter"
      ), ("GET", "/access/v1/evaluations", "", 405, "method_not_allowed"),
      ("POST", "/.well-known/authzen-configuration", "", 405, "method_not_allowed"),
      ("POST", "/v1/data/agent", String(repeating: "x", count: 2 << 20), 413, "invalid_parameter"),
    ])
  func refusals(method: String, target: String, body: String, status: Int, code: String) async throws {
    let policies = try Policies(Self.files)
    let reply = try await policies.ask(method, target, body)
    let json = try JSON.parse(Array(reply.body.utf8))
    #expect(reply.status == status && json["code"]?.string == code && json["message"]?.string != nil, "\(reply)")
    #expect(try await policies.ask("GET", "/health").status == 200)
  }

  @Test("Policies that never loaded are an error and a deny, not silence")
  func broken() async throws {
    let policies = try Policies(["user/u.rego": "package p\nallow if {"])
    #expect(try await policies.ask("GET", "/health").status == 500)
    #expect(try await policies.ask("POST", "/v1/data/p").status == 500)
    let decision = try await policies.json("POST", "/v1/data/bailey/decision", Self.question("/a"))
    #expect(decision["result"]?["effect"] == "deny")
  }

  @Test("The status names what is in force, and what is wrong with what is not")
  func status() throws {
    let policies = try Policies(Self.files)
    let user = policies.scratch.path + "/user"
    let store = PolicyStore(storage: DiskFiles(), roots: [.user: user], monotonic: { Clock.monotonic })
    let answers = PolicyAnswerer(store, monotonic: { Clock.monotonic })
    let good = try #require(answers.status(reload: false).first)
    #expect(good.isLoaded && good.fault == nil && good.modules == ["u.rego"] && good.bundles == [user + "/b": "7"])
    #expect(good.sha256.count == 64)
    try WholeFile.replace(user + "/u.rego", with: Array("package agent\nallow if {".utf8))
    #expect(answers.status(reload: false) == [good])
    let bad = try #require(answers.status(reload: true).first)
    #expect(bad.isLoaded && bad.sha256 == good.sha256 && bad.fault?.code == "policy-invalid")
  }

  @Test("The socket is the person's alone")
  func mode() throws {
    let policies = try Policies([:])
    let status = try Descriptor.status(of: policies.places.policySocket)
    #expect(status.type == .socket && status.mode & 0o777 == 0o600)
    #expect(try Descriptor.status(of: policies.places.runtime).mode & 0o777 == 0o700)
  }
}
