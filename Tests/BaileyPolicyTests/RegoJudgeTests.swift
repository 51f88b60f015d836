import BaileyCore
import BaileyRegoLibraries
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyPolicy

/// A policy of modules that are all called by their place: `m0.rego`, `m1.rego`.
func regoPolicy(_ texts: String..., isVersion1: Bool = true) throws -> RegoPolicy {
  let modules = texts.enumerated().map { index, text in
    RegoPolicy.Module(file: "m\(index).rego", text: Array(text.utf8), isVersion1: isVersion1)
  }
  return try RegoPolicy(modules, registry: Libraries.registry)
}

func policyAction(_ verb: Verb = .fileRead, resource: JSON = [:], context: JSON = ["now_ns": 0, "seed": 1]) -> Action {
  let session = SessionID("0123456789abcdef")
  return Action(
    verb, Subject(session: session ?? .random(), agent: "a", user: "u"), resource: resource, context: context)
}

func regoJudge(
  _ policy: RegoPolicy, layer: PolicyLayer = .user, manifest: JSON = [:],
  allowance: RegoJudge.Allowance = .init(), monotonic: @escaping @Sendable () -> Int64 = { 0 }
) -> RegoJudge {
  RegoJudge(policy, layer: layer, manifest: manifest, allowance: allowance, monotonic: monotonic)
}

@Suite("A policy in Rego decides")
struct RegoJudgeTests {
  private let text = """
    package agent

    allow if input.action == "file.read"

    ask contains "that is a large file" if input.resource.bytes > 1000

    deny contains msg if {
      endswith(input.resource.path, ".pem")
      msg := sprintf("%s is a key", [input.resource.path])
    }

    deny contains {"code": "no-shell", "sentence": "shells are not run"} if {
      input.resource.path == "/bin/sh"
    }

    oblige contains {"sync": true} if input.action == "file.read"
    """

  private func decide(_ policy: RegoPolicy, _ action: Action, layer: PolicyLayer = .user) -> Decision {
    let opinion = regoJudge(policy, layer: layer).opinion(action)
    return Decision(combining: opinion.reasons, obligations: opinion.obligations)
  }

  @Test("Deny over ask over allow over nothing, each with code, sentence and place")
  func contract() throws {
    let policy = try regoPolicy(text)
    let allowed = decide(policy, policyAction(resource: ["path": "/a"]))
    #expect(allowed.effect == .allow && allowed.obligations == [["sync": true]])
    #expect(allowed.reasons.map(\.code) == ["policy-allows"] && allowed.reasons[0].source?.text == "m0.rego:3")
    let asked = decide(policy, policyAction(resource: ["path": "/a", "bytes": 2000]))
    #expect(asked.effect == .ask && asked.reasons.map(\.sentence) == ["that is a large file"])
    let denied = decide(policy, policyAction(resource: ["path": "/k.pem", "bytes": 2000]))
    #expect(denied.effect == .deny && denied.obligations.isEmpty)
    #expect(denied.reasons.map(\.sentence) == ["/k.pem is a key"] && denied.reasons[0].source?.text == "m0.rego:7")
    let shell = decide(policy, policyAction(.exec, resource: ["path": "/bin/sh"]))
    #expect(shell.reasons.map(\.code) == ["no-shell"] && shell.reasons[0].source?.text == "m0.rego:12")
    let nothing = decide(policy, policyAction(.exec, resource: ["path": "/bin/ls"]))
    #expect(nothing.effect == .deny && nothing.reasons.map(\.code) == ["nothing-allows"])
  }

  @Test(
    "Every form of deny that people write is a deny",
    arguments: [
      "deny if input.action == \"file.read\"", "deny := true", "default deny := true", "deny := \"no\"",
      "deny[msg] if msg := \"no\"", "deny contains \"no\"", "deny := [\"no\"]", "deny := {\"sentence\": \"no\"}",
      "deny := 7", "deny := {\"a\": 1}", "deny contains 7", "deny if false else := true", "deny.x if true",
    ])
  func forms(rule: String) throws {
    #expect(decide(try regoPolicy("package a\nallow := true\n" + rule), policyAction()).effect == .deny)
  }

