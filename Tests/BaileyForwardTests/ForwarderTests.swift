import BaileyCore
import BaileyExport
import BaileyForward
import BaileyTestSupport
import Synchronization
import Testing

@Suite("Sinks of the log")
struct ForwarderTests {
  @Test("Every record reaches every sink in order, and the cursor follows")
  func order() async throws {
    let fixture = try Fixture(records: 300)
    let forwarder = fixture.forwarder([try .otlp(), .file(fixture.scratch.path + "/out.jsonl")])
    var hasGrown = false
    let done = try await fixture.run(forwarder) {
      if !hasGrown, fixture.collector.acknowledged.count == 300 {
        hasGrown = true
        fixture.log.grow(20)
      }
      return fixture.cursor("collector") == 320 && fixture.cursor("disk") == 320
    }
    #expect(done)
    #expect(fixture.collector.acknowledged == Array(0..<320))
    #expect(try fixture.indices("out.jsonl") == Array(0..<320))
  }

  @Test("A sink that is away for a while holds up no other, and gets every record when it is back")
  func outage() async throws {
    let fixture = try Fixture(records: 200)
    fixture.collector.state.withLock { $0.isDown = true }
    let forwarder = fixture.forwarder([try .otlp(), .file(fixture.scratch.path + "/out.jsonl")])
    var findings: [HealthFinding] = []
    let done = try await fixture.run(forwarder) {
      if fixture.cursor("disk") == 200, fixture.collector.state.withLock({ $0.isDown && $0.calls.count > 3 }) {
        findings = await forwarder.examine()
        fixture.log.grow(100)
        fixture.collector.state.withLock { $0.isDown = false }
      }
      return fixture.cursor("collector") == 300
    }
    #expect(done)
    #expect(Set(fixture.collector.acknowledged) == Set(0..<300))
    let finding = try #require(findings.first { $0.name == "export collector" })
    #expect(finding.state == .warn)
    #expect(finding.consequence.contains("200 of 200 signed records are not acknowledged"))
    #expect(finding.consequence.contains("[export-unreachable]"))
    #expect(!finding.consequence.contains("planted-key"))
    #expect(await forwarder.examine().allSatisfy { $0.state == .ok })
  }

  @Test("What a collector refuses is sent again, less of it if it is too much, and never given up")
  func refusals() async throws {
    let fixture = try Fixture(records: 120)
    fixture.collector.state.withLock { state in
      state.largest = 7
      state.answers = [503, 500, 429, 401].map { HTTPReply(status: $0, headers: ["retry-after": "0"]) }
    }
    let done = try await fixture.run(fixture.forwarder([try .otlp()])) { fixture.cursor("collector") == 120 }
    #expect(done)
    #expect(Set(fixture.collector.acknowledged) == Set(0..<120))
  }

