import BaileyCore
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import Testing

@Suite("Judges elsewhere")
struct RemoteJudgeTests {
  private static let subject = Subject(session: .random(), agent: "a", user: "u")
  private static let action = Action.connect(subject, host: "example.com", address: nil, port: 443, transport: "tls")

  private static func settings(_ port: Int, _ more: String = "") -> String {
    "judges:\n  - {name: far, url: \"http://127.0.0.1:\(port)\", path: bailey/decision\(more)}\n"
  }

  private static func store(_ scratch: Scratch) -> PolicyStore {
    PolicyStore(
      storage: DiskFiles(), roots: [.user: scratch.path + "/policy.d"], caller: HTTPClient(),
      monotonic: { Clock.monotonic })
  }

  /// What a layer with this `remote.yaml` says.
  static func opinion(_ settings: String, _ scratch: Scratch? = nil) async throws -> Opinion {
    let scratch = try scratch ?? Scratch()
    try WholeFile.replace(scratch.path + "/policy.d/remote.yaml", with: Array(settings.utf8))
    let store = store(scratch)
    #expect(try store.reload() == [])
    let judge = try #require(store.remoteJudges.first)
    return await judge.opinion(action)
  }

  private static func opinion(answering answer: String?, _ more: String = ", timeout: 5000") async throws -> Opinion {
    let server = try await FakeServer(answer)
    let opinion = try await opinion(settings(server.port, more))
    try await server.stop()
    return opinion
  }

