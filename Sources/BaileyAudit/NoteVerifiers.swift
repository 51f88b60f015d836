internal import BaileyCore
package import BaileyMerkle
internal import Crypto

/// Checks signatures by a log's key: Ed25519 (0x01), or ECDSA on P-256 (0x02), as hardware keys make them.
package struct LogVerifier: NoteVerifier {
  private enum PublicKey {
    case ed25519(Curve25519.Signing.PublicKey)
    case ecdsa(P256.Signing.PublicKey)
  }

  package let key: KeyIdentity
  private let publicKey: PublicKey

  /// `nil` for a key of another type, or one that is not spelled in its one form.
  package init?(_ verifierKey: VerifierKey) {
    key = verifierKey.identity
    switch verifierKey.type {
    case VerifierKey.Algorithm.ed25519:
      guard let read = try? Curve25519.Signing.PublicKey(rawRepresentation: verifierKey.key) else { return nil }
      publicKey = .ed25519(read)
    case VerifierKey.Algorithm.ecdsa:
      guard let read = try? P256.Signing.PublicKey(derRepresentation: verifierKey.key),
        Array(read.derRepresentation) == verifierKey.key
      else { return nil }
      publicKey = .ecdsa(read)
    default: return nil
    }
  }

  /// - Parameter signature: 64 bytes for Ed25519, ASN.1 DER for ECDSA (over SHA-256).
  package func isValid(signature: [UInt8], of text: [UInt8]) -> Bool {
    switch publicKey {
    case .ed25519(let key): return key.isValidSignature(signature, for: text)
    case .ecdsa(let key):
      guard let read = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
      return key.isValidSignature(read, for: text)
    }
  }
}

/// Checks a witness's timestamped Ed25519 cosignatures (0x04).
package struct CosignatureVerifier: NoteVerifier {
  package let key: KeyIdentity
  private let publicKey: Curve25519.Signing.PublicKey

  /// `nil` for a key of another type.
  package init?(_ verifierKey: VerifierKey) {
    guard verifierKey.type == VerifierKey.Algorithm.ed25519Cosignature,
      let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: verifierKey.key)
    else { return nil }
    key = verifierKey.identity
    self.publicKey = publicKey
  }

  package func isValid(signature: [UInt8], of text: [UInt8]) -> Bool {
    guard let cosignature = Cosignature(signature) else { return false }
    return publicKey.isValidSignature(
      cosignature.signature, for: Cosignature.message(time: cosignature.time, text: text))
  }
}