  @Test(
    "What is not true says nothing",
    arguments: ["deny := false", "default deny := false", "deny if false", "deny := []", "deny contains 1 if false"])
  func silence(rule: String) throws {
    #expect(decide(try regoPolicy("package a\nallow := true\n" + rule), policyAction()).effect == .allow)
  }

  @Test(
    "An error in a rule is a deny, with the place",
    arguments: [
      "deny if to_number(input.action) > 1", "deny if startswith(input.resource.port, \"/\")",
      "deny := 1\ndeny := 2", "allow if not startswith(input.resource.port, \"/\")",
    ])
  func errors(rule: String) throws {
    let decision = decide(try regoPolicy("package a\nallow if true\n" + rule), policyAction(resource: ["port": 5]))
    #expect(decision.effect == .deny && decision.reasons.map(\.code) == ["policy-error"])
    #expect(decision.reasons[0].source?.file == "m0.rego")
  }

  @Test("Functions, packages below lib and tests do not contribute; a project's allow is not heard")
  func whoContributes() throws {
    let silent = try regoPolicy(
      "package a\nallow(x) if x", "package lib.b\nallow := true", "package a_test\ndeny := true\nallow := true")
    #expect(decide(silent, policyAction()).reasons.map(\.code) == ["nothing-allows"])
    let policy = try regoPolicy(text)
    #expect(decide(policy, policyAction(resource: ["path": "/a"]), layer: .project).effect == .deny)
    let tightened = regoJudge(policy, layer: .project).judge(policyAction(resource: ["path": "/k.pem"]))
    #expect(tightened.map(\.effect) == [.deny])
  }

  @Test("Beyond a limit is a deny")
  func limits() throws {
    let busy =
      "package a\nallow if count([1 | some x in numbers.range(1, 2000); some y in numbers.range(1, 2000); x + y > 0]) > 5"
    var few = RegoJudge.Allowance()
    few.steps = 10_000
    var small = RegoJudge.Allowance()
    small.memory = 1 << 20
    for allowance in [few, small] {
      let reasons = regoJudge(try regoPolicy(busy), allowance: allowance).judge(policyAction())
      #expect(reasons.map(\.code) == ["policy-limit"] && reasons.map(\.effect) == [.deny])
    }
    let time = Counter()
    let slow = regoJudge(try regoPolicy(busy), monotonic: { time.next() * 1_000_000_000 }).judge(policyAction())
    #expect(slow.map(\.code) == ["policy-limit"])
  }

