private import Crypto
private import CryptoExtras

/// A private key as it stands in PEM blocks and web keys.
enum PrivateKey {
  /// Modulus, public exponent, private exponent, two primes, two exponents, coefficient (RFC 8017, A.1.2); the last five
  /// may be missing in a web key.
  case rsa([[UInt8]])
  case elliptic(Curve, scalar: [UInt8], x: [UInt8], y: [UInt8])
  case ed25519(seed: [UInt8], publicKey: [UInt8])

  /// RFC 8017, A.1.2.
  init?(pkcs1 bytes: ArraySlice<UInt8>) {
    var outer = DERReader(bytes)
    guard var reader = outer.next(DER.sequence)?.reader, reader.next(DER.integer)?.smallInteger == 0 else { return nil }
    var numbers: [[UInt8]] = []
    for _ in 0..<8 {
      guard let number = reader.next(DER.integer)?.magnitude, number.count <= PublicKey.maximumModulusBytes else {
        return nil
      }
      numbers.append(number)
    }
    self = .rsa(numbers)
  }

  /// RFC 5915; the curve stands inside or around.
  init?(ec bytes: ArraySlice<UInt8>, _ given: Curve? = nil) {
    var outer = DERReader(bytes)
    guard var reader = outer.next(DER.sequence)?.reader, reader.next(DER.integer)?.smallInteger == 1,
      let scalar = reader.next(DER.octetString)?.content
    else { return nil }
    var curve = given
    if var inner = reader.next(DER.context(0))?.reader {
      curve = curve ?? Curve(inner.next(DER.objectIdentifier)?.identifier)
    }
    guard let curve else { return nil }
    self.init(curve, scalar: Array(scalar))
  }

  init?(_ curve: Curve, scalar: [UInt8]) {
    let digits = Array(scalar.drop { $0 == 0 })
    guard digits.count <= curve.size else { return nil }
    let padded = [UInt8](repeating: 0, count: curve.size - digits.count) + digits
    let point: [UInt8]? =
      switch curve {
      case .p256:
        (try? P256.Signing.PrivateKey(rawRepresentation: padded)).map { Array($0.publicKey.x963Representation) }
      case .p384:
        (try? P384.Signing.PrivateKey(rawRepresentation: padded)).map { Array($0.publicKey.x963Representation) }
      case .p521:
        (try? P521.Signing.PrivateKey(rawRepresentation: padded)).map { Array($0.publicKey.x963Representation) }
      }
    guard let point, case .elliptic(_, let x, let y)? = PublicKey(curve, point: point[...]) else { return nil }
    self = .elliptic(curve, scalar: padded, x: x, y: y)
  }

  init?(ed25519 seed: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
    self = .ed25519(seed: seed, publicKey: Array(key.publicKey.rawRepresentation))
  }

  /// RFC 5208.
  init?(pkcs8 bytes: ArraySlice<UInt8>) {
    var outer = DERReader(bytes)
    guard var reader = outer.next(DER.sequence)?.reader, reader.next(DER.integer) != nil,
      var algorithm = reader.next(DER.sequence)?.reader, let key = reader.next(DER.octetString)?.content
    else { return nil }
    switch algorithm.next(DER.objectIdentifier)?.identifier {
    case [1, 2, 840, 113549, 1, 1, 1]: self.init(pkcs1: key)
    case [1, 2, 840, 10045, 2, 1]: self.init(ec: key, Curve(algorithm.next(DER.objectIdentifier)?.identifier))
    case [1, 3, 101, 112]:
      var inner = DERReader(key)
      guard let seed = inner.next(DER.octetString)?.content else { return nil }
      self.init(ed25519: Array(seed))
    default: return nil
    }
  }

  var publicKey: PublicKey {
    switch self {
    case .rsa(let numbers): .rsa(modulus: numbers[0], exponent: numbers[1])
    case .elliptic(let curve, _, let x, let y): .elliptic(curve, x: x, y: y)
    case .ed25519(_, let key): .ed25519(key)
    }
  }
}
