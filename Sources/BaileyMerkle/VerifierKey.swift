/// Who signs: a name and a short hash of name and key (C2SP signed-note).
public struct KeyIdentity: Sendable, Equatable {
  public let name: String
  public let id: UInt32

  /// `nil` for a name that a note cannot carry: empty, with white space, with `+`, longer than 255 bytes.
  public init?(name: String, id: UInt32) {
    guard Self.isValid(name: name) else { return nil }
    self.name = name
    self.id = id
  }

  /// The identity of a key of `type`; 0x02 (ECDSA) hashes the key alone, all others the name too.
  public init?<Hash: TreeHash>(name: String, type: UInt8, key: [UInt8], _: Hash.Type) {
    var hash = Hash()
    if type != 0x02 { hash.update((Array(name.utf8) + [0x0A, type]).span) }
    hash.update(key.span)
    self.init(name: name, id: hash.finish().bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
  }

  static func isValid(name: some StringProtocol) -> Bool {
    (1...255).contains(name.utf8.count)
      && name.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.value >= 0x20 }
  }

  /// By bytes: Swift compares texts by meaning, and a name is not a text but a key.
  public static func == (left: KeyIdentity, right: KeyIdentity) -> Bool {
    left.id == right.id && left.name.utf8.elementsEqual(right.name.utf8)
  }
}

/// A public key as people pass it on: `<name>+<8 hex digits>+<base 64 of type and key>`.
public struct VerifierKey: Sendable, Equatable {
  public enum Algorithm {
    public static let ed25519: UInt8 = 0x01
    public static let ecdsa: UInt8 = 0x02
    public static let ed25519Cosignature: UInt8 = 0x04
  }

  public let identity: KeyIdentity
  public let type: UInt8
  public let key: [UInt8]

  public init?<Hash: TreeHash>(name: String, type: UInt8, key: [UInt8], _ hash: Hash.Type) {
    guard !key.isEmpty, key.count <= 4096, let identity = KeyIdentity(name: name, type: type, key: key, hash) else {
      return nil
    }
    self.identity = identity
    self.type = type
    self.key = key
  }

  /// `nil` unless the hash in the text is that of its key.
  public init?<Hash: TreeHash>(_ text: String, _ hash: Hash.Type) {
    guard text.utf8.count <= 8192 else { return nil }
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let id = Self.parse(hex: parts[1]), let bytes = Base64.decode(parts[2].utf8),
      let type = bytes.first
    else { return nil }
    self.init(name: String(parts[0]), type: type, key: Array(bytes.dropFirst()), hash)
    guard identity.id == id else { return nil }
  }

  public var text: String {
    let digits = String(identity.id, radix: 16)
    let padding = String(repeating: "0", count: 8 - digits.count)
    return "\(identity.name)+\(padding)\(digits)+\(Base64.encode([type] + key))"
  }

  private static func parse(hex: Substring) -> UInt32? {
    guard hex.utf8.count == 8, hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
      return nil
    }
    return UInt32(hex, radix: 16)
  }
}
