/// How a signature is made: the names of RFC 7518.
struct SignatureAlgorithm: Equatable {
  enum Family { case rsaPKCS1, rsaPSS, ecdsa, hmac, ed25519 }
  enum Hash { case sha256, sha384, sha512 }

  /// Names of RFC 7518 and 8037 for purposes that are not handled here.
  private static let others: Set<String> = [
    "", "none", "ES256K", "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512", "A128KW", "A192KW",
    "A256KW",
    "dir", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW",
    "PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW",
  ]

  static func isRegistered(_ name: String) -> Bool { others.contains(name) || SignatureAlgorithm(name) != nil }

  let family: Family
  let hash: Hash

  init(_ family: Family, _ hash: Hash) {
    self.family = family
    self.hash = hash
  }

  /// Nil for a name that is not known, `none` among them.
  init?(_ name: String) {
    if name == "EdDSA" {
      self.init(.ed25519, .sha512)
      return
    }
    let families: [Substring: Family] = ["RS": .rsaPKCS1, "PS": .rsaPSS, "ES": .ecdsa, "HS": .hmac]
    let hashes: [Substring: Hash] = ["256": .sha256, "384": .sha384, "512": .sha512]
    guard let family = families[name.prefix(2)], let hash = hashes[name.dropFirst(2)] else { return nil }
    self.init(family, hash)
  }
}
