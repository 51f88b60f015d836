import BaileyCore
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import Testing

/// A server that proves nothing, and what is said of it.
private struct Refused: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var manner = TLSServer.Manner.tls
  var names = "IP:127.0.0.1,DNS:localhost"
  var days = 1
  var signer = "ca"
  var extra = ""
  var host = "127.0.0.1"
  /// What clients trust; nil for the system's authorities.
  var trusts: String? = "ca.pem"
  var code = "policy-remote-tls"
  let says: String

  static let all = [
    Refused(testDescription: "unknown authority", signer: "other", says: "no authority that is trusted here"),
    Refused(testDescription: "authority unknown to the system", trusts: nil, says: "no authority that is trusted here"),
    Refused(testDescription: "self-signed", signer: "self", says: "no authority that is trusted here"),
    Refused(testDescription: "expired", days: -1, says: "its certificate has expired"),
    Refused(
      testDescription: "for clients only", extra: "extendedKeyUsage=clientAuth", says: "no authority that is trusted"),
    Refused(
      testDescription: "another name", names: "DNS:elsewhere.example", host: "localhost",
      says: "not for the name `localhost`"),
    Refused(
      testDescription: "the right address, but no name", names: "IP:127.0.0.1", host: "localhost",
      says: "not for the name `localhost`"),
    Refused(
      testDescription: "a common name only", names: "", host: "localhost", says: "not for the name `localhost`"),
    Refused(testDescription: "another address", names: "IP:127.0.0.2", says: "not for its address"),
    Refused(testDescription: "a name, asked by address", names: "DNS:localhost", says: "not for its address"),
    Refused(testDescription: "TLS 1.1", manner: .tls11, says: "TLS was not agreed on"),
    Refused(testDescription: "no TLS", manner: .plain, says: "TLS was not agreed on"),
    Refused(testDescription: "an end in the handshake", manner: .hangUp, says: "TLS was not agreed on"),
    Refused(
      testDescription: "a handshake that stalls", manner: .stall, code: "policy-remote-timeout",
      says: "it gave no answer within 300 ms"),
  ]
}

@Suite("HTTPS")
struct HTTPSTests {
  private static let yes = FakeServer.reply(#"{"result": true}"#)

  private static func opinion(_ server: TLSServer, host: String = "127.0.0.1", _ more: String = "") async throws
    -> Opinion
  {
    let url = "https://\(host):\(server.port)"
    return try await RemoteJudgeTests.opinion("judges:\n  - {name: far, url: \"\(url)\", path: a/b\(more)}\n")
  }

  @Test("A judge is asked by address and by name, with TLS 1.3 or 1.2", arguments: [TLSServer.Manner.tls, .tls12])
  func judge(manner: TLSServer.Manner) async throws {
    let server = try await TLSServer(manner, answer: Self.yes)
    let more = ", timeout: 5000, ca: \"\(server.path("ca.pem"))\""
    for host in ["127.0.0.1", "localhost"] {
      #expect(try await Self.opinion(server, host: host, more).reasons.map(\.code) == ["policy-remote-allows"])
      let agreed = manner == .tls12 ? "TLSv1.2 http/1.1\n" : "TLSv1.3 http/1.1\n"
      #expect(server.requests.last?.hasPrefix(agreed + "POST /v1/data/a/b HTTP/1.1\r\n") == true)
      #expect(server.requests.last?.contains("host: \(host):\(server.port)\r\n") == true)
    }
    try server.say(Array("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".utf8))
    #expect(try await Self.opinion(server, more).reasons.map(\.code) == ["policy-remote-status"])
    try await server.stop()
  }

  @Test("A server that does not prove who it is learns nothing, and it is a deny", arguments: Refused.all)
  fileprivate func refusals(_ refused: Refused) async throws {
    let server = try await TLSServer(
      refused.manner, names: refused.names, days: refused.days, signer: refused.signer, extra: refused.extra,
      answer: Self.yes)
    let trusted = refused.trusts.map { ", ca: \"\(server.path($0))\"" } ?? ""
    let timeout = refused.manner == .stall ? 300 : 5000
    let opinion = try await Self.opinion(server, host: refused.host, ", timeout: \(timeout)" + trusted)
    #expect(opinion.reasons.map(\.effect) == [.deny] && opinion.reasons.map(\.code) == [refused.code])
    #expect(opinion.reasons.first?.sentence.contains(refused.says) == true, "\(opinion)")
    #expect(server.requests == [])
    try await server.stop()
  }

  @Test("An answer of no told length ends with a farewell; where the connection is cut, it is none")
  func farewell() async throws {
    for (manner, code) in [(TLSServer.Manner.tls, "policy-remote-allows"), (.cut, "policy-remote-malformed")] {
      let server = try await TLSServer(manner, answer: "HTTP/1.1 200 OK\r\n\r\n{\"result\": true}")
      let opinion = try await Self.opinion(server, ", timeout: 5000, ca: \"\(server.path("ca.pem"))\"")
      #expect(opinion.reasons.map(\.code) == [code] && server.requests.count == 1, "\(opinion)")
      try await server.stop()
    }
  }

  @Test("A name is looked up as the host does it, and must be in the certificate")
  func lookUp() async throws {
    let server = try await TLSServer(answer: Self.yes)
    let authorities = Array(try server.scratch.read("ca.pem").utf8)
    let name = try HostName("localhost")
    var call = HTTPCall(.name(name, port: UInt16(server.port)), "/")
    call.timeout = 5000
    call.security = HTTPSecurity(name: name, authorities: authorities)
    #expect(try await HTTPClient().call(call).status == 200)
    call.security?.name = try HostName("elsewhere.example")
    await #expect(throws: HTTPFailure.untrusted("its certificate is not for the name `elsewhere.example`")) {
      try await HTTPClient().call(call)
    }
    call.place = .name(try HostName("no-such-host.invalid"), port: 443)
    await #expect(throws: HTTPFailure.unreachable("its name has no address")) { try await HTTPClient().call(call) }
    try await server.stop()
  }