  @Test("What a collector rejects for good is counted, and shows")
  func rejections() async throws {
    let fixture = try Fixture(records: 10)
    let partial = HTTPReply(status: 200, body: Array(#"{"partialSuccess":{"rejectedLogRecords":"4"}}"#.utf8))
    fixture.collector.state.withLock { $0.answers = [partial] }
    let forwarder = fixture.forwarder([try .otlp()])
    #expect(try await fixture.run(forwarder) { fixture.cursor("collector") == 10 })
    let finding = try #require(await forwarder.examine().first)
    #expect(finding.state == .warn)
    #expect(finding.consequence.contains("the receiver rejected 4"))
  }

  @Test("A log that is shorter than what was sent is told, and the cursor stays")
  func shorter() async throws {
    let fixture = try Fixture(records: 10)
    #expect(try await fixture.run(fixture.forwarder([try .otlp()])) { fixture.cursor("collector") == 10 })
    try fixture.scratch.write(#"{"log":"bailey-log.test","next":11,"v":1}"#, to: "export/collector.cursor")
    try await Self.expectFault(fixture, "export-log-shorter")
    #expect(fixture.cursor("collector") == 11)
  }

  @Test("Another log of the same name with as many records is told, and the cursor stays")
  func replaced() async throws {
    var fixture = try Fixture(records: 10)
    #expect(try await fixture.run(fixture.forwarder([try .otlp()])) { fixture.cursor("collector") == 10 })
    fixture.log = GrowingLog(9)
    fixture.log.append(GrowingLog.record(77))
    fixture.log.grow(5)
    try await Self.expectFault(fixture, "export-log-other")
    #expect(fixture.cursor("collector") == 10)
    #expect(fixture.collector.acknowledged == Array(0..<10))
  }

  /// In `bailey doctor`, as something that waiting does not mend.
  private static func expectFault(_ fixture: Fixture, _ code: String) async throws {
    let forwarder = fixture.forwarder([try .otlp()])
    let told = try await fixture.run(forwarder) {
      await forwarder.examine().contains {
        $0.state == .fail && $0.consequence.contains("[\(code)]") && $0.fix?.contains("bailey log verify") == true
      }
    }
    #expect(told)
  }

  @Test("A collector that is crowded is left alone for as long as it asks", arguments: [429, 503])
  func crowded(status: Int) async throws {
    let fixture = try Fixture(records: 10)
    fixture.collector.state.withLock { $0.answers = [HTTPReply(status: status, headers: ["retry-after": "200"])] }
    let forwarder = fixture.forwarder([try .otlp()])
    let told = try await fixture.run(forwarder) {
      await forwarder.examine().contains { $0.consequence.contains("status \(status) and asks for 200 seconds") }
    }
    #expect(told)
    #expect(fixture.collector.state.withLock { $0.calls.count } == 1)
    #expect(fixture.cursor("collector") == 0)
  }

  @Test(
    "What a collector says it rejected is at most what it was sent",
    arguments: [
      ("\"9223372036854775807\"", 10), ("9223372036854775807", 10), ("\"99999999999999999999\"", 0), ("-3", 0),
      ("\"x\"", 0), ("[]", 0),
    ])
  func overflow(number: String, counted: Int) async throws {
    let fixture = try Fixture(records: 10)
    let body = Array("{\"partialSuccess\":{\"rejectedLogRecords\":\(number)}}".utf8)
    fixture.collector.state.withLock { $0.answers = [HTTPReply(status: 200, body: body)] }
    let forwarder = fixture.forwarder([try .otlp()])
    #expect(try await fixture.run(forwarder) { fixture.cursor("collector") == 10 })
    let text = try #require(await forwarder.examine().first).consequence
    #expect(text.contains("rejected \(counted)") == (counted > 0))
    #expect(text.contains("rejected") == (counted > 0))
  }

  @Test("A delivery has a bound in bytes, the decisions that outcomes bring along included")
  func large() async throws {
    let fixture = try Fixture(records: 0)
    let subject = Subject(session: GrowingLog.session, agent: "node", user: "dev")
    let action = Action.exec(subject, path: "/bin/x", arguments: [String(repeating: "y", count: 50_000)])
    let decision = Decision(combining: [Reason(.allow, "rule", "because")])
    func append(_ kind: Record.Kind, _ body: JSON) {
      fixture.log.append(Record(kind, session: GrowingLog.session, time: 1, body: body).json)
    }
    append(.intent, ["action": action.json, "decision": decision.json])
    for _ in 0..<200 { append(.outcome, ["intent": 0, "succeeded": true]) }
    #expect(try await fixture.run(fixture.forwarder([try .otlp()])) { fixture.cursor("collector") == 201 })
    #expect(fixture.collector.acknowledged == Array(0..<201))
    let largest = fixture.collector.state.withLock { $0.calls.map { Collector.indices($0.body).count }.max() ?? 0 }
    #expect(largest <= 21)
    #expect(fixture.log.largestRead <= 16)
  }

  @Test("The place in another log is not taken for one in this")
  func otherLog() async throws {
    let fixture = try Fixture(records: 10)
    try fixture.scratch.write(#"{"log":"bailey-log.other","next":7,"v":1}"#, to: "export/collector.cursor")
    #expect(try await fixture.run(fixture.forwarder([try .otlp()])) { fixture.cursor("collector") == 10 })
    #expect(fixture.collector.acknowledged == Array(0..<10))
  }

  @Test("A sink without a past can begin with what comes next")
  func now() async throws {
    let fixture = try Fixture(records: 10)
    var sink = try ExportSink.otlp()
    sink.beginsNow = true
    let done = try await fixture.run(fixture.forwarder([sink])) {
      if fixture.cursor("collector") == 10 { fixture.log.grow(5) }
      return fixture.cursor("collector") ?? 0 > 10
    }
    #expect(done)
    #expect(fixture.collector.acknowledged.first == 10)
  }

  @Test("Counts go instead of records, and a minute that is not told yet is counted again after a restart")
  func counts() async throws {
    let fixture = try Fixture(records: 150)
    var sink = try ExportSink.otlp()
    sink.countsOnly = true
    // The records are a second apart, so that two or three minutes are over, and one is open.
    #expect(try await fixture.run(fixture.forwarder([sink])) { fixture.cursor("collector") ?? 0 > 60 })
    let told = fixture.cursor("collector") ?? 0
    #expect(told < 150)
    let late = fixture.forwarder([sink], now: .max)
    #expect(try await fixture.run(late) { fixture.cursor("collector") == 150 })
    let bodies = fixture.collector.state.withLock { $0.calls.map { String(decoding: $0.body, as: UTF8.self) } }
    #expect(bodies.contains { $0.contains(#"\"first\":\#(told)"#) })
    #expect(bodies.allSatisfy { !$0.contains("/bin/") })
  }

  @Test("A sampled sink gets fewer records, all denials, and says how many in how many")
  func sampled() async throws {
    let fixture = try Fixture(records: 500)
    var sink = try ExportSink.otlp()
    sink.oneIn = 10
    #expect(try await fixture.run(fixture.forwarder([sink])) { fixture.cursor("collector") == 500 })
    let sent = Set(fixture.collector.acknowledged)
    #expect(sent.count < 250)
    #expect(sent.isSuperset(of: stride(from: UInt64(0), to: 500, by: 5)))
    let body = fixture.collector.state.withLock { $0.calls.first?.body ?? [] }
    #expect(String(decoding: body, as: UTF8.self).contains("bailey.sampled.one_in"))
  }

  @Test("Each record of a sampled sink tells how many before it were left out, also over a restart")
  func leftOut() async throws {
    let fixture = try Fixture(records: 0)
    var sink = ExportSink.file(fixture.scratch.path + "/out.jsonl")
    sink.oneIn = 1_000_000
    for size in [7, 8, 9, 500, 503] {
      fixture.log.grow(size - fixture.log.count)
      #expect(try await fixture.run(fixture.forwarder([sink])) { fixture.cursor("disk") == UInt64(size) })
    }
    var next: Int64 = 0
    for line in try fixture.scratch.read("out.jsonl").split(separator: "\n") {
      let json = try JSON.parse(String(line))
      #expect(json["index"]?.int == next + (json["left_out"]?.int ?? 0))
      next = (json["index"]?.int ?? 0) + 1
    }
    #expect(next == 501)
  }
}
