import BaileyCore
import BaileyExport
import BaileyTestSupport
import Testing

@Suite("OCSF")
struct OCSFTests {
  @Test("Every kind of record is a valid event of OCSF 1.8.0", .enabled(if: PythonTools.arePresent))
  func validates() throws {
    let events = Samples.all.map { OCSFEvent.json($0, Samples.origin) }
    let script = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/ocsf-validate.py"
    let lines = events.map { $0.canonicalText + "\n" }.joined()
    let result = try Tool(PythonTools.python).run([script], input: lines)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output == "events \(events.count)\n")
    #expect(events.count > 150)
  }

  @Test("Records of every kind and actions of every verb are among the samples")
  func samplesAreComplete() {
    let records = Samples.all.map(\.record)
    #expect(Set(records.compactMap { $0["kind"]?.string }) == Set(Record.Kind.allCases.map(\.rawValue)))
    #expect(Set(Samples.actions.map(\.verb)) == Set(Verb.allCases.filter { $0 != .fileWrite }))
  }

  @Test("The class and activity of an event follow the verb and what came of it")
  func classes() throws {
    func type(_ action: Action, _ decision: Decision) -> Int64? {
      let record = Record(
        .intent, session: Samples.session, time: 0, body: ["action": action.json, "decision": decision.json])
      return OCSFEvent.json(Samples.exported(record, index: 0), Samples.origin)["type_uid"]?.int
    }
    let subject = Samples.subject
    #expect(type(.exec(subject, path: "/bin/ls", arguments: ["ls"]), Samples.allow) == 100_701)
    #expect(
      type(.connect(subject, host: "a.example", address: nil, port: 1, transport: "tls"), Samples.allow) == 400_101)
    #expect(
      type(.connect(subject, host: "a.example", address: nil, port: 1, transport: "tls"), Samples.deny) == 400_105)
    #expect(type(Samples.actions[5], Samples.deny) == 400_206)
    #expect(type(.resolve(subject, name: "a.example", type: "A"), Samples.allow) == 400_301)
    #expect(type(.write(subject, path: "/a", operation: "unlink"), Samples.allow) == 100_104)
  }

  @Test("A denial names its rule, its code and its place in the log")
  func denial() throws {
    let record = Record(
      .intent, session: Samples.session, time: Samples.time,
      body: ["action": Samples.actions[5].json, "decision": Samples.deny.json])
    let event = OCSFEvent.json(Samples.exported(record, index: 41), Samples.origin)
    #expect(event["action_id"] == 2)
    #expect(event["disposition_id"] == 2)
    #expect(event["policy"]?["uid"] == "nothing-allows")
    #expect(event["policy"]?["name"] == "/etc/bailey/a.rego:7")
    #expect(event["metadata"]?["uid"] == "bailey-log.example/41")
    #expect(event["metadata"]?["sequence"] == 41)
    #expect(event["time"] == .int(Samples.time / 1_000_000))
    #expect(event["http_request"]?["url"]?["query_string"] == "q=1")
  }

  @Test("An outcome has the class of its decision, and says what went over the wire")
  func outcome() throws {
    let outcomes = Samples.all.filter {
      $0.kind == "outcome" && $0.intent?["body"]?["action"]?["action"] == "net.connect"
    }
    let event = OCSFEvent.json(try #require(outcomes.first), Samples.origin)
    #expect(event["class_uid"] == 4001)
    #expect(event["activity_name"] == "Close")
    #expect(event["traffic"]?["bytes_out"] == 10)
    #expect(event["dst_endpoint"]?["ip"] == "192.0.2.1")
    #expect(event["status"] == "Success")
  }
}
