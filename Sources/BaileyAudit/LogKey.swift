internal import BaileyCore
internal import BaileyLinux
internal import BaileyMerkle
internal import Crypto

/// The log's Ed25519 key: signs its checkpoints.
///
/// The file has the form of Go's `sumdb/note`: `PRIVATE+KEY+<name>+<hash>+<base 64 of type and seed>`.
struct LogKey: NoteSigner {
  let verifierKey: VerifierKey
  private let privateKey: Curve25519.Signing.PrivateKey

  var key: KeyIdentity { verifierKey.identity }
  var origin: String { verifierKey.identity.name }

  /// A new key under a name that no other log has.
  static func generate() -> LogKey? {
    LogKey(name: "bailey.local/log/\(SessionID.random().text)", privateKey: Curve25519.Signing.PrivateKey())
  }

  private init?(name: String, privateKey: Curve25519.Signing.PrivateKey) {
    let type = VerifierKey.Algorithm.ed25519
    let bytes = Array(privateKey.publicKey.rawRepresentation)
    guard let verifierKey = VerifierKey(name: name, type: type, key: bytes, SHA256Tree.self) else { return nil }
    self.verifierKey = verifierKey
    self.privateKey = privateKey
  }

  func sign(_ text: [UInt8]) throws(SigningFailed) -> [UInt8] {
    do { return Array(try privateKey.signature(for: text)) } catch { throw SigningFailed() }
  }

  struct SigningFailed: Error {}

  var text: String {
    let digits = verifierKey.text.split(separator: "+", maxSplits: 2).dropFirst().first ?? ""
    let seed = [VerifierKey.Algorithm.ed25519] + Array(privateKey.rawRepresentation)
    return "\(Self.prefix)\(origin)+\(digits)+\(Base64.encode(seed))\n"
  }

  init?(text: String) {
    guard text.hasPrefix(Self.prefix), text.hasSuffix("\n") else { return nil }
    let parts = text.dropFirst(Self.prefix.count).dropLast().split(separator: "+", maxSplits: 2)
    guard parts.count == 3, let bytes = Base64.decode(parts[2].utf8), bytes.first == VerifierKey.Algorithm.ed25519,
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: Array(bytes.dropFirst()))
    else { return nil }
    self.init(name: String(parts[0]), privateKey: key)
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
