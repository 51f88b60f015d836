import BaileyCore
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
      "listen: \"[::ffff:127.0.0.1]:80\"",
    ])
  func bad(text: String) {
    let fault = #expect(throws: Fault.self) { try Self.read(text) }
    #expect(fault?.code == "log-settings" && fault?.subject?.hasPrefix("log.yaml:1:") == true)
  }
}
