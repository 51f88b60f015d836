import BaileyCore
import BaileyForward
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import Testing

/// A receiver that must not be believed.
private struct Refused: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var names = "DNS:localhost"
  var days = 1
  var trusts = "ca.pem"
  let says: String

  static let all = [
    Refused(testDescription: "another name", names: "DNS:elsewhere.example", says: "not for the name `localhost`"),
    Refused(testDescription: "another authority", trusts: "other.pem", says: "no authority that is trusted here"),
    Refused(testDescription: "expired", days: -1, says: "its certificate has expired"),
  ]
}

private func hasDriver(_ name: String) -> Bool {
  hasRsyslog
    && (mustIsolate || (try? Tool("/bin/sh").run(["-c", "ls /usr/lib/*/rsyslog/lmnsd_\(name).so"]).status) == 0)
}

@Suite("Syslog over TLS", .serialized)
struct SyslogTLSTests {
  @Test(
    "A real receiver over TLS gets every message whole, and wants to know who sends", .enabled(if: hasDriver("ossl")),
    arguments: [true, false])
  func delivered(isMutual: Bool) async throws {
    let fixture = try Fixture(records: 300)
    try Self.makeKeys(fixture)
    let port = try Receiver.freePort()
    let receiver = try await Self.rsyslog(fixture, port, "ossl", isMutual: isMutual)
    if isMutual {
      // Who shows nothing delivers nothing.
      try await Self.expect(fixture, try Self.sinks(fixture, port), "export-un")
      #expect(fixture.cursor("siem") == 0)
    }
    let folder = fixture.scratch.path
    let shown = isMutual ? ", cert: \(folder)/client.pem, key: \(folder)/client.key" : ""
    let forwarder = fixture.forwarder(try Self.sinks(fixture, port, more: shown))
    let done = try await fixture.run(forwarder) { fixture.cursor("siem") == 300 }
    let findings = await forwarder.examine()
    #expect(done, "\(findings) \((try? fixture.scratch.read("receiver.out")) ?? "")")
    // What the receiver has read it writes when it comes to it.
    var indices: [UInt64] = []
    for _ in 0..<3000 where Set(indices).count < 300 {
      try await Task.sleep(for: .milliseconds(20))
      indices = (try? Self.received(fixture)) ?? []
    }
    #expect(Set(indices) == Set(0..<300))
    try await receiver.stop()
  }

  @Test(
    "A receiver that does not prove who it is gets nothing, and the cursor stays", .enabled(if: hasDriver("ossl")),
    arguments: Refused.all)
  fileprivate func untrusted(refused: Refused) async throws {
    let fixture = try Fixture(records: 20)
    try Self.makeKeys(fixture, names: refused.names, days: refused.days)
    let port = try Receiver.freePort()
    let receiver = try await Self.rsyslog(fixture, port, "ossl")
    let text = try await Self.expect(
      fixture, try Self.sinks(fixture, port, trusts: refused.trusts), "[export-untrusted]")
    #expect(text.contains(refused.says))
    #expect(fixture.cursor("siem") == 0)
    try await receiver.stop()
    #expect(!fixture.scratch.exists("messages"))
  }

  @Test(
    "A receiver that does not answer the end of TLS has acknowledged nothing: anybody on the way could end a connection",
    .enabled(if: hasDriver("gtls")))
  func unanswered() async throws {
    let fixture = try Fixture(records: 20)
    try Self.makeKeys(fixture)
    let port = try Receiver.freePort()
    let receiver = try await Self.rsyslog(fixture, port, "gtls")
    try await Self.expect(fixture, try Self.sinks(fixture, port), "[export-unacknowledged]")
    #expect(fixture.cursor("siem") == 0)
    try await receiver.stop()
  }

  @Test(
    "A receiver that ends its side before it has read ours has acknowledged nothing",
    arguments: [("tcp", "half"), ("tcp", "close"), ("tls", "close")])
  func early(scheme: String, manner: String) async throws {
    let fixture = try Fixture(records: 50)
    try Self.makeKeys(fixture)
    let port = try Receiver.freePort()
    let receiver = try Receiver(
      fixture.scratch, port: port, "python3",
      [Self.script("early-receiver.py"), "\(port)", scheme, manner, fixture.scratch.path])
    while !receiver.isListening() { try await Task.sleep(for: .milliseconds(20)) }
    let sinks = try Self.sinks(fixture, port, scheme: scheme, trusts: scheme == "tls" ? "ca.pem" : nil)
    try await Self.expect(fixture, sinks, "[export-un")
    #expect(fixture.cursor("siem") == 0)
  }

  // MARK: -

  private static func script(_ name: String) -> String {
    #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/" + name
  }

  private static func makeKeys(_ fixture: Fixture, names: String = "DNS:localhost", days: Int = 1) throws {
    let made = try Tool("/bin/sh", directory: fixture.scratch.path).run([script("make-keys.sh"), names, "\(days)"])
    try #require(made.status == 0, "\(made.errors)")
  }

  private static func sinks(
    _ fixture: Fixture, _ port: UInt16, scheme: String = "tls", trusts: String? = "ca.pem", more: String = ""
  ) throws -> [ExportSink] {
    let folder = fixture.scratch.path
    let authorities = trusts.map { ", ca: \(folder)/\($0)" } ?? ""
    try fixture.scratch.write(
      "sinks: [{name: siem, syslog: '\(scheme)://localhost:\(port)'\(authorities)\(more)}]\n", to: "export.yaml",
      mode: 0o600)
    return try ExportFile.read(folder + "/export.yaml", isAdministrators: false, DiskFiles())
  }

  /// - Returns: what `bailey doctor` says.
  @discardableResult
  private static func expect(_ fixture: Fixture, _ sinks: [ExportSink], _ code: String) async throws -> String {
    let forwarder = fixture.forwarder(sinks)
    var text = ""
    let told = try await fixture.run(forwarder) {
      text = await forwarder.examine().map(\.consequence).joined()
      return text.contains(code)
    }
    #expect(told, "\(text)")
    return text
  }

  private static func rsyslog(_ fixture: Fixture, _ port: UInt16, _ driver: String, isMutual: Bool = false)
    async throws -> Receiver
  {
    let folder = fixture.scratch.path
    let settings = """
      global(workDirectory="\(folder)" maxMessageSize="64k" defaultNetstreamDriverCAFile="\(folder)/ca.pem"
        defaultNetstreamDriverCertFile="\(folder)/leaf.pem" defaultNetstreamDriverKeyFile="\(folder)/leaf.key")
      module(load="imtcp" StreamDriver.Name="\(driver)" StreamDriver.Mode="1"
        StreamDriver.AuthMode="\(isMutual ? "x509/certvalid" : "anon")")
      template(name="whole" type="string" string="%STRUCTURED-DATA% %msg%\\n")
      input(type="imtcp" port="\(port)" address="127.0.0.1")
      action(type="omfile" file="\(folder)/messages" template="whole" asyncWriting="off" flushOnTXEnd="on")

      """
    try fixture.scratch.write(settings, to: "rsyslog.conf")
    let receiver = try Receiver(
      fixture.scratch, port: port, "/usr/sbin/rsyslogd", ["-n", "-iNONE", "-f", folder + "/rsyslog.conf"])
    while !receiver.isListening() { try await Task.sleep(for: .milliseconds(20)) }
    return receiver
  }

  private static func received(_ fixture: Fixture) throws -> [UInt64] {
    try fixture.scratch.read("messages").split(separator: "\n").compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("index=") }.flatMap { UInt64($0.dropFirst(7).dropLast()) }
    }
  }
}
