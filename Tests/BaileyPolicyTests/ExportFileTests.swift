import BaileyCore
import BaileyPolicy
import Testing

@Suite("Settings of exports")
struct ExportFileTests {
  private static let path = "/c/bailey/export.yaml"

  private static func read(_ text: String, administrators: Bool = false, mode: UInt16 = 0o600) throws -> [ExportSink] {
    let storage = MemoryStorage()
    storage.put(path, StoredFile(bytes: Array(text.utf8), owner: 0, mode: mode))
    return try ExportFile.read(path, isAdministrators: administrators, storage)
  }

  @Test("A file names its sinks, and no file none")
  func sinks() throws {
    let sinks = try Self.read(
      """
      sinks:
        - name: collector
          otlp: https://collector.example:4318
          headers_file: /c/headers
          ca: /c/ca.pem
          paths: hashed
          sample: 10
          from: now
        - {name: counts, otlp: "http://127.0.0.1:4318/otlp/v1/logs", counts: true}
        - {name: siem, syslog: "tcp://127.0.0.1:6514"}
        - {name: disk, file: /var/log/bailey.jsonl, format: ocsf, maximum_mb: 5, keep: 2}
      """)
    #expect(sinks.map(\.name) == ["collector", "counts", "siem", "disk"])
    #expect(sinks[0].hashesPaths && sinks[0].oneIn == 10 && sinks[0].beginsNow && !sinks[0].countsOnly)
    guard case .otlp(let collector) = sinks[0].target, case .otlp(let counts) = sinks[1].target,
      case .syslog(let siem) = sinks[2].target, case .file(let disk) = sinks[3].target
    else {
      Issue.record("a target is of another kind")
      return
    }
    #expect(collector.call.target == "/v1/logs")
    #expect(collector.call.headers["host"] == "collector.example:4318")
    #expect(counts.call.target == "/otlp/v1/logs")
    #expect(sinks[1].countsOnly)
    #expect(siem == ExportSink.SyslogTarget(.address(try IPAddress("127.0.0.1"), port: 6514)))
    #expect(disk.format == .ocsf && disk.maximumBytes == 5 << 20 && disk.kept == 2)
    #expect(try ExportFile.read("/none", isAdministrators: true, MemoryStorage([:])) == [])
  }

  @Test("The administrator's sinks have names that a person cannot take")
  func names() throws {
    let text = "sinks: [{name: a, file: /x}]"
    #expect(try Self.read(text, administrators: true).map(\.name) == ["admin.a"])
    #expect(throws: Fault.self) { try Self.read("sinks: [{name: admin.a, file: /x}]") }
  }

  @Test(
    "A mistake is named with its line and column",
    arguments: [
      ("sinks:\n  - name: a\n    ottlp: http://127.0.0.1:1\n", "3:5", "did you mean `otlp`?"),
      ("sink: []\n", "1:1", "did you mean `sinks`?"),
      ("sinks:\n  - {name: a, file: /x, headers_file: /y}\n", "2:25", nil),
      ("sinks:\n  - {name: a}\n", "2:5", nil),
      ("sinks:\n  - {name: a, file: /x, syslog: \"tcp://127.0.0.1:1\"}\n", "2:5", nil),
      ("sinks:\n  - {name: a, file: x}\n", "2:21", nil),
      ("sinks:\n  - {name: a, file: /x, sample: 0}\n", "2:33", nil),
      ("sinks:\n  - {name: a, file: /x, paths: maybe}\n", "2:32", nil),
      (
        "sinks:\n  - {name: a, syslog: \"tcp://collector.example:514\"}\n", "2:23", nil
      ),
      ("sinks:\n  - {name: a, syslog: \"udp://127.0.0.1:514\"}\n", "2:23", nil),
      ("sinks:\n  - {name: a, syslog: \"tcp://127.0.0.1:514\", ca: /x}\n", "2:5", nil),
      ("sinks:\n  - {name: a, syslog: \"tls://siem.example\", cert: /x}\n", "2:5", nil),
      ("sinks:\n  - {name: a, syslog: \"tls://siem.example\", verify: false}\n", "2:45", nil),
      (
        "sinks:\n  - {name: a, syslog: \"tcp://192.0.2.1:514\"}\n", "2:23",
        "use tls://, or say `clear: true` to accept it"
      ),
      (
        "sinks:\n  - {name: a, otlp: \"http://192.0.2.1:4318\"}\n", "2:21",
        "use https://, or say `clear: true` to accept it"
      ),
      ("sinks:\n  - {name: a, file: /x}\n  - {name: a, file: /y}\n", "2:3", nil),
      ("sinks: {}\n", "1:8", nil),
    ] as [(String, String, String?)])
  func mistakes(text: String, place: String, hint: String?) throws {
    let fault = #expect(throws: Fault.self) { try Self.read(text) }
    #expect(fault?.code == "export-settings")
    #expect(fault?.subject == "\(Self.path):\(place)")
    if let hint { #expect(fault?.hint == hint) }
  }

  @Test("A file that others can write is not read")
  func writable() throws {
    let fault = #expect(throws: Fault.self) { try Self.read("sinks: []", mode: 0o622) }
    #expect(fault?.code == "export-settings")
  }

  @Test("Headers come from a file that only its owner can read, and frame nothing")
  func headers() throws {
    func headers(_ text: String, mode: UInt16 = 0o600) throws -> [String: String] {
      let storage = MemoryStorage([Self.path: "sinks: [{name: a, otlp: 'http://127.0.0.1:1', headers_file: /h}]"])
      storage.put("/h", StoredFile(bytes: Array(text.utf8), owner: 0, mode: mode))
      let sinks = try ExportFile.read(Self.path, isAdministrators: false, storage)
      guard case .otlp(let target)? = sinks.first?.target else { return [:] }
      return try target.credentials.read().headers
    }
    #expect(
      try headers("Authorization: Bearer abc\r\n\nX-Scope: a b\n") == ["authorization": "Bearer abc", "x-scope": "a b"])
    for bad in ["no colon", ": x", "a b: c", "content-length: 3", "Host: x", "a: \u{1}"] {
      let fault = #expect(throws: Fault.self) { try headers(bad) }
      #expect(fault?.code == "export-headers")
    }
    #expect(throws: Fault.self) { try headers("a: b", mode: 0o644) }
  }
}
