private import BaileyRego
private import Crypto

/// A web token (RFC 7515, compact form) that was signed with a key pair, for whoever is no policy.
///
/// Keys in common and `none` are refused whatever the token says.
package struct SignedToken {
  package struct Failure: Error, Equatable {
    package var why: String
  }

  package let algorithm: String
  package let keyIdentifier: String
  private let token: Token
  /// Not to be believed before `payload(verifiedWith:)` has given it.
  package let unverifiedPayload: [UInt8]

  package init(_ text: [UInt8]) throws(Failure) {
    do throws(BuiltinFailure) {
      let token = try Token(text)
      self.token = token
      (algorithm, keyIdentifier) = try Heap.lending(limit: 4 << 20) { heap throws(BuiltinFailure) in
        let header = try TokenHeader(try token.headerObject(heap))
        guard header.isValid else { throw BuiltinFailure("the header is not understood") }
        return (header.algorithm, header.keyIdentifier)
      }
      unverifiedPayload = try token.payloadBytes()
    } catch {
      throw Failure(why: error.message)
    }
  }

  /// - Parameter key: a public key or certificate in PEM, or a web key.
  package func payload(verifiedWith key: [UInt8]) throws(Failure) -> [UInt8] {
    do throws(BuiltinFailure) {
      guard let algorithm = Self.asymmetric(algorithm) else {
        throw BuiltinFailure("the algorithm \(algorithm) is not accepted")
      }
      let signature = try token.signatureBytes()
      for key in try WebKey.readAny(key) {
        if case .open(let open) = key.material, open.verifies(signature, of: token.signed, algorithm) {
          return unverifiedPayload
        }
      }
      throw BuiltinFailure("the signature is not by this key")
    } catch {
      throw Failure(why: error.message)
    }
  }

  /// - Parameter key: a private key in PEM, or a web key.
  package static func sign(_ payload: [UInt8], key: [UInt8], algorithm name: String, keyIdentifier: String)
    throws(Failure) -> [UInt8]
  {
    do throws(BuiltinFailure) {
      guard let algorithm = asymmetric(name) else { throw BuiltinFailure("the algorithm \(name) is not accepted") }
      let fields = [("alg", name), ("kid", keyIdentifier), ("typ", "JWT")]
      let header = Heap.lending(limit: 1 << 20) { heap in
        JSONWriter.write(heap.object(fields.map { (heap.string($0.0), heap.string($0.1)) }))
      }
      let signed = GoBase64.encodeURL(header) + [0x2E] + GoBase64.encodeURL(payload)
      return signed + [0x2E] + GoBase64.encodeURL(try privateKey(key).sign(signed, algorithm))
    } catch {
      throw Failure(why: error.message)
    }
  }

  private static func asymmetric(_ name: String) -> SignatureAlgorithm? {
    SignatureAlgorithm(name).flatMap { $0.family == .hmac ? nil : $0 }
  }

  private static func privateKey(_ text: [UInt8]) throws(BuiltinFailure) -> PrivateKey {
    guard let (block, _) = PEM.first(in: text[...]) else {
      if case .secret(let key)? = try WebKey.read(text).first?.material { return key }
      throw BuiltinFailure("this is no private key")
    }
    let bytes = block.bytes[...]
    guard let key = PrivateKey(pkcs8: bytes) ?? PrivateKey(pkcs1: bytes) ?? PrivateKey(ec: bytes) else {
      throw BuiltinFailure("this is no private key")
    }
    return key
  }
}

/// Hashes by the names that bundles give them.
package enum NamedHash {
  /// Lower-case hex; nil for a name that is not known, or too weak.
  package static func hex(_ bytes: [UInt8], _ name: String) -> String? {
    switch name {
    case "SHA-256": text(SHA256.hash(data: bytes))
    case "SHA-384": text(SHA384.hash(data: bytes))
    case "SHA-512": text(SHA512.hash(data: bytes))
    default: nil
    }
  }

  private static func text(_ digest: some Digest) -> String {
    String(decoding: Hex.encode(Array(digest)), as: UTF8.self)
  }
}
