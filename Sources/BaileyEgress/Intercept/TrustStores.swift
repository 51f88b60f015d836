import BaileyCore
import Crypto

/// What the programs of a sandbox trust: the host's authorities, those of the settings, and the session's own.
enum TrustStores {
  static func make(_ own: SessionAuthority, _ settings: EgressSettings, _ host: HostTrust) throws -> SandboxTrust {
    let authority = pem(own.certificate)
    let (system, added) = (try host.authorities(), try TrustBundle(settings.authorities))
    return SandboxTrust(
      authority: authority, bundle: system.pem + added.pem + authority,
      keyStore: JavaKeyStore.bytes(system.der + added.der + [own.certificate]))
  }

  static func pem(_ certificate: [UInt8]) -> [UInt8] {
    var text = "-----BEGIN CERTIFICATE-----\n"
    var rest = Base64.encode(certificate)[...]
    while !rest.isEmpty {
      text += rest.prefix(64) + "\n"
      rest = rest.dropFirst(64)
    }
    return Array((text + "-----END CERTIFICATE-----\n").utf8)
  }
}

/// A trust store in the form that every Java reads: JKS, version 2, with certificates only.
///
/// Source: OpenJDK, `sun.security.provider.JavaKeyStore`. Nothing in it is secret; its password is the usual `changeit`.
enum JavaKeyStore {
  private static let password = "changeit"

  /// - Parameter certificates: DER.
  static func bytes(_ certificates: [[UInt8]]) -> [UInt8] {
    var out: [UInt8] = [0xFE, 0xED, 0xFE, 0xED] + number(2, 4) + number(certificates.count, 4)
    for (index, certificate) in certificates.enumerated() {
      out += number(2, 4) + text("bailey-\(index)") + number(0, 8) + text("X.509") + number(certificate.count, 4)
      out += certificate
    }
    let salt = password.utf16.flatMap { number(Int($0), 2) } + Array("Mighty Aphrodite".utf8)
    return out + Array(Insecure.SHA1.hash(data: salt + out))
  }

  private static func text(_ text: String) -> [UInt8] { number(text.utf8.count, 2) + Array(text.utf8) }

  private static func number(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }
}
