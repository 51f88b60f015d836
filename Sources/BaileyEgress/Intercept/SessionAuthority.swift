import BaileyCore
import BaileyLinux
import Crypto
import FoundationEssentials
import NIOCore
import NIOSSL
import Synchronization
import X509

/// The authority of one session: made at its start, trusted in its sandbox alone, gone with it.
///
/// Both keys live in this process's memory only. One leaf key serves all names, since whoever had one of them would have all.
final class SessionAuthority: Sendable {
  /// Longer than any session should live; a session that does live on reaches nothing by TLS any more.
  static let life: TimeInterval = 30 * 86_400
  private static let leafLife: TimeInterval = 86_400
  /// Certificates begin before now: clocks of programs inside may be put back a little.
  private static let lead: TimeInterval = 3600
  /// BoringSSL keeps a session (about 1 KiB, two hours) for each full handshake of TLS 1.2 in the context of its certificate, and NIOSSL has
  /// no switch for that. So a context serves only so many.
  static let handshakesPerContext = 256

  /// DER.
  let certificate: [UInt8]
  private let issuer: DistinguishedName
  private let key: Certificate.PrivateKey
  private let keyIdentifier: SubjectKeyIdentifier
  private let leafKey: P256.Signing.PrivateKey
  private let end: Date
  private let now: @Sendable () -> Int64
  private let leaves: Mutex<LeafCache>

  /// - Parameters:
  ///   - ceiling: rules beyond which nothing can be allowed; the certificate then says so (name constraints, RFC 5280 section 4.2.1.10).
  ///   - capacity: names whose certificates are kept; with the sessions in their contexts about 32 MiB at most.
  ///   - now: nanoseconds since 1970.
  init(
    ceiling: [NetworkRule]? = nil, capacity: Int = 128, now: @escaping @Sendable () -> Int64 = { Clock.realTime }
  ) throws {
    let signingKey = P256.Signing.PrivateKey()
    let start = Self.date(now())
    key = Certificate.PrivateKey(signingKey)
    leafKey = P256.Signing.PrivateKey()
    keyIdentifier = SubjectKeyIdentifier(hash: key.publicKey)
    end = start + Self.life
    issuer = try DistinguishedName {
      OrganizationName("Bailey")
      CommonName("Bailey session \(Certificate.SerialNumber().description.prefix(12))")
    }
    self.now = now
    leaves = Mutex(LeafCache(capacity: capacity))
    let own = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
      notValidBefore: start - Self.lead, notValidAfter: end, issuer: issuer, subject: issuer,
      extensions: try Self.extensions(keyIdentifier, ceiling), issuerPrivateKey: key)
    certificate = try own.derBytes
  }

  private static func extensions(_ identifier: SubjectKeyIdentifier, _ ceiling: [NetworkRule]?) throws
    -> Certificate.Extensions
  {
    var extensions = try Certificate.Extensions {
      Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
      Critical(KeyUsage(keyCertSign: true))
      identifier
    }
    if let ceiling { try extensions.append(Critical(NameConstraints(within: ceiling)).makeCertificateExtension()) }
    return extensions
  }

  /// What the gate shows a client that wants this host: made once, then kept for half its life.
  ///
  /// - Throws: when nothing can be minted; nothing is shown then.
  func context(for host: NamedHost) throws -> NIOSSLContext {
    let time = now()
    if let known = leaves.withLock({ $0.find(host, at: time) }) { return known }
    let made = try makeContext(host, Self.date(time))
    leaves.withLock {
      $0.insert(made, host, time..<min(time + Self.nanoseconds(Self.leafLife / 2), Self.nanoseconds(end)))
    }
    return made
  }

  private func makeContext(_ host: NamedHost, _ date: Date) throws -> NIOSSLContext {
    let leaf = try NIOSSLCertificate(bytes: try mint(host, date).derBytes, format: .der)
    let key = try NIOSSLPrivateKey(bytes: Array(leafKey.derRepresentation), format: .der)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(leaf)], privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2", "http/1.1"]
    configuration.shutdownTimeout = .milliseconds(100)
    return try NIOSSLContext(configuration: configuration)
  }

  private func mint(_ host: NamedHost, _ date: Date) throws -> Certificate {
    guard date < end else { throw AuthorityEnded() }
    return try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(),
      publicKey: Certificate.PublicKey(leafKey.publicKey), notValidBefore: date - Self.lead,
      notValidAfter: min(date + Self.leafLife, end), issuer: issuer, subject: try DistinguishedName {},
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        // Critical, since there is no subject (RFC 5280 section 4.2.1.6).
        Critical(SubjectAlternativeNames([host.alternativeName]))
        AuthorityKeyIdentifier(keyIdentifier: keyIdentifier.keyIdentifier)
      }, issuerPrivateKey: key)
  }

  private static func nanoseconds(_ seconds: TimeInterval) -> Int64 { Int64(seconds) * 1_000_000_000 }
  private static func nanoseconds(_ date: Date) -> Int64 { nanoseconds(date.timeIntervalSince1970) }

  private static func date(_ nanoseconds: Int64) -> Date {
    Date(timeIntervalSince1970: TimeInterval(nanoseconds / 1_000_000_000))
  }
}

/// The session has outlived its authority.
struct AuthorityEnded: Error {}

/// The contexts of the names that were asked for last.
private struct LeafCache {
  private struct Entry {
    var context: NIOSSLContext
    /// A clock that was set back leaves it as one does that went on.
    var valid: Range<Int64>
    var used: UInt64
    var handshakes = 1
  }

  let capacity: Int
  private var entries: [NamedHost: Entry] = [:]
  private var uses: UInt64 = 0

  init(capacity: Int) { self.capacity = capacity }

  mutating func find(_ host: NamedHost, at now: Int64) -> NIOSSLContext? {
    guard var entry = entries[host], entry.valid.contains(now),
      entry.handshakes < SessionAuthority.handshakesPerContext
    else { return nil }
    uses += 1
    (entry.used, entry.handshakes) = (uses, entry.handshakes + 1)
    entries[host] = entry
    return entry.context
  }

  mutating func insert(_ context: NIOSSLContext, _ host: NamedHost, _ valid: Range<Int64>) {
    if entries.count >= capacity, entries[host] == nil,
      let oldest = entries.min(by: { $0.value.used < $1.value.used })
    {
      entries[oldest.key] = nil
    }
    uses += 1
    entries[host] = Entry(context: context, valid: valid, used: uses)
  }
}
