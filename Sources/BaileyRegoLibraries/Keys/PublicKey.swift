private import Crypto
private import CryptoExtras

/// A curve of ECDSA that can be verified here.
enum Curve: String {
  case p256 = "P-256"
  case p384 = "P-384"
  case p521 = "P-521"

  init?(_ identifier: [Int]?) {
    switch identifier {
    case [1, 2, 840, 10045, 3, 1, 7]: self = .p256
    case [1, 3, 132, 0, 34]: self = .p384
    case [1, 3, 132, 0, 35]: self = .p521
    default: return nil
    }
  }

  /// How many bytes a coordinate has.
  var size: Int { self == .p256 ? 32 : (self == .p384 ? 48 : 66) }
}

/// A public key as it stands in certificates and web keys.
enum PublicKey: Equatable {
  case rsa(modulus: [UInt8], exponent: [UInt8])
  /// Coordinates, each as long as the curve wants.
  case elliptic(Curve, x: [UInt8], y: [UInt8])
  case ed25519([UInt8])

  static let maximumModulusBytes = 2048

  /// From a SubjectPublicKeyInfo (RFC 5280, 4.1).
  init?(_ info: DERElement) {
    var reader = info.reader
    guard info.tag == DER.sequence, var algorithm = reader.next(DER.sequence)?.reader, let bits = reader.next()?.bits,
      reader.isAtEnd, bits.unused == 0, let name = algorithm.next(DER.objectIdentifier)?.identifier
    else { return nil }
    switch name {
    case [1, 2, 840, 113549, 1, 1, 1]: self.init(pkcs1: bits.bytes)
    case [1, 2, 840, 10045, 2, 1]:
      guard let curve = Curve(algorithm.next(DER.objectIdentifier)?.identifier) else { return nil }
      self.init(curve, point: bits.bytes)
    case [1, 3, 101, 112]:
      guard bits.bytes.count == 32 else { return nil }
      self = .ed25519(Array(bits.bytes))
    default: return nil
    }
  }

  init?(pkcs1 bytes: ArraySlice<UInt8>) {
    var outer = DERReader(bytes)
    guard var reader = outer.next(DER.sequence)?.reader, let modulus = reader.next(DER.integer)?.magnitude,
      let exponent = reader.next(DER.integer)?.magnitude, modulus.count <= Self.maximumModulusBytes, exponent.count <= 8
    else { return nil }
    self = .rsa(modulus: modulus, exponent: exponent)
  }

  /// From an uncompressed point.
  init?(_ curve: Curve, point: ArraySlice<UInt8>) {
    guard point.count == 1 + 2 * curve.size, point.first == 4 else { return nil }
    self = .elliptic(curve, x: Array(point.dropFirst().prefix(curve.size)), y: Array(point.suffix(curve.size)))
  }

  /// Whether an elliptic key is a point of its curve.
  var isOnCurve: Bool {
    guard case .elliptic(let curve, let x, let y) = self else { return false }
    return switch curve {
    case .p256: (try? P256.Signing.PublicKey(x963Representation: [4] + x + y)) != nil
    case .p384: (try? P384.Signing.PublicKey(x963Representation: [4] + x + y)) != nil
    case .p521: (try? P521.Signing.PublicKey(x963Representation: [4] + x + y)) != nil
    }
  }

  func isOfKind(_ other: PublicKey) -> Bool {
    switch (self, other) {
    case (.rsa, .rsa), (.elliptic, .elliptic), (.ed25519, .ed25519): true
    default: false
    }
  }

  func verifies(_ signature: [UInt8], of message: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
    if case .ed25519(let bytes) = self {
      guard algorithm.family == .ed25519 else { return false }
      return (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes))?.isValidSignature(signature, for: message)
        ?? false
    }
    return switch algorithm.hash {
    case .sha256: verifies(signature, SHA256.hash(data: message), algorithm.family)
    case .sha384: verifies(signature, SHA384.hash(data: message), algorithm.family)
    case .sha512: verifies(signature, SHA512.hash(data: message), algorithm.family)
    }
  }

  private func verifies(_ signature: [UInt8], _ digest: some Digest, _ family: SignatureAlgorithm.Family) -> Bool {
    switch (self, family) {
    case (.rsa(let modulus, let exponent), .rsaPKCS1), (.rsa(let modulus, let exponent), .rsaPSS):
      let der = DER.element(DER.sequence, DER.integer(modulus) + DER.integer(exponent))
      guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: der) else { return false }
      return key.isValidSignature(
        .init(rawRepresentation: signature), for: digest, padding: family == .rsaPSS ? .PSS : .insecurePKCS1v1_5)
    case (.elliptic(let curve, let x, let y), .ecdsa):
      return Self.verifies(curve, [4] + x + y, signature, digest)
    default: return false
    }
  }

  private static func verifies(_ curve: Curve, _ point: [UInt8], _ signature: [UInt8], _ digest: some Digest) -> Bool {
    switch curve {
    case .p256:
      guard let key = try? P256.Signing.PublicKey(x963Representation: point),
        let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: digest)
    case .p384:
      guard let key = try? P384.Signing.PublicKey(x963Representation: point),
        let signature = try? P384.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: digest)
    case .p521:
      guard let key = try? P521.Signing.PublicKey(x963Representation: point),
        let signature = try? P521.Signing.ECDSASignature(rawRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: digest)
    }
  }
}
