import BaileyCore
import BaileyForward
import BaileyHTTP
import BaileyLinux
import BaileyPolicy
import BaileyTestSupport
import Testing

/// A program that takes records, on a port of its own.
final class Receiver: Sendable {
  let port: UInt16
  let scratch: Scratch
  private let process: Int32

  static func freePort() throws -> UInt16 {
    let number = try Socket.listener(on: Endpoint(try IPAddress("127.0.0.1"), 0))
    defer { Socket.close(number) }
    return try #require(Socket.localEndpoint(number)).port
  }

  init(_ scratch: Scratch, port: UInt16, _ program: String, _ arguments: [String]) throws {
    (self.scratch, self.port) = (scratch, port)
    let words = ["-c", "exec \"$@\" >>\(scratch.path)/receiver.out 2>&1", "sh", program] + arguments
    process = try Tool("/bin/sh").startSilently(words)
  }

  func isListening() -> Bool {
    guard let address = try? IPAddress("127.0.0.1"), let number = try? Socket.stream(for: Endpoint(address, port))
    else { return false }
    defer { Socket.close(number) }
    if (try? Socket.connect(number, to: Endpoint(address, port))) == true { return true }
    _ = try? poll([(number, .output)], milliseconds: 1000)
    return Socket.takeError(number) == nil
  }

  /// In an orderly way; returns when nobody listens.
  func stop() async throws {
    _ = try Tool("/bin/kill").run(["-TERM", String(process)])
    while isListening() { try await Task.sleep(for: .milliseconds(20)) }
  }

  deinit { _ = try? Tool("/bin/kill").run(["-KILL", String(process)]) }
}

let hasRsyslog =
  mustIsolate || (try? Tool("/bin/sh").run(["-c", "command -v rsyslogd || test -x /usr/sbin/rsyslogd"]).status) == 0

