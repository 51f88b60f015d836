import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Testing

@testable import BaileyPolicy

@Suite("log.yaml")
struct LogSettingsTests {
  private static func read(_ text: String) throws(Fault) -> LogSettings {
    try LogSettings.read(Array(text.utf8), file: "log.yaml")
  }

  @Test("It says where the log is served, and how often witnesses are asked")
  func good() throws {
    #expect(try Self.read("{}") == LogSettings() && LogSettings().witnessInterval == 60)
    let both = try Self.read("listen: 127.0.0.1:7381\nwitness_interval: 300\n")
    #expect(both.listener == .loopback(try IPAddress("127.0.0.1"), port: 7381) && both.witnessInterval == 300)
    let more = try Self.read("witness: required\nwitness_ca: /etc/ssl/own.pem\nkey: p256\n")
    #expect(more.requiresWitness && more.witnessAuthorities == "/etc/ssl/own.pem" && more.key == .p256)
    #expect(try Self.read("witness: optional\nkey: ed25519\n") == LogSettings())
    #expect(try Self.read("listen: socket").listener == .socket)
    #expect(try Self.read("listen: \"[::1]:80\"").listener == .loopback(try IPAddress("::1"), port: 80))
    #expect(try Self.read("listen: localhost:80").listener == .loopback(try IPAddress("127.0.0.1"), port: 80))
  }

  @Test(
    "Anything but loopback, and whatever is no setting, is refused with its place",
    arguments: [
      "listen: 0.0.0.0:80", "listen: \"[::]:80\"", "listen: 10.0.0.1:80", "listen: example.com:80", "listen: 127.0.0.1",
      "listen: 127.0.0.1:0", "listen: 127.0.0.1:65536", "listen: /run/x", "listen: [a]", "listen:", "lisen: socket",
      "witness_interval: 4", "witness_interval: 86401", "witness_interval: x", "- a",
      "listen: \"[::ffff:127.0.0.1]:80\"", "witness: yes", "witness: Required", "witness_ca: own.pem", "key: rsa",
      "key: [p256]",
    ])
  func bad(text: String) {
    let fault = #expect(throws: Fault.self) { try Self.read(text) }
    #expect(fault?.code == "log-settings" && fault?.subject?.hasPrefix("log.yaml:1:") == true)
  }

  @Test("A broken file of the administrator stops the start; one of the person is told, and the defaults hold")
  func layers() throws {
    let scratch = try Scratch()
    let (administrator, person) = (scratch.path + "/etc", scratch.path + "/own")
    #expect(try LogSettings.found(administrator: administrator, person: person).0 == LogSettings())
    for directory in [administrator, person] { try Descriptor.makeDirectories(directory) }
    try scratch.write("witness: maybe", to: "own/log.yaml")
    let (settings, misread) = try LogSettings.found(administrator: administrator, person: person)
    #expect(settings == LogSettings() && misread != nil)
    try scratch.write("witness: required", to: "etc/log.yaml")
    #expect(try LogSettings.found(administrator: administrator, person: person).0.requiresWitness)
    try scratch.write("witness: maybe", to: "etc/log.yaml")
    #expect(throws: Fault.self) { try LogSettings.found(administrator: administrator, person: person) }
  }

  @Test("The file of authorities is read at each round, and one that others can write is none")
  func authorities() throws {
    let scratch = try Scratch()
    var settings = LogSettings()
    #expect(try settings.witness.authorities() == nil)
    settings.witnessAuthorities = scratch.path + "/ca.pem"
    let read = settings.witness.authorities
    #expect(throws: Fault.self) { try read() }
    let pem = "-----BEGIN CERTIFICATE-----\n"
    try scratch.write(pem, to: "ca.pem")
    #expect(try read() == Array(pem.utf8))
    try Descriptor.workingDirectory.setMode(of: scratch.path + "/ca.pem", 0o666, noFollow: false)
    #expect(throws: Fault.self) { try read() }
  }
}
