internal import BaileyRego

extension WebKey {
  /// The keys in a certificate or public key in PEM, or in a web key or set of them.
  static func readAny(_ text: [UInt8]) throws(BuiltinFailure) -> [WebKey] {
    guard let (block, rest) = PEM.first(in: text[...]) else {
      do throws(BuiltinFailure) {
        return try read(text)
      } catch {
        throw BuiltinFailure("failed to parse a JWK key (set): " + error.message)
      }
    }
    guard rest.isEmpty else { throw BuiltinFailure("extra data after a PEM certificate block") }
    return [WebKey(material: .open(try publicKey(block)))]
  }

  private static func publicKey(_ block: PEM) throws(BuiltinFailure) -> PublicKey {
    var reader = DERReader(block.bytes[...])
    switch block.label {
    case "CERTIFICATE":
      do throws(BuiltinFailure) {
        guard let element = reader.next(DER.sequence), reader.isAtEnd else { throw Certificate.malformed }
        guard let key = try Certificate(element).publicKey else { throw BuiltinFailure("unknown kind of key") }
        return key
      } catch {
        throw BuiltinFailure("failed to parse a PEM certificate: " + error.message)
      }
    case "PUBLIC KEY":
      guard let key = reader.next(DER.sequence).flatMap({ PublicKey($0) }), reader.isAtEnd else {
        throw BuiltinFailure("failed to parse a PEM public key: asn1: structure error")
      }
      return key
    default: throw BuiltinFailure("failed to extract a Key from the PEM certificate")
    }
  }

  /// Whether one of the keys made the signature: the one with the token's identifier, else any that is not for another algorithm.
  static func verifies(
    _ keys: [WebKey], _ token: Token, _ header: TokenHeader, _ signature: [UInt8], _ algorithm: SignatureAlgorithm
  ) -> Bool {
    if !header.keyIdentifier.isEmpty, let key = keys.first(where: { $0.identifier == header.keyIdentifier }) {
      return key.verifies(signature, of: token.signed, algorithm)
    }
    return keys.contains { key in
      (key.algorithm.isEmpty || key.algorithm == header.algorithm)
        && key.verifies(signature, of: token.signed, algorithm)
    }
  }
}