  @Test("Time and randomness are the action's, so the same action is decided the same; without a time nothing is")
  func replay() throws {
    let policy = try regoPolicy(
      """
      package a
      deny contains sprintf("%v %v %v", [time.now_ns(), rand.intn("x", 1000000), uuid.rfc4122("u")])
      deny contains sprintf("env %v", [opa.runtime().env])
      """)
    let (first, second) = (regoJudge(policy), regoJudge(policy))
    let action = policyAction(context: ["now_ns": 1_700_000_000_000_000_123, "seed": -5])
    #expect(first.judge(action) == second.judge(action) && first.judge(action) == second.judge(action))
    #expect(first.judge(action).map(\.sentence).filter { $0.hasPrefix("1700000000000000123 ") }.count == 1)
    #expect(!first.judge(action).contains { $0.sentence.hasPrefix("env") })
    #expect(
      first.judge(action) != first.judge(policyAction(context: ["now_ns": 1_700_000_000_000_000_123, "seed": 6])))
    #expect(first.judge(policyAction(context: [:])).map(\.code) == ["action-malformed"])
  }

  @Test("The manifest is data; the policy's own data cannot replace it")
  func manifest() throws {
    let module = RegoPolicy.Module(
      file: "m.rego",
      text: Array("package a\nallow if input.resource.host in data.manifest.hosts\nask if data.b == 1.5".utf8))
    let data = try #require(JSONText(Array(#" {"manifest": {"hosts": ["evil"]}, "b": 1.5} "#.utf8)))
    let policy = try RegoPolicy([module], data: data, registry: Libraries.registry)
    let judge = regoJudge(policy, manifest: ["hosts": ["good"]])
    #expect(judge.judge(policyAction(resource: ["host": "good"])).map(\.effect) == [.allow, .ask])
    #expect(judge.judge(policyAction(resource: ["host": "evil"])).map(\.effect) == [.ask])
    #expect(throws: Fault.self) { try regoPolicy("package manifest\nhosts := [\"evil\"]") }
  }

  @Test(
    "A field that the input never has is an error at load",
    arguments: [
      ("deny if input.pth == \"x\"", "pth"), ("deny if input.context.counters.upload > 1", "uploaded_bytes"),
      ("deny if input.resource.pth == \"x\"", "did you mean `path`?"),
      ("deny if { some i; input.resource[i]; input.subjct }", "did you mean `subject`?"),
      ("deny if [x | x := input.resource.hst][_]", "did you mean `host`?"),
      ("f(x) if x == input.context.now\ndeny if f(1)", "now"),
      ("deny contains $\"{input.resource.prt}\"", "did you mean `port`?"),
    ])
  func unknownFields(rule: String, hint: String) throws {
    let fault = try #require(throws: Fault.self) { try regoPolicy("package a\n" + rule) }
    #expect(fault.code == "policy-input-unknown" && fault.subject == "m0.rego:2")
    #expect(fault.description.contains(hint), "\(fault)")
  }

  @Test("Through an import too, and open objects are open")
  func imports() throws {
    let fault = try #require(throws: Fault.self) {
      try regoPolicy("package a\nimport input.resource as r\ndeny if r.hst == 1")
    }
    #expect(fault.code == "policy-input-unknown")
    _ = try regoPolicy(
      "package a\nimport input.resource as r\ndeny if { r.host == 1; input.context.counters.allowed.exec > 5 }")
  }

  @Test(
    "Modules that are no policy are refused with their place",
    arguments: [
      ("package a\ndeny if x > 1", "m0.rego:2: rego_unsafe_var_error"), ("package a\ndeny if {", "rego_parse_error"),
      ("package a\np if q\nq if p", "rego_recursion_error"), ("package a\ndeny if startwith(1)", "startwith"),
      ("package a\ndeny if http.send({})", "http.send"), ("package a\nf(1) := 2\nf := 3", "m0.rego"),
      ("", "rego_parse_error"),
      ("package a\ndeny := \u{201C}x\u{201D}", "rego_parse_error"),
    ])
  func refusals(text: String, words: String) throws {
    let fault = try #require(throws: Fault.self) { try regoPolicy(text) }
    #expect(fault.code == "policy-invalid" && fault.why.contains(words), "\(fault)")
  }

  @Test(
    "The snippets of public guides hold in version 0 for the inputs that they were written for",
    arguments: [
      (#"{"operation": "read"}"#, Effect.allow), (#"{"operation": "write"}"#, .deny),
      (#"{"operation": "read", "action": "upload", "path": "/k.pem"}"#, .deny),
      (#"{"operation": "read", "action": "upload", "path": "/k.txt"}"#, .allow),
      (#"{"operation": "upload", "size": 10, "dest": "a"}"#, .allow),
      (#"{"operation": "upload", "size": 10485760, "dest": "a"}"#, .deny),
      (#"{"operation": "upload", "size": 10, "dest": "c"}"#, .deny),
    ])
  func guides(document: String, effect: Effect) throws {
    let text = """
      package agent
      import future.keywords.in
      default allow = false
      allow { input.operation == "read"; not deny }
      deny { input.action == "upload"; endswith(input.path, ".pem") }
      allow_upload { input.size < 10485760; allowed := {"a", "b"}; input.dest in allowed }
      allow { input.operation == "upload"; allow_upload }
      """
    let policy = try regoPolicy(text, isVersion1: false)
    let opinion = regoJudge(policy).opinion(on: Array(document.utf8), now: 0, seed: 0)
    #expect(Decision(combining: opinion.reasons).effect == effect)
  }

  private static let guide = """
    package agent
    import future.keywords.in
    default allow = false
    allow { input.operation == "read"; not deny }
    deny { input.action == "upload"; endswith(input.path, ".pem") }
    allow_upload { input.size < 10485760; allowed := {"a.com", "b.com"}; input.dest in allowed }
    """

  @Test(
    "The snippets of public guides hold for live actions as they stand",
    arguments: [
      (Self.mounted("/data", "read"), Effect.allow), (Self.mounted("/data", "write"), .deny),
      (Self.sent("POST", "a.com", "/x", 10), .allow), (Self.sent("PUT", "b.com", "/x", 10_485_759), .allow),
      (Self.sent("PUT", "b.com", "/x", 10_485_760), .deny), (Self.sent("POST", "c.com", "/x", 10), .deny),
      (Self.sent("POST", "a.com", "/k.pem", 10), .deny), (Self.sent("POST", "a.com", "/x", nil), .deny),
      (Self.sent("GET", "a.com", "/x", 10), .allow), (Self.sent("GET", "a.com", "/k.pem", 0), .deny),
    ])
  func liveGuides(action: Action, effect: Effect) throws {
    let policy = try regoPolicy(Self.guide, isVersion1: false)
    #expect(policy.isFlat)
    #expect(Decision(combining: regoJudge(policy).judge(action)).effect == effect)
  }

  private static func live(_ action: Action) -> Action {
    var action = action
    action.context = ["now_ns": 0, "seed": 0]
    return action
  }

  private static let person = Subject(session: .random(), agent: "a", user: "u")

  private static func mounted(_ path: String, _ access: String) -> Action {
    live(.mount(person, path: path, access: access))
  }

  private static func sent(_ method: String, _ host: String, _ path: String, _ bytes: Int64?) -> Action {
    live(.request(person, scheme: "http", host: host, port: 80, method: method, path: path, bytes: bytes))
  }

  @Test("An upload that `allow_upload` does not hold for is denied, whatever else allows it")
  func refusedUpload() throws {
    let open = "package p\nallow = true\nallow_upload { input.size < 10 }"
    let policy = try regoPolicy(open, isVersion1: false)
    let reasons = regoJudge(policy).judge(Self.sent("POST", "a.com", "/", 10))
    #expect(reasons.map(\.effect) == [.deny] && reasons[0].source?.text == "m0.rego:3")
    #expect(regoJudge(policy).judge(Self.sent("POST", "a.com", "/", 9)).map(\.effect) == [.allow])
    #expect(regoJudge(policy).judge(Self.sent("GET", "a.com", "/", 0)).map(\.effect) == [.allow])
    #expect(regoJudge(policy, layer: .project).judge(Self.sent("POST", "a.com", "/", 9)).isEmpty)
  }

  @Test("Rules of version 0 that name an upload by its verb deny it too, but do not allow it")
  func uploadByVerb() throws {
    let verb = { (rule: String) in
      try regoPolicy("package p\n\(rule) { input.action == \"http.request\" }", isVersion1: false)
    }
    let action = Self.sent("POST", "a.com", "/", 10)
    #expect(regoJudge(try verb("deny")).judge(action).map(\.effect) == [.deny])
    #expect(regoJudge(try verb("allow")).judge(action).isEmpty)
    #expect(regoJudge(try verb("allow")).judge(Self.sent("GET", "a.com", "/", 0)).map(\.effect) == [.allow])
  }

  @Test("Modules of version 0 that know Bailey's input are asked with it alone")
  func ownVersion0() throws {
    let text =
      "package p\nallow { input.action == \"http.request\"; input.resource.method == \"POST\" }\ndeny { input.operation }"
    let policy = try regoPolicy(text, isVersion1: false)
    #expect(!policy.isFlat)
    #expect(regoJudge(policy).judge(Self.sent("POST", "a.com", "/", 10)).map(\.effect) == [.allow])
  }

  @Test("A label of a project's policy is marked as the project's")
  func labels() throws {
    let policy = try regoPolicy("package p\noblige contains {\"label\": \"seen\"}")
    #expect(regoJudge(policy).opinion(policyAction()).obligations == [["label": "seen"]])
    let ofProject = regoJudge(policy, layer: .project).opinion(policyAction()).obligations
    #expect(ofProject == [["label": "project:seen"]])
  }

  @Test("The schema in the program is the schema in the repository, as `Policies/embed` writes it")
  func schema() throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    #expect(try contents(root + "/Policies/schema/input.schema.json") == InputSchema.text)
    let actions = try JSON.parse(InputSchema.text)["properties"]?["action"]?["enum"]?.array?.compactMap(\.string)
    #expect(Set(actions ?? []) == Set(Verb.allCases.map(\.rawValue)))
  }
}

/// Counts up at each call.
private final class Counter: Sendable {
  private let value = Atomic<Int64>(0)
  func next() -> Int64 { value.add(1, ordering: .relaxed).newValue }
}