  @Test("A star stands for one first label, and not for a whole name or a part of a label")
  func wildcard() async throws {
    let server = try await TLSServer(names: "DNS:*.corp.example,DNS:*.example,DNS:a*.part.example", answer: Self.yes)
    let authorities = Array(try server.scratch.read("ca.pem").utf8)
    var call = HTTPCall(.address(try IPAddress("127.0.0.1"), port: UInt16(server.port)), "/")
    call.timeout = 5000
    for (text, isRight) in [("opa.corp.example", true), ("a.b.corp.example", false), ("ab.part.example", false)] {
      call.security = HTTPSecurity(name: try HostName(text), authorities: authorities)
      let status = try? await HTTPClient().call(call).status
      #expect((status == 200) == isRight, "\(text)")
    }
    try await server.stop()
  }

  @Test("A file of authorities that is missing, empty, no PEM or open to others is a deny of its own")
  func authorities() async throws {
    let server = try await TLSServer(answer: Self.yes)
    try server.scratch.write("", to: "empty.pem")
    try server.scratch.write("no PEM", to: "text.pem")
    try server.scratch.write("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", to: "broken.pem")
    try server.scratch.write(try server.scratch.read("ca.pem"), to: "open.pem")
    try Descriptor.workingDirectory.setMode(of: server.path("open.pem"), 0o666, noFollow: false)
    for (file, code, says) in [
      ("none.pem", "policy-remote-certificate", "does not exist"),
      ("empty.pem", "policy-remote-certificate", "is empty"),
      ("text.pem", "policy-remote-certificate", "holds none in PEM"), ("broken.pem", "policy-remote-tls", "no PEM"),
      ("open.pem", "policy-remote-certificate", "others than its owner can write"),
    ] {
      let opinion = try await Self.opinion(server, ", timeout: 5000, ca: \"\(server.path(file))\"")
      #expect(opinion.reasons.map(\.code) == [code] && opinion.reasons.map(\.effect) == [.deny])
      #expect(opinion.reasons.first?.sentence.contains(says) == true, "\(opinion)")
    }
    #expect(server.requests == [])
    try await server.stop()
  }

  @Test("A server that asks who asks is shown the certificate; without one it refuses, and an open key is not used")
  func mutual() async throws {
    let server = try await TLSServer(.mutual, answer: Self.yes)
    let trusted = ", timeout: 5000, ca: \"\(server.path("ca.pem"))\""
    let shown = trusted + ", cert: \"\(server.path("client.pem"))\", key: \"\(server.path("client.key"))\""
    #expect(try await Self.opinion(server, shown).reasons.map(\.code) == ["policy-remote-allows"])
    // The alert can be lost where the question was under way already.
    #expect(try await Self.opinion(server, trusted).reasons.map(\.effect) == [.deny])
    try Descriptor.workingDirectory.setMode(of: server.path("client.key"), 0o644, noFollow: false)
    #expect(try await Self.opinion(server, shown).reasons.map(\.code) == ["policy-remote-certificate"])
    #expect(server.requests.count == 1)
    try await server.stop()
  }
}