@Suite("Real receivers", .serialized)
struct ReceiverTests {
  @Test("A real OTLP receiver decodes every record", .enabled(if: PythonTools.arePresent))
  func otlp() async throws {
    let fixture = try Fixture(records: 120)
    fixture.log.append(Self.hostile)
    let port = try Receiver.freePort()
    let other = try Receiver.freePort()
    let program = try PythonTools.folder(of: "rotel") + "/rotel-agent"
    let receiver = try Receiver(
      fixture.scratch, port: port, program,
      [
        "start", "--otlp-http-endpoint", "127.0.0.1:\(port)", "--otlp-grpc-endpoint", "127.0.0.1:\(other)",
        "--exporter", "blackhole", "--debug-log", "logs", "--debug-log-verbosity", "detailed",
      ])
    let forwarder = fixture.forwarder([try .otlp(port: port)], caller: HTTPClient())
    let done = try await fixture.run(forwarder) { fixture.cursor("collector") == 121 }
    let findings = await forwarder.examine()
    #expect(done, "\(findings)")
    var text = ""
    for _ in 0..<500 where !text.contains("bailey.log.index: Int(120)") {
      try await Task.sleep(for: .milliseconds(20))
      text = try fixture.scratch.read("receiver.out")
    }
    try await receiver.stop()
    for index in 0...120 { #expect(text.contains("bailey.log.index: Int(\(index))\n")) }
    #expect(text.contains("EventName: bailey.intent.exec\n"))
    #expect(text.contains("service.name: Str(bailey)\n"))
    #expect(text.contains("bailey.decision: Str(deny)\n"))
    #expect(text.contains("process.executable.path: Str(/bin/7)\n"))
    #expect(text.contains("Timestamp: 1790000007000000000\n"))
  }

  @Test("Over TLS with headers from a file: who is not trusted gets nothing, who refuses is asked again")
  func secured() async throws {
    let fixture = try Fixture(records: 60)
    let folder = fixture.scratch.path
    let made = try Tool("/usr/bin/env", directory: folder).run([
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
      "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
    ])
    #expect(made.status == 0, "\(made.errors)")
    let port = try Receiver.freePort()
    let script = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/collector.py"
    let receiver = try Receiver(
      fixture.scratch, port: port, "python3",
      [script, "\(port)", folder + "/collected", folder + "/cert.pem", folder + "/key.pem", "Bearer planted-token"])
    func sinks(_ more: String) throws -> [ExportSink] {
      try fixture.scratch.write(
        "sinks: [{name: far, otlp: 'https://localhost:\(port)'\(more)}]\n", to: "export.yaml", mode: 0o600)
      return try ExportFile.read(folder + "/export.yaml", isAdministrators: false, DiskFiles())
    }
    func told(_ sinks: [ExportSink], _ code: String) async throws -> Bool {
      let forwarder = fixture.forwarder(sinks, caller: HTTPClient())
      return try await fixture.run(forwarder) {
        let text = await forwarder.examine().map(\.consequence).joined()
        #expect(!text.contains("planted-token"))
        return text.contains("[\(code)]")
      }
    }
    #expect(try await told(sinks(""), "export-untrusted"))
    let trusted = ", ca: \(folder)/cert.pem"
    #expect(try await told(sinks(trusted), "export-refused"))
    #expect(try await told(sinks(trusted + ", headers_file: \(folder)/none"), "secret-file-unreadable"))
    #expect(fixture.cursor("far") == 0)
    try fixture.scratch.write("Authorization: Bearer planted-token\n", to: "headers", mode: 0o600)
    let forwarder = fixture.forwarder(try sinks(trusted + ", headers_file: \(folder)/headers"), caller: HTTPClient())
    #expect(try await fixture.run(forwarder) { fixture.cursor("far") == 60 })
    try await receiver.stop()
    let collected = try fixture.scratch.read("collected").split(separator: "\n").compactMap { UInt64($0) }
    #expect(collected == Array(0..<60))
  }

  @Test("A real syslog receiver gets every message whole, also what came while it was away", .enabled(if: hasRsyslog))
  func syslog() async throws {
    let fixture = try Fixture(records: 150)
    fixture.log.append(Self.hostile)
    let port = try Receiver.freePort()
    try fixture.scratch.write(Self.settings(port, fixture.scratch.path), to: "rsyslog.conf")
    let target = ExportSink.SyslogTarget(.address(try IPAddress("127.0.0.1"), port: port))
    let forwarder = fixture.forwarder([ExportSink(name: "siem", target: .syslog(target))])
    let arguments = ["-n", "-iNONE", "-f", fixture.scratch.path + "/rsyslog.conf"]
    var receiver: Receiver?
    var restarts = 0
    let done = try await fixture.run(forwarder) {
      let next = fixture.cursor("siem") ?? 0
      if receiver == nil, await forwarder.examine().contains(where: { $0.state == .warn }) {
        receiver = try Receiver(fixture.scratch, port: port, "/usr/sbin/rsyslogd", arguments)
      } else if next == UInt64(fixture.log.count), restarts < 2 {
        restarts += 1
        try await receiver?.stop()
        receiver = nil
        fixture.log.grow(60)
      }
      return next == 271
    }
    let findings = await forwarder.examine()
    #expect(done, "\(findings) \((try? fixture.scratch.read("receiver.out")) ?? "")")
    try await receiver?.stop()
    let lines = try fixture.scratch.read("messages").split(separator: "\n").map(String.init)
    let indices = lines.compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("index=") }.flatMap { UInt64($0.dropFirst(7).dropLast()) }
    }
    #expect(Set(indices) == Set(0..<271))
    #expect(indices.count == lines.count)
    #expect(
      lines.allSatisfy {
        $0.hasPrefix("1 bailey 4f7c0a1b2c3d4e5f intent.exec [bailey@32473 origin=\"bailey-log.test\" ")
      })
    #expect(!lines.contains { $0.hasPrefix("forged") })
  }

  /// A record with everything that could end a frame, 60 KB of it.
  private static var hostile: JSON {
    let text = "x\n<13>1 - forged - - - -\r\n\"]\\ é \u{0} 12 " + String(repeating: "y\n", count: 30_000)
    let subject = Subject(session: GrowingLog.session, agent: "node", user: "dev")
    let action = Action.exec(subject, path: text, arguments: [text])
    let decision = Decision(combining: [Reason(.deny, "a\"]b", text)])
    let body: JSON = ["action": action.json, "decision": decision.json]
    return Record(.intent, session: GrowingLog.session, time: 1_790_000_000_000_000_000, body: body).json
  }

  private static func settings(_ port: UInt16, _ folder: String) -> String {
    """
    global(workDirectory="\(folder)" maxMessageSize="64k")
    module(load="imtcp" MaxSessions="50")
    template(name="whole" type="string" string="%PROTOCOL-VERSION% %APP-NAME% %PROCID% %MSGID% %STRUCTURED-DATA% %msg%\\n")
    input(type="imtcp" port="\(port)" address="127.0.0.1")
    action(type="omfile" file="\(folder)/messages" template="whole" asyncWriting="off" flushOnTXEnd="on")

    """
  }
}