  @Test("A truth value or documents become reasons of the layer")
  func answers() async throws {
    let allowed = try await Self.opinion(answering: FakeServer.reply(#"{"result": true, "decision_id": "x"}"#))
    #expect(allowed.reasons.map(\.effect) == [.allow] && allowed.reasons[0].code == "policy-remote-allows")
    #expect(allowed.reasons[0].source?.text == "remote:far")
    let body = #"{"result": {"allow": true, "deny": [{"code": "too-late", "sentence": "it is night"}], "helper": 1.5}}"#
    let denied = try await Self.opinion(answering: FakeServer.reply(body))
    #expect(Set(denied.reasons.map(\.code)) == ["policy-allows", "too-late"])
    let asked = #"{"result": {"ask": ["sure?"], "oblige": [{"sync": true}], "deny": []}}"#
    let asking = try await Self.opinion(answering: FakeServer.reply(asked))
    #expect(asking.reasons.map(\.effect) == [.ask] && asking.obligations == [["sync": true]])
    #expect(try await Self.opinion(answering: FakeServer.reply(#"{"result": {"allow": false}}"#)).reasons == [])
  }

  @Test(
    "Whatever is no clear answer is a deny with a code of its own",
    arguments: [
      (FakeServer.reply(#"{"result": false}"#), "policy-remote-denies"),
      (FakeServer.reply("{}"), "policy-remote-undefined"),
      (FakeServer.reply(#"{"result": {}}"#), "policy-remote-malformed"),
      (FakeServer.reply(#"{"result": "yes"}"#), "policy-remote-malformed"),
      (FakeServer.reply(#"{"result": tru"#), "policy-remote-malformed"),
      (FakeServer.reply("[true]"), "policy-remote-malformed"),
      (FakeServer.reply(String(repeating: "[", count: 100_000)), "policy-remote-malformed"),
      (FakeServer.reply(#"{"result": {"allow": 1}}"#), "policy-result-malformed"),
      (FakeServer.reply(#"{"result": true}"#, status: "500 Oops"), "policy-remote-status"),
      (FakeServer.reply(#"{"result": true}"#, status: "302 Found"), "policy-remote-status"),
      ("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", "policy-remote-malformed"),
      (
        FakeServer.reply(#"{"result": true, "x": ""# + String(repeating: "x", count: 2 << 20)),
        "policy-remote-malformed"
      ),
      ("HTTP/1.1 2", "policy-remote-malformed"), ("\u{1}\u{2}\r\n\r\n", "policy-remote-malformed"),
      ("", "policy-remote-malformed"), (nil, "policy-remote-timeout"),
      ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{", "policy-remote-timeout"),
    ] as [(String?, String)])
  func denials(answer: String?, code: String) async throws {
    // Only where an answer is waited for in vain is the wait short.
    let timeout = code == "policy-remote-timeout" ? 100 : 5000
    let opinion = try await Self.opinion(answering: answer, ", timeout: \(timeout)")
    #expect(opinion.reasons.map(\.effect) == [.deny] && opinion.reasons.map(\.code) == [code], "\(opinion)")
  }

  @Test(
    "Settings with TLS are understood: a name or an address, with a port or without",
    arguments: [
      "https://opa.example", "https://opa:8443/", "https://10.0.0.1", "https://[::1]:8443", "https://localhost",
    ])
  func tlsSettings(url: String) throws {
    let scratch = try Scratch()
    let text = "judges:\n  - {name: a, url: \"\(url)\", path: a, ca: /ca.pem, cert: /c.pem, key: /k.pem}\n"
    try WholeFile.replace(scratch.path + "/policy.d/remote.yaml", with: Array(text.utf8))
    let store = Self.store(scratch)
    #expect(try store.reload() == [] && store.remoteJudges.count == 1)
  }

  @Test("Where nobody listens it is a deny")
  func unreachable() async throws {
    // A port that was free a moment ago may be another test's by now.
    let opinion = try await Self.opinion(Self.settings(1, ", timeout: 5000"))
    #expect(opinion.reasons.map(\.code) == ["policy-remote-unreachable"])
  }

  @Test("A Unix socket is asked with the action as input, and with the token where its file is private")
  func unixSocket() async throws {
    let scratch = try Scratch()
    let path = scratch.path + "/opa.sock"
    let server = try await FakeServer(FakeServer.reply(#"{"result": true}"#), socket: path)
    try scratch.write("s3cret\n", to: "token", mode: 0o600)
    let settings =
      "judges:\n  - {name: far, socket: \"\(path)\", path: a/b, token_file: \"\(scratch.path)/token\", timeout: 2000}\n"
    #expect(try await Self.opinion(settings, scratch).reasons.map(\.effect) == [.allow])
    let request = try #require(server.requests.first)
    #expect(request.hasPrefix("POST /v1/data/a/b HTTP/1.1\r\n") && request.contains("authorization: Bearer s3cret\r\n"))
    let body = try JSON.parse(Array(request[try #require(request.firstRange(of: "\r\n\r\n")).upperBound...].utf8))
    #expect(body == ["input": Self.action.json])
    for (text, mode) in [("s3cret", 0o644), ("two lines\r\nx: y", 0o600), ("", 0o600)] as [(String, UInt32)] {
      try scratch.write(text, to: "token")
      try Descriptor.workingDirectory.setMode(of: scratch.path + "/token", mode, noFollow: false)
      let opinion = try await Self.opinion(settings, scratch)
      #expect(opinion.reasons.map(\.code) == ["policy-remote-token"] && !"\(opinion)".contains("s3cret"))
    }
    #expect(server.requests.count == 1)
    try await server.stop()
  }

  @Test(
    "Settings that are wrong, or would send actions in clear elsewhere, are refused",
    arguments: [
      "judges: {}", "judges:\n  - {name: a}", "judges:\n  - {name: a, url: \"http://127.0.0.1:1\"}",
      "judges:\n  - {name: a, url: \"ftp://127.0.0.1:1\", path: a}",
      "judges:\n  - {name: a, url: \"https://opa\"}", "judges:\n  - {name: a, url: \"https://opa:0\", path: a}",
      "judges:\n  - {name: a, url: \"https://me@opa:443\", path: a}",
      "judges:\n  - {name: a, url: \"https://127.1:443\", path: a}",
      "judges:\n  - {name: a, url: \"https://::1:443\", path: a}",
      "judges:\n  - {name: a, url: \"https://opa:443/v1\", path: a}",
      "judges:\n  - {name: a, url: \"https://opa\", path: a, ca: ca.pem}",
      "judges:\n  - {name: a, url: \"https://opa\", path: a, cert: /c.pem}",
      "judges:\n  - {name: a, url: \"http://127.0.0.1:1\", path: a, ca: /ca.pem}",
      "judges:\n  - {name: a, socket: /s, path: a, ca: /ca.pem}",
      "judges:\n  - {name: a, url: \"http://10.0.0.1:80\", path: a}",
      "judges:\n  - {name: a, url: \"http://opa:80\", path: a}",
      "judges:\n  - {name: a, url: \"http://127.0.0.1:80/v1\", path: a}",
      "judges:\n  - {name: a, url: \"http://127.0.0.1\", path: a}",
      "judges:\n  - {name: a, socket: opa.sock, path: a}", "judges:\n  - {name: a, socket: /s, path: ../a}",
      "judges:\n  - {name: a, socket: /s, path: a, timeout: 0}",
      "judges:\n  - {name: a, socket: /s, path: a, timout: 20}",
      "judges:\n  - {name: a, socket: /s, path: a, timeout: 60000}", "bundles:\n  - {name: ../a, socket: /s, path: a}",
      "bundles:\n  - {name: a, socket: /s, path: a/../b}", "interval: 1",
      "judges:\n  - {name: a, socket: /s, path: a, token_file: t}",
      "judges:\n  - {name: a, socket: /s, path: a}\n  - {name: a, socket: /t, path: a}",
      "judges:\n  - {name: a, socket: /s, url: \"http://127.0.0.1:1\", path: a}",
    ])
  func settings(text: String) throws {
    let scratch = try Scratch()
    try WholeFile.replace(scratch.path + "/policy.d/remote.yaml", with: Array(text.utf8))
    let fault = #expect(throws: Fault.self) { try Self.store(scratch).reload() }
    #expect(fault?.code == "policy-remote-settings")
    #expect(fault?.subject?.contains("remote.yaml:") == true)
  }
}
