import BaileyMerkle
import Crypto
import Testing

struct Ed25519Verifier: NoteVerifier {
  let key: KeyIdentity
  private let publicKey: Curve25519.Signing.PublicKey

  init(_ verifierKey: VerifierKey) throws {
    key = verifierKey.identity
    publicKey = try Curve25519.Signing.PublicKey(rawRepresentation: verifierKey.key)
  }

  func isValid(signature: [UInt8], of text: [UInt8]) -> Bool { publicKey.isValidSignature(signature, for: text) }
}

struct Ed25519Signer: NoteSigner {
  let key: KeyIdentity
  private let privateKey: Curve25519.Signing.PrivateKey

  static func fresh(name: String) throws -> (Ed25519Signer, Ed25519Verifier) {
    let privateKey = Curve25519.Signing.PrivateKey()
    let verifierKey = try #require(
      VerifierKey(
        name: name, type: VerifierKey.Algorithm.ed25519, key: Array(privateKey.publicKey.rawRepresentation),
        SHA256Hash.self))
    return (Ed25519Signer(key: verifierKey.identity, privateKey: privateKey), try Ed25519Verifier(verifierKey))
  }

  func sign(_ text: [UInt8]) throws -> [UInt8] { Array(try privateKey.signature(for: text)) }
}
