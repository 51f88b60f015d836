import Testing

@testable import BaileyInspect

@Suite("Findings")
struct FindingTests {
  private let secret = "AKIAPYCDYBK377OXTZQ6"

  @Test("A finding holds no value, only a sample and a fingerprint")
  func sample() throws {
    let found = try #require(try Shared.find("key \(secret)").first)
    #expect(found.sample == "AK********Q6")
    #expect(found.fingerprint == "864e30aec388b333fbeced1e77f96215014e4c39a0423c7194d6e79243d0db47")
    #expect(!"\(found)".contains(secret))
  }

  @Test("With a key the fingerprint is another")
  func keyed() throws {
    var options = InspectionOptions()
    options.key = [1, 2, 3]
    let bare = try Shared.find(Array(secret.utf8)), keyed = try Shared.find(Array(secret.utf8), options)
    #expect(bare.count == 1 && keyed.count == 1)
    #expect(bare.first?.fingerprint != keyed.first?.fingerprint)
  }

  @Test("A wrong checksum takes the certainty, and not the finding")
  func checksum() throws {
    #expect(try Shared.find("ghp_0123456789abcdefghijABCDEFGHIJ0000zz").first?.tier == .likely)
    let body = "0123456789abcdefghijABCDEFGHIJ"
    let sum = String(decoding: TokenChecksum.base62(TokenChecksum.crc32(Array(body.utf8))), as: UTF8.self)
    #expect(try Shared.find("ghp_" + body + sum).first?.tier == .certain)
  }

  @Test("Values of documentation are hints")
  func madeUp() throws {
    #expect(try Shared.find("AKIAIOSFODNN7EXAMPLE").map(\.tier) == [.hint])
  }

  @Test(
    "Names, references and placeholders behind a password's name are no question",
    arguments: [
      "password = \"password\"", "password: string", "PASSWORD=${SECRET}", "password = getpass()",
      "pwd: '<your password>'",
      "password: 'Invalid password'", "self.password, self.user = credentials", "DB_PASSWORD=changeme",
      "token = \"abcdefghijklmnopqrstuvwxyz123456\"", "secret_key: X25519PublicKey", "password=self.password",
      "access_token=2YotnFZFEjr1zCsicMWpAA", "api_key = settings.api_key",
    ])
  func names(text: String) throws {
    #expect(try Shared.find(text).allSatisfy { $0.tier == .hint })
  }

  @Test(
    "A password that is written down is a question",
    arguments: [
      "password = \"banana7\"", "\"password\": \"correcthorse\"", "DB_PASSWORD=welcome7", "password: sonnenschein",
      "postgres://app:wintertime@db.host.net/x", "create user x identified by tulip99;",
      "curl -u joe:daffodil http://h/",
    ])
  func passwords(text: String) throws {
    #expect(try Shared.find(text).contains { $0.tier == .likely })
  }

  @Test("A pair of a cloud is certain, its secret alone is not")
  func pairs() throws {
    let secret = "nZg6dw+/6vxsLPaS3nyJa0rYqixgRKmg19e8bKDJ"
    #expect(try Shared.find("aws_secret_access_key = \(secret)").map(\.tier) == [.likely])
    let both = try Shared.find("aws_access_key_id = \(self.secret)\naws_secret_access_key = \(secret)")
    #expect(both.map(\.tier).filter { $0 > .hint } == [.certain, .certain])
  }

  @Test("A key that a passphrase protects is a question, a bare one certain")
  func protectedKeys() throws {
    let body = "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQIvZkT2hWfLm4CAggAMAwGCCqGSIb3DQIJ"
    func tiers(_ name: String) throws -> [Tier] {
      try Shared.find("-----BEGIN \(name)-----\n\(body)\n-----END \(name)-----").filter { $0.rule == "private-key" }
        .map(\.tier)
    }
    #expect(try tiers("PRIVATE KEY") == [.certain])
    #expect(try tiers("ENCRYPTED PRIVATE KEY") == [.likely])
  }

  @Test("The claims of a token are told")
  func claims() throws {
    let token = [#"{"alg":"HS256"}"#, #"{"iss":"acme","exp":1900000000}"#].map {
      base64(Array($0.utf8)).filter { $0 != "=" }
    }
    let found = try Shared.find(token.joined(separator: ".") + ".c2lnbmF0dXJlc2lnbmF0dXJl")
    #expect(found.first?.notes == ["alg": "HS256", "iss": "acme", "exp": "1900000000"])
  }

  @Test("Rules, fingerprints, paths and, where that is wanted, comments excuse")
  func allowlist() throws {
    let text = Array("key \(secret) // bailey:allow".utf8)
    let fingerprint = try #require(try Shared.find(text).first?.fingerprint)
    func count(_ change: (inout InspectionOptions) -> Void) throws -> Int {
      var options = InspectionOptions()
      options.path = "src/fixtures/keys.txt"
      change(&options)
      return try Shared.find(text, options).count
    }
    #expect(try count { _ in } == 1)
    #expect(try count { $0.allowlist.rules = ["aws-access-key"] } == 0)
    #expect(try count { $0.allowlist.fingerprints = [fingerprint] } == 0)
    #expect(try count { $0.allowlist.paths = ["fixtures/*"] } == 0)
    #expect(try count { $0.allowlist.paths = ["other/*"] } == 1)
    #expect(try count { $0.allowlist.honoursComments = true } == 0)
  }

  @Test("Context raises a number")
  func context() throws {
    #expect(try Shared.find("4242424242424242").map(\.tier) == [.hint])
    #expect(try Shared.find("card 4242424242424242").map(\.tier) == [.likely])
    #expect(try Shared.find("order 123-45-6789 ").allSatisfy { $0.rule != "id-ssn" })
  }
}
