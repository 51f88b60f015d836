import BaileyCore
import BaileyExport
import Testing

/// What an agent can put into a record: everything.
private let hostile =
  "a\n<13>1 - - - - - - forged\r\n\"]\\ \u{202E}\u{0}\u{7F}é\u{1F600} " + printable([0xFF, 0xFE, 0x41])

@Suite("Hostile content does not break a frame")
struct HostileTests {
  private static func record(_ text: String) -> ExportedRecord {
    let action = Action.exec(Samples.subject, path: text, arguments: ["sh", "-c", text])
    let decision = Decision(combining: [
      Reason(.deny, "code\"] x=\"", text, source: SourceLocation(file: text, line: 1))
    ])
    let body: JSON = ["action": action.json, "decision": decision.json]
    return Samples.exported(Record(.intent, session: Samples.session, time: Samples.time, body: body), index: 9)
  }

  @Test(
    "A line of any format holds one record, whatever is in it", arguments: ["", String(repeating: "x", count: 65_000)])
  func lines(padding: String) throws {
    let records = [Self.record(hostile + padding), Samples.all[0], Self.record(padding + hostile)]
    for format in ExportFormat.allCases where format != .atif {
      var encoding = ExportEncoding(format, Samples.origin)
      let text = encoding.encode(records)
      #expect(text.last == UInt8(ascii: "\n"))
      let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
      #expect(lines.count == (format == .otlp ? 1 : 3), "\(format)")
      #expect(text.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }, "\(format)")
      if format != .syslog { for line in lines { _ = try JSON.parse(Array(line)) } }
    }
  }

  @Test("A syslog message has its length, its escapes and its mark, and no more bytes than receivers take")
  func syslog() throws {
    for padding in [0, 500, 7000, 65_000] {
      let record = Self.record(hostile + String(repeating: "ü", count: padding))
      let message = SyslogMessage.bytes(record, Samples.origin)
      #expect(message.count <= SyslogMessage.maximumBytes)
      #expect(message.allSatisfy { $0 >= 0x20 })
      let text = try #require(String(validating: message, as: UTF8.self))
      #expect(
        text.hasPrefix(
          "<109>1 2026-09-21T14:13:20.123456Z workstation bailey 4f7c0a1b2c3d4e5f intent.exec [bailey@32473 "))
      #expect(text.contains(#" code="code\"\] x=\"""#))
      #expect(text.contains("\"][meta sequenceId=\"10\"] \u{FEFF}{"))
      #expect(text.contains(" truncated=\"1\"") == (padding >= 500))
      let framed = SyslogMessage.framed(message)
      #expect(framed.starts(with: "\(message.count) <109>1".utf8))
    }
  }

  @Test("A message in ASCII has no byte order mark")
  func plain() {
    let message = SyslogMessage.bytes(Samples.all[0], Samples.origin)
    #expect(!message.contains(0xEF))
  }

  @Test("A trajectory is one document, whatever is in it, and waits for no outcome for ever")
  func trajectory() throws {
    var encoding = ExportEncoding(.atif, Samples.origin)
    var text: [UInt8] = []
    for index in 0..<1000 {
      var record = index % 3 == 0 ? Self.record(hostile) : Samples.all[0]
      record.index = UInt64(index)
      text += encoding.encode([record])
    }
    #expect(!text.isEmpty)
    text += encoding.finish()
    let document = try JSON.parse(text, maximumBytes: 64 << 20)
    let steps = try #require(document["steps"]?.array)
    #expect(steps.count == 1000)
    #expect(steps.enumerated().allSatisfy { $1["step_id"] == .int(Int64($0 + 1)) })
    #expect(document["schema_version"] == "ATIF-v1.8")
  }
}
