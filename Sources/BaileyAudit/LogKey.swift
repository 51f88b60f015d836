internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle
internal import Crypto

/// The log's private key: signs its checkpoints.
///
/// Ed25519 (0x01), or ECDSA on P-256 (0x02), which is what hardware keys are. The file has the form of Go's `sumdb/note`:
/// `PRIVATE+KEY+<name>+<hash>+<base 64 of type and seed>`, where the seed of P-256 is its 32-byte scalar.
struct LogKey: NoteSigner {
  private enum PrivateKey {
    case ed25519(Curve25519.Signing.PrivateKey)
    case p256(P256.Signing.PrivateKey)

    init?(type: UInt8, seed: [UInt8]) {
      switch type {
      case VerifierKey.Algorithm.ed25519:
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
        self = .ed25519(key)
      case VerifierKey.Algorithm.ecdsa:
        guard let key = try? P256.Signing.PrivateKey(rawRepresentation: seed) else { return nil }
        self = .p256(key)
      default: return nil
      }
    }

    var seed: [UInt8] {
      switch self {
      case .ed25519(let key): Array(key.rawRepresentation)
      case .p256(let key): Array(key.rawRepresentation)
      }
    }

    var publicKey: [UInt8] {
      switch self {
      case .ed25519(let key): Array(key.publicKey.rawRepresentation)
      case .p256(let key): Array(key.publicKey.derRepresentation)
      }
    }
  }

  let verifierKey: VerifierKey
  private let privateKey: PrivateKey

  var key: KeyIdentity { verifierKey.identity }
  var origin: String { verifierKey.identity.name }

  /// A new key under a name that no other log has.
  static func generate(_ type: LogKeyType = .ed25519) -> LogKey? {
    let name = "bailey.local/log/\(SessionID.random().text)"
    return switch type {
    case .ed25519: LogKey(name, VerifierKey.Algorithm.ed25519, .ed25519(Curve25519.Signing.PrivateKey()))
    case .p256: LogKey(name, VerifierKey.Algorithm.ecdsa, .p256(P256.Signing.PrivateKey()))
    }
  }

  private init?(_ name: String, _ type: UInt8, _ privateKey: PrivateKey) {
    guard let verifierKey = VerifierKey(name: name, type: type, key: privateKey.publicKey, SHA256Tree.self) else {
      return nil
    }
    self.verifierKey = verifierKey
    self.privateKey = privateKey
  }

  /// ECDSA signatures are ASN.1 DER, over SHA-256.
  func sign(_ text: [UInt8]) throws(SigningFailed) -> [UInt8] {
    do {
      switch privateKey {
      case .ed25519(let key): return Array(try key.signature(for: text))
      case .p256(let key): return Array(try key.signature(for: text).derRepresentation)
      }
    } catch { throw SigningFailed() }
  }

  struct SigningFailed: Error {}

  var text: String {
    let digits = verifierKey.text.split(separator: "+", maxSplits: 2).dropFirst().first ?? ""
    return "\(Self.prefix)\(origin)+\(digits)+\(Base64.encode([verifierKey.type] + privateKey.seed))\n"
  }

  init?(text: String) {
    guard text.hasPrefix(Self.prefix), text.hasSuffix("\n") else { return nil }
    let parts = text.dropFirst(Self.prefix.count).dropLast().split(separator: "+", maxSplits: 2)
    guard parts.count == 3, let bytes = Base64.decode(parts[2].utf8), let type = bytes.first,
      let key = PrivateKey(type: type, seed: Array(bytes.dropFirst()))
    else { return nil }
    self.init(String(parts[0]), type, key)
    guard self.text == text else { return nil }
  }

  private static let prefix = "PRIVATE+KEY+"
}

extension LogKey {
  /// `nil` if there is no file; a file that others can read is refused.
  static func load(_ path: String) throws(Fault) -> LogKey? {
    guard let bytes = try reading(path, { () throws(Errno) in try Files.readIfPresent(path) }) else { return nil }
    let status = try reading(path) { () throws(Errno) in try Descriptor.status(of: path) }
    guard status.mode & 0o077 == 0, status.user == CurrentProcess.user else {
      throw Fault(
        "log-key-exposed", subject: path, why: "others than its owner can read the log's private key",
        hint: "set mode 0600 and treat the checkpoints since as possibly forged")
    }
    guard let key = LogKey(text: String(decoding: bytes, as: UTF8.self)) else {
      throw Fault(
        "log-key-invalid", subject: path, why: "the file does not hold the log's private key",
        hint: "restore it from a backup; a log without its key cannot go on")
    }
    return key
  }
}
