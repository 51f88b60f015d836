import BaileyCore
import BaileyExport
import BaileyTestSupport
import Synchronization
import Testing

/// Finds these texts and counts how often it is asked.
private final class FakeFinder: SecretFinder {
  let secrets: [String]
  let asked = Mutex(0)

  init(_ secrets: [String]) { self.secrets = secrets }

  func secrets(in text: [UInt8], of session: SessionID?) -> [Range<Int>]? {
    asked.withLock { $0 += 1 }
    let whole = String(decoding: text, as: UTF8.self)
    return secrets.compactMap { secret in
      whole.firstRange(of: secret).map { range in
        let start = whole.utf8.distance(from: whole.startIndex, to: range.lowerBound)
        return start..<(start + secret.utf8.count)
      }
    }.sorted { $0.lowerBound < $1.lowerBound }
  }
}

private struct BlindFinder: SecretFinder {
  func secrets(in text: [UInt8], of session: SessionID?) -> [Range<Int>]? { nil }
}

@Suite("The mask of records")
struct RecordMaskTests {
  @Test("Numbers, lists and objects below a secret's name are masked; truth values and other members stay")
  func belowNames() {
    let body: JSON = [
      "password": ["value": "x", "n": 1], "token": 12345, "api_key": [1, ["a": "b"]], "secret": true, "count": 12,
    ]
    #expect(
      SecretMask().masked(body)
        == [
          "password": "[masked]", "token": "[masked]", "api_key": ["[masked]", "[masked]"], "secret": true, "count": 12,
        ])
  }

  @Test("Where nobody can look, what could hold a secret is withheld, and nothing else")
  func blind() {
    let body: JSON = ["path": "/usr/bin/git", "argv": ["x", "A1B2C3D4E5"], "n": 1]
    #expect(
      SecretMask(BlindFinder()).masked(body)
        == ["path": "/usr/bin/git", "argv": ["[withheld]", "[withheld]"], "n": 1])
  }

  @Test("A secret that lies over several arguments is masked in each, one that a rule knows in part is to its end")
  func acrossArguments() {
    let mask = SecretMask(FakeFinder(["AKIA1 secret2", "BEG1N"]))
    #expect(
      mask.masked(["argv": ["x", "AKIA1", "secret2-rest", "xBEG1Nmore=", "y"]])
        == ["argv": ["x", "[masked]", "[masked]", "[masked]", "y"]])
  }

  @Test("A private key is masked to its last line; without one, and before a command, as far as it looks like one")
  func keys() {
    let begin = "-----BEGIN RSA PRIVATE KEY-----\nMIIE"
    let mask = SecretMask(FakeFinder([begin]))
    let whole: JSON = ["t": .string("a1 \(begin)\nabcd\n-----END RSA PRIVATE KEY-----\nrest")]
    #expect(mask.masked(whole) == ["t": "a1 [masked]\nrest"])
    #expect(mask.masked(["t": .string("a1 \(begin)\nAb/d\nx9==")]) == ["t": "a1 [masked]"])
    #expect(mask.masked(["t": .string("a1 \(begin)\nAbcd\ngit push x")]) == ["t": "a1 [masked]\ngit push x"])
    let end = "-----END RSA PRIVATE KEY-----"
    #expect(
      mask.masked(["argv": ["sh", "-c", .string("echo \(begin); git push; \(end)"), "more"]])
        == ["argv": ["sh", "-c", .string("echo [masked]; git push; \(end)"), "more"]])
  }

  @Test("Behind a header's name a command goes on record, but for what pairs hold")
  func headers() {
    let given: JSON = [
      "sh", "-c", "Cookie:; git push --force|sh&X=1;(Authorization: x y)ls", "Cookie: a=1; b=2; c", "x",
    ]
    #expect(
      SecretMask().masked(["argv": given])
        == [
          "argv": [
            "sh", "-c", "Cookie:; git push --force|sh&X=[masked];(Authorization: [masked] [masked])ls",
            "Cookie: [masked]; b=[masked]; c", "x",
          ]
        ])
  }

  @Test("What a session knows as secret is masked in its records, whatever it looks like, until it is forgotten")
  func known() {
    let (mask, one, other) = (SecretMask(), SessionID.random(), SessionID.random())
    mask.know([KnownSecret("A", Array("correct horse".utf8)), KnownSecret("B", [])], of: one)
    #expect(mask.masked(["t": "say correct horse!"], of: one) == ["t": "say [masked]!"])
    #expect(mask.masked(["t": "say correct horse!"], of: other) == ["t": "say correct horse!"])
    mask.forget(one)
    #expect(mask.masked(["t": "say correct horse!"], of: one) == ["t": "say correct horse!"])
  }

  @Test("What was clean once is not looked at again, and what held a secret is")
  func remembered() {
    let finder = FakeFinder(["S3CRET99"])
    let mask = SecretMask(finder)
    for _ in 0..<3 { _ = mask.masked(["a": "/usr/lib/x86_64", "b": "it is S3CRET99"]) }
    #expect(finder.asked.withLock { $0 } == 4)
  }

  @Test(
    "What looks like a secret among arguments is masked, by name or by shape",
    arguments: [
      (["curl", "--token", "abc123"], ["curl", "--token", "[masked]"]),
      (["tool", "--api-key=abc123"], ["tool", "--api-key=[masked]"]),
      (["env", "DB_PASSWORD=x", "run"], ["env", "DB_PASSWORD=[masked]", "run"]),
      (["x", "ghp_0123456789abcdefghij0123456789abcdef"], ["x", "[masked]"]),
      (
        ["git", "clone", "https://user:hunter22@example.com/r.git"],
        ["git", "clone", "https[masked]example.com/r.git"]
      ),
      (
        ["sh", "-c", "curl -u dev:hunter2 --password=x1 y"], ["sh", "-c", "curl -u dev:[masked] --password=[masked] y"]
      ),
      (
        ["/bin/sh", "-c", "make -j2 && echo done", "--jobs=4"], ["/bin/sh", "-c", "make -j2 && echo done", "--jobs=4"]
      ),
    ])
  func arguments(given: [String], kept: [String]) {
    let masked = SecretMask().masked(["argv": .array(given.map(JSON.string))])
    #expect(masked == ["argv": .array(kept.map(JSON.string))])
  }
}
