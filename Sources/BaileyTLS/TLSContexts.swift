package import BaileyCore
import BaileyLinux
import NIOCore
package import NIOSSL
import Synchronization

/// What TLS needs for a server, made when one is first asked: the system's authorities take milliseconds and memory.
///
/// Chain and name are always verified; nothing here can switch that off. The system's authorities are read anew when their bundle was
/// changed, those of a file when its bytes are others.
package final class TLSContexts: Sendable {
  private static let maximum = 128

  private let protocols: [String]
  private let made = Mutex<[Key: NIOSSLContext]>([:])

  private struct Key: Hashable {
    var security: HTTPSecurity
    /// When the system's bundles were changed.
    var system: [Int64]
  }

  /// Where NIOSSL looks for the system's authorities.
  private static let bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]

  private static var systemStamps: [Int64] {
    bundles.map { path in (try? Descriptor.status(of: path, followingLinks: true).changed) ?? 0 }
  }

  /// - Parameter protocols: what is offered to be spoken (ALPN).
  package init(protocols: [String]) { self.protocols = protocols }

  package func context(_ security: HTTPSecurity) throws(HTTPFailure) -> NIOSSLContext {
    var key = Key(security: security, system: Self.systemStamps)
    key.security.name = nil
    return try made.withLock { made throws(HTTPFailure) in
      if let context = made[key] { return context }
      let context = try make(security)
      if made.count >= Self.maximum { made.removeAll() }
      made[key] = context
      return context
    }
  }

  /// One that is kept by nobody but the caller.
  package func make(_ security: HTTPSecurity) throws(HTTPFailure) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .fullVerification
    configuration.verifySignatureAlgorithms = Self.signatures
    configuration.applicationProtocols = protocols
    // Nobody waits for the other side's farewell, and a side that stalls must not keep connections open.
    configuration.shutdownTimeout = .milliseconds(100)
    if let authorities = security.authorities {
      let certificates = try Self.certificates(authorities)
      guard certificates.allSatisfy(CertificateStrength.hasStrongKey) else {
        throw .untrusted("an authority here has an RSA key of less than 2048 bits")
      }
      if security.trustsSystem {
        configuration.additionalTrustRoots = [.certificates(certificates)]
      } else {
        configuration.trustRoots = .certificates(certificates)
      }
    }
    if let identity = security.identity {
      configuration.certificateChain = try Self.certificates(identity.chain).map { .certificate($0) }
      configuration.privateKey = .privateKey(try Self.key(identity.key))
    }
    do { return try NIOSSLContext(configuration: configuration) } catch {
      let isSystems = security.authorities == nil && security.identity == nil
      throw .untrusted(isSystems ? "the system's authorities cannot be read" : "certificate and key do not fit")
    }
  }

  /// Of the handshake itself: BoringSSL's own, without SHA-1.
  private static let signatures: [SignatureAlgorithm] = [
    .ecdsaSecp256R1Sha256, .rsaPssRsaeSha256, .rsaPkcs1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha384,
    .rsaPkcs1Sha384, .rsaPssRsaeSha512, .rsaPkcs1Sha512,
  ]

  private static func certificates(_ bytes: [UInt8]) throws(HTTPFailure) -> [NIOSSLCertificate] {
    let certificates = (try? NIOSSLCertificate.fromPEMBytes(bytes)) ?? []
    guard !certificates.isEmpty else { throw .untrusted("a certificate file here is no PEM that can be read") }
    return certificates
  }

  private static func key(_ bytes: [UInt8]) throws(HTTPFailure) -> NIOSSLPrivateKey {
    do { return try NIOSSLPrivateKey(bytes: bytes, format: .pem) } catch {
      throw .untrusted("the key here is no PEM that can be read without a password")
    }
  }
}
