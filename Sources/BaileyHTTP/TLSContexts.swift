import BaileyCore
import NIOCore
import NIOSSL
import Synchronization

/// What TLS needs for a server, made when one is first asked: the system's authorities take milliseconds and memory.
///
/// Chain and name are always verified; nothing here can switch that off. The system's authorities are read once in a process, those of a
/// file whenever its bytes are others.
final class TLSContexts: Sendable {
  private static let maximum = 32

  private let protocols: [String]
  private let made = Mutex<[HTTPSecurity: NIOSSLContext]>([:])

  /// - Parameter protocols: what is offered to be spoken (ALPN).
  init(protocols: [String]) { self.protocols = protocols }

  func context(_ security: HTTPSecurity) throws(HTTPFailure) -> NIOSSLContext {
    var key = security
    key.name = nil
    return try made.withLock { made throws(HTTPFailure) in
      if let context = made[key] { return context }
      let context = try Self.make(key, protocols)
      if made.count >= Self.maximum { made.removeAll() }
      made[key] = context
      return context
    }
  }

  private static func make(_ security: HTTPSecurity, _ protocols: [String]) throws(HTTPFailure) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = .fullVerification
    configuration.applicationProtocols = protocols
    // Nobody waits for the other side's farewell, and a side that stalls must not keep connections open.
    configuration.shutdownTimeout = .milliseconds(100)
    if let authorities = security.authorities {
      configuration.trustRoots = .certificates(try certificates(authorities))
    }
    if let identity = security.identity {
      configuration.certificateChain = try certificates(identity.chain).map { .certificate($0) }
      configuration.privateKey = .privateKey(try key(identity.key))
    }
    do { return try NIOSSLContext(configuration: configuration) } catch {
      let isSystems = security.authorities == nil && security.identity == nil
      throw .untrusted(isSystems ? "the system's authorities cannot be read" : "certificate and key do not fit")
    }
  }

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
