import BaileyCore
import BaileyLinux
import BaileyTestSupport
import Synchronization
import Testing

@testable import BaileyEgress

/// What the session's authority signs, as OpenSSL and Java read it.
@Suite("The session's authority")
struct SessionAuthorityTests {
  private func openssl(_ words: [String], _ input: [UInt8]) throws -> Tool.Result {
    try Tool("/usr/bin/openssl").run(words, input: String(decoding: input, as: UTF8.self))
  }

  @Test("It is a P-256 authority of its own for each session, for certificates of servers, and short-lived")
  func certificate() throws {
    let (first, second) = (try SessionAuthority(), try SessionAuthority())
    #expect(first.certificate != second.certificate)
    let text = try openssl(["x509", "-noout", "-text"], TrustStores.pem(first.certificate)).output
    for words in ["ASN1 OID: prime256v1", "CA:TRUE, pathlen:0", "Certificate Sign", "O = Bailey"] {
      #expect(text.contains(words), "\(text)")
    }
    let pem = TrustStores.pem(first.certificate)
    #expect(try openssl(["x509", "-noout", "-checkend", "\(29 * 86_400)"], pem).status == 0)
    #expect(try openssl(["x509", "-noout", "-checkend", "\(31 * 86_400)"], pem).status == 1)
    #expect(!text.contains("Name Constraints"))
  }

  @Test("Under a ceiling the authority is only for what the ceiling names")
  func constraints() throws {
    let source = SourceLocation(file: "t")
    let ceiling = [
      rule("*.good.example", 443), rule("one.example", 443),
      NetworkRule(target: .address(try AddressRange("10.1.0.0/20")), source: source),
      NetworkRule(target: .host(try HostPattern("bad.example")), access: .deny, source: source),
    ]
    let authority = try SessionAuthority(ceiling: ceiling)
    let text = try openssl(["x509", "-noout", "-text"], TrustStores.pem(authority.certificate)).output
    #expect(text.contains("X509v3 Name Constraints: critical"))
    for words in [
      "DNS:good.example", "DNS:one.example", "IP:10.1.0.0/255.255.240.0", "IP:0:0:0:0:0:0:0:0/0:0:0:0:0:0:0:0",
    ] {
      #expect(text.contains(words), "\(text)")
    }
    #expect(!text.contains("bad.example"))
  }

  @Test("One certificate for each name, kept as long as there is room, and made anew at half its life")
  func cache() throws {
    let clock = Mutex(Clock.realTime)
    let authority = try SessionAuthority(capacity: 2) { clock.withLock { $0 } }
    let (a, b, c) = (
      NamedHost.name(name("a.example")), NamedHost.name(name("b.example")), NamedHost.name(name("c.example"))
    )
    let first = try authority.context(for: a)
    #expect(try authority.context(for: a) === first)
    let second = try authority.context(for: b)
    #expect(second !== first)
    #expect(try authority.context(for: a) === first)
    _ = try authority.context(for: c)
    #expect(try authority.context(for: a) === first)
    #expect(try authority.context(for: b) !== second)
    clock.withLock { $0 += 13 * 3600 * 1_000_000_000 }
    #expect(try authority.context(for: a) !== first)
    clock.withLock { $0 -= 2 * 86_400 * 1_000_000_000 }
    let before = try authority.context(for: a)
    clock.withLock { $0 += 2 * 86_400 * 1_000_000_000 }
    #expect(try authority.context(for: a) !== before)
    clock.withLock { $0 += 29 * 86_400 * 1_000_000_000 + 7 * 3600 * 1_000_000_000 }
    let last = try authority.context(for: a)
    #expect(try authority.context(for: a) === last)
    clock.withLock { $0 += 5 * 3600 * 1_000_000_000 }
    #expect(throws: AuthorityEnded.self) { try authority.context(for: a) }
  }

  @Test("A certificate's context, which keeps a session for each handshake, is made anew after so many")
  func handshakes() throws {
    let authority = try SessionAuthority()
    let host = NamedHost.name(name("a.example"))
    let first = try authority.context(for: host)
    for _ in 1..<SessionAuthority.handshakesPerContext { #expect(try authority.context(for: host) === first) }
    #expect(try authority.context(for: host) !== first)
  }

  @Test("The trust store for Java holds every authority of the bundle")
  func keyStore() throws {
    let scratch = try Scratch()
    let trust = try testInterception().trust
    try WholeFile.replace(scratch.path + "/cacerts", with: trust.keyStore)
    let listed = try Tool("/usr/bin/keytool").run([
      "-list", "-keystore", scratch.path + "/cacerts", "-storepass", "changeit", "-storetype", "jks",
    ])
    let count = String(decoding: trust.bundle, as: UTF8.self).split(separator: "BEGIN CERTIFICATE").count - 1
    #expect(listed.output.contains("contains \(count) entr"), "\(listed)")
  }

  @Test(
    "The bundle is the host's authorities, those of the settings and the session's own, and nothing else that lies in their files"
  )
  func bundle() throws {
    let scratch = try Scratch()
    let (hosts, corporate) = (
      TrustStores.pem(try SessionAuthority().certificate), TrustStores.pem(try SessionAuthority().certificate)
    )
    let key = Array("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n".utf8)
    try WholeFile.replace(scratch.path + "/host", with: Array("# remark\n".utf8) + hosts)
    var settings = EgressSettings()
    settings.authorities = key + corporate + key
    let own = try SessionAuthority()
    let host = HostTrust(bundles: [scratch.path + "/none", scratch.path + "/host"])
    let trust = try TrustStores.make(own, settings, host)
    #expect(trust.authority == TrustStores.pem(own.certificate))
    #expect(trust.bundle == hosts + corporate + trust.authority)
  }
}
