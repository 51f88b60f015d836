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

  @Test(
    "What a name, a header, an option or an address announces is masked, and no more",
    arguments: [
      ("https://0123456789abcdef@git.example/x", "https://[masked]@git.example/x"),
      ("ssh://git@git.example/x", "ssh://git@git.example/x"), ("mail dev@example.com", "mail dev@example.com"),
      ("curl -u dev:hunter2 https://a.example/x", "curl -u dev:[masked] https://a.example/x"),
      ("curl -udev:hunter2 --user=dev:hunter3", "curl -udev:[masked] --user=dev:[masked]"),
      ("curl -H 'X-Api-Key: abc def' a.example", "curl -H 'X-Api-Key: [masked] [masked]' a.example"),
      ("curl -H 'X-Api-Key:abc' a.example", "curl -H 'X-Api-Key:[masked]' a.example"),
      ("curl -H \"Authorization: token abc\" b", "curl -H \"Authorization: [masked] [masked]\" b"),
      ("Cookie: a=b; c=d", "Cookie: [masked]; c=[masked]"),
      ("set-cookie:sid=x\nHost: h", "set-cookie:[masked]\nHost: h"),
      (
        "/o?X-Amz-Signature=0a1b&X-Amz-Credential=AK/2026&X-Amz-Date=2026",
        "/o?X-Amz-Signature=[masked]&X-Amz-Credential=[masked]&X-Amz-Date=2026"
      ),
      ("/blob?sv=2026&sig=abc%3D", "/blob?sv=2026&sig=[masked]"),
      ("/hooks/xoxb-1234567890-abcdefghij/send", "/hooks/[masked]/send"),
      ("/r/ghp_0123456789abcdefABCDEF0123456789abcd/x", "/r/[masked]/x"),
      ("/r/glpat-0123456789abcdefABCD", "/r/[masked]"),
      ("s3://b/AKIAIOSFODNN7EXAMPLE/k", "s3://b/[masked]/k"), ("x.sk-0123456789abcdefghij,y", "x.[masked],y"),
      ("{\"password\":\"hunter2\",\"user\":\"dev\"}", "{\"password\":\"[masked]\",\"user\":\"dev\"}"),
      ("token: abc, host: b", "token: [masked], host: b"),
      ("git push --force origin main:main", "git push --force origin main:main"),
      ("https://host:443/a:b@c", "https://host:443/a:b@c"), ("", ""),
    ])
  func announced(text: String, expected: String) {
    let record: JSON = ["v": 1, "kind": "note", "body": ["event": "watch", "notice": .string(text)]]
    #expect(SecretMask().masked(record)["body"]?["notice"]?.string == expected)
  }

  @Test("Members with the names of secrets, names that are secrets, and the word after an option in a list are masked")
  func members() {
    let body: JSON = [
      "accessToken": "abc", "x-api-key": ["abc", "def"], "xoxb-1234567890-abcdefghij": 1, "count": 3,
      "argv": ["curl", "--token", "abc", "-u", "dev:abc", "x"],
    ]
    #expect(
      SecretMask().masked(["body": body])["body"]
        == [
          "accessToken": "[masked]", "x-api-key": ["[masked]", "[masked]"], "[masked]": 1, "count": 3,
          "argv": ["curl", "--token", "[masked]", "-u", "dev:[masked]", "x"],
        ])
  }

  @Test("A record that leaves changed has no leaf hash, in any format: guesses could be tried on it")
  func leaves() {
    let hash = PathHash { Array($0.suffix(16)) }
    for format in ExportFormat.allCases {
      for (record, paths) in [(Self.records[0], nil), (Samples.all[0], hash)] {
        var encoding = ExportEncoding(format, Samples.origin, paths: paths)
        let text = String(decoding: encoding.encode([record]) + encoding.finish(), as: UTF8.self)
        #expect(!text.contains(record.leaf ?? "?"), "\(format)")
      }
      var encoding = ExportEncoding(format, Samples.origin)
      let text = String(decoding: encoding.encode([Samples.all[0]]) + encoding.finish(), as: UTF8.self)
      #expect(text.contains(Samples.all[0].leaf ?? "?"), "\(format)")
    }
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
