import BaileyCore
import BaileyLinux
import BaileyTLS
import NIOSSL
import Synchronization

/// What the host and the settings trust, in the forms that take milliseconds to make: kept for all sessions.
package final class HostTrust: Sendable {
  /// Where distributions keep all authorities in one file.
  static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
  ]
  private static let maximumBytes = 8 << 20

  let contexts = TLSContexts(protocols: ["h2", "http/1.1"])
  let simpleContexts = TLSContexts(protocols: ["http/1.1"])
  private let places: [String]
  private let last = Mutex<(source: [UInt8], bundle: TrustBundle)>(([], TrustBundle()))

  /// - Parameter bundles: of these files the first that can be read counts; where none can, the host trusts nobody.
  package init(bundles: [String] = bundles) { places = bundles }

  /// The host's authorities as they are now. The last file is remembered.
  func authorities() throws -> TrustBundle {
    let source = places.lazy.compactMap { try? Descriptor.open($0).readAll(limit: Self.maximumBytes) }.first ?? []
    return try last.withLock { last throws in
      if last.source != source { last = (source, try TrustBundle(source)) }
      return last.bundle
    }
  }
}

/// The certificates of a file, one by one and as a text that is written anew from them: nothing else that lies there, no key and no
/// remark, is in it.
struct TrustBundle: Sendable {
  var der: [[UInt8]] = []
  var pem: [UInt8] = []

  init() {}

  /// - Parameter source: PEM; none of it is none.
  init(_ source: [UInt8]) throws {
    guard !source.isEmpty else { return }
    der = try NIOSSLCertificate.fromPEMBytes(source).map { try $0.toDERBytes() }
    pem = der.flatMap(TrustStores.pem)
  }
}
