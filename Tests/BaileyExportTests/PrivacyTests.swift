import BaileyCore
import BaileyExport
import Testing

/// Planted where an agent, a policy or a server could put them.
private let planted = [
  "ghp_0123456789abcdefABCDEF0123456789abcd", "AKIAIOSFODNN7EXAMPLE", "xoxb-1234567890-abcdefghij",
  "https://user:hunter2secret@db.example.com/x", "Bearer abcdefgh12345678", "eyJhbGciOiJIUzI1NiJ9.e30.abcdefgh",
  "sk-live0123456789abcdef",
]

@Suite("What leaves the machine")
struct PrivacyTests {
  private static var records: [ExportedRecord] {
    planted.flatMap { secret -> [ExportedRecord] in
      let actions: [Action] = [
        .exec(Samples.subject, path: "/bin/sh", arguments: ["sh", "-c", "curl -H 'Authorization: \(secret)' x"]),
        .request(
          Samples.subject, scheme: "https", host: "a.example", port: 443, method: "GET",
          path: "/x?token=plainlookingvalue&k=\(secret)&q=1"),
      ]
      let reason = Reason(.deny, "no", "what was sent holds \(secret), so no")
      let decisions = actions.map { action -> JSON in
        ["action": action.json, "decision": Decision(combining: [reason]).json]
      }
      let bodies: [(Record.Kind, JSON)] =
        decisions.map { (.intent, $0) } + [
          (.note, ["event": "watch", "notice": .string("it says (\(secret))")]),
          (
            .outcome,
            ["intent": 1, "succeeded": false, "detail": ["reason": ["code": "x", "reason": .string(secret)]]]
          ),
        ]
      return bodies.map { Samples.exported(Record($0.0, session: Samples.session, time: 1, body: $0.1), index: 3) }
    }
  }

  @Test("No planted secret is in any format", arguments: ExportFormat.allCases)
  func secrets(format: ExportFormat) throws {
    var encoding = ExportEncoding(format, Samples.origin)
    let text = String(decoding: encoding.encode(Self.records) + encoding.finish(), as: UTF8.self)
    #expect(text.contains("[masked]"))
    for secret in planted + ["hunter2secret", "abcdefgh12345678", "plainlookingvalue"] {
      #expect(!text.contains(secret), "\(format): \(secret)")
    }
    #expect(text.contains("q=1"))
  }

  @Test("What is no secret stays as it is, and the line says whether it was changed")
  func unchanged() {
    for sample in Samples.all.prefix(20) where sample.kind == "intent" {
      #expect(ExportEncoding(.jsonl, Samples.origin).released(sample) == sample)
    }
    var encoding = ExportEncoding(.jsonl, Samples.origin)
    let text = String(decoding: encoding.encode([Samples.all[0], Self.records[0]]), as: UTF8.self)
    let lines = text.split(separator: "\n")
    #expect(!lines[0].contains("\"changed\":true"))
    #expect(lines[1].contains("\"changed\":true"))
  }

  @Test(
    "Hashed paths are the same for the same path, others under another key, and no path is left",
    arguments: ExportFormat.allCases)
  func paths(format: ExportFormat) {
    func text(_ key: UInt8) -> String {
      let hash = PathHash { bytes in [key] + bytes.suffix(15).reversed() }
      var encoding = ExportEncoding(format, Samples.origin, paths: hash)
      return String(decoding: encoding.encode(Samples.all) + encoding.finish(), as: UTF8.self)
    }
    let hashed = text(1)
    for path in ["/home/dev", "/srv/project", "/etc/bailey", "/usr/bin/git", "/run/x.sock", ".git/hooks"] {
      #expect(!hashed.contains(path), "\(path)")
    }
    #expect(hashed.contains("path-01"))
    #expect(hashed == text(1))
    #expect(hashed != text(2))
    #expect(hashed.contains("api.github.com"))
  }
}
