import NIOSSL
import SwiftASN1

/// What a certificate must be at least, where BoringSSL believes more: an RSA key of 2048 bits, a signature that is not by SHA-1.
///
/// A leaf and a configured authority are looked at. What lies between them NIOSSL does not show.
enum CertificateStrength {
  /// - Returns: what is too weak.
  static func weakness(of leaf: NIOSSLCertificate) -> String? {
    guard hasStrongKey(leaf) else { return "its certificate has an RSA key of less than 2048 bits" }
    guard let algorithm = try? signature(of: leaf), strong.contains(algorithm) else {
      return "its certificate is signed by an algorithm that proves nothing any more"
    }
    return nil
  }

  /// Keys of other kinds than RSA are strong, or no handshake comes about.
  static func hasStrongKey(_ certificate: NIOSSLCertificate) -> Bool {
    do { return try modulusBits(certificate).map { $0 >= 2048 } ?? true } catch { return false }
  }

  /// RFC 4055 and 5758, RFC 8410: RSA and RSA-PSS (of which BoringSSL takes SHA-256 and longer only), ECDSA, Ed25519.
  private static let strong: Set<ASN1ObjectIdentifier> = [
    [1, 2, 840, 113549, 1, 1, 10], [1, 2, 840, 113549, 1, 1, 11], [1, 2, 840, 113549, 1, 1, 12],
    [1, 2, 840, 113549, 1, 1, 13], [1, 2, 840, 10045, 4, 3, 2], [1, 2, 840, 10045, 4, 3, 3],
    [1, 2, 840, 10045, 4, 3, 4], [1, 3, 101, 112],
  ]
  private static let rsa: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 1, 1]

  /// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }`
  private static func signature(of certificate: NIOSSLCertificate) throws -> ASN1ObjectIdentifier? {
    try children(try certificate.toDERBytes()).dropFirst().first.map(algorithm)
  }

  /// `SubjectPublicKeyInfo ::= SEQUENCE { algorithm, BIT STRING }`, in which for RSA lies `SEQUENCE { modulus, exponent }`.
  ///
  /// - Returns: `nil` for a key of another kind.
  private static func modulusBits(_ certificate: NIOSSLCertificate) throws -> Int? {
    let parts = try children(try certificate.extractPublicKey().toSPKIBytes())
    guard parts.count == 2, try algorithm(parts[0]) == rsa else { return nil }
    guard let modulus = try children(Array(ASN1BitString(derEncoded: parts[1]).bytes)).first else { return 0 }
    let bytes = try ArraySlice<UInt8>(derEncoded: modulus).drop { $0 == 0 }
    return bytes.count * 8 - (bytes.first?.leadingZeroBitCount ?? 0)
  }

  private static func algorithm(_ node: ASN1Node) throws -> ASN1ObjectIdentifier {
    guard case .constructed(let nodes) = node.content, let first = Array(nodes).first else { throw Unreadable() }
    return try ASN1ObjectIdentifier(derEncoded: first)
  }

  private static func children(_ bytes: [UInt8]) throws -> [ASN1Node] {
    guard case .constructed(let nodes) = try DER.parse(bytes).content else { throw Unreadable() }
    return Array(nodes)
  }

  private struct Unreadable: Error {}
}
