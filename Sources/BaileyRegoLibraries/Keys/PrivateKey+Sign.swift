internal import BaileyRego
private import Crypto
private import CryptoExtras

extension PrivateKey {
  /// Fails when the key is not for this algorithm.
  func sign(_ message: [UInt8], _ algorithm: SignatureAlgorithm) throws(BuiltinFailure) -> [UInt8] {
    let signature: [UInt8]? =
      switch algorithm.hash {
      case .sha256: sign(message, SHA256.hash(data: message), algorithm.family)
      case .sha384: sign(message, SHA384.hash(data: message), algorithm.family)
      case .sha512: sign(message, SHA512.hash(data: message), algorithm.family)
      }
    guard let signature else { throw BuiltinFailure("the key is not for this algorithm") }
    return signature
  }

  private func sign(_ message: [UInt8], _ digest: some Digest, _ family: SignatureAlgorithm.Family) -> [UInt8]? {
    switch (self, family) {
    case (.rsa(let numbers), .rsaPKCS1), (.rsa(let numbers), .rsaPSS):
      let padding: _RSA.Signing.Padding = family == .rsaPSS ? .PSS : .insecurePKCS1v1_5
      return (try? Self.rsa(numbers).signature(for: digest, padding: padding)).map { Array($0.rawRepresentation) }
    case (.elliptic(let curve, let scalar, _, _), .ecdsa): return Self.sign(curve, scalar, digest)
    case (.ed25519(let seed, _), .ed25519):
      return (try? Curve25519.Signing.PrivateKey(rawRepresentation: seed).signature(for: message)).map { Array($0) }
    default: return nil
    }
  }

  private static func rsa(_ numbers: [[UInt8]]) throws -> _RSA.Signing.PrivateKey {
    if numbers.count >= 5 {
      return try _RSA.Signing.PrivateKey(n: numbers[0], e: numbers[1], d: numbers[2], p: numbers[3], q: numbers[4])
    }
    return try _RSA.Signing.PrivateKey._createFromNumbers(n: numbers[0], e: numbers[1], d: numbers[2])
  }

  private static func sign(_ curve: Curve, _ scalar: [UInt8], _ digest: some Digest) -> [UInt8]? {
    switch curve {
    case .p256:
      (try? P256.Signing.PrivateKey(rawRepresentation: scalar).signature(for: digest)).map {
        Array($0.rawRepresentation)
      }
    case .p384:
      (try? P384.Signing.PrivateKey(rawRepresentation: scalar).signature(for: digest)).map {
        Array($0.rawRepresentation)
      }
    case .p521:
      (try? P521.Signing.PrivateKey(rawRepresentation: scalar).signature(for: digest)).map {
        Array($0.rawRepresentation)
      }
    }
  }
}

/// Keyed hashes of web tokens.
enum KeyedHash {
  static func sign(_ message: [UInt8], _ key: [UInt8], _ hash: SignatureAlgorithm.Hash) -> [UInt8] {
    let key = SymmetricKey(data: key)
    return switch hash {
    case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
    case .sha384: Array(HMAC<SHA384>.authenticationCode(for: message, using: key))
    case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
    }
  }

  static func verifies(_ signature: [UInt8], of message: [UInt8], _ key: [UInt8], _ hash: SignatureAlgorithm.Hash)
    -> Bool
  {
    Libraries.isEqualInConstantTime(signature, sign(message, key, hash))
  }
}
