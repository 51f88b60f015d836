/// How a signature is made: the names of RFC 7518.
struct SignatureAlgorithm: Equatable {
  enum Family { case rsaPKCS1, rsaPSS, ecdsa, hmac, ed25519 }
  enum Hash { case sha256, sha384, sha512 }

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
