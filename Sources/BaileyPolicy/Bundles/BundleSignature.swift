package import BaileyCore
import BaileyRego
import BaileyRegoLibraries

/// `.signatures.json`: web tokens over the hashes of all files, as OPA makes them.
package enum BundleSignature {
  package static let file = ".signatures.json"

  /// Public keys in PEM or as web keys, by their names.
  package struct Keys: Sendable, Equatable {
    package var keys: [String: [UInt8]]
    /// What the signature must say that it is for.
    package var scope: String

    package init(_ keys: [String: [UInt8]] = [:], scope: String = "") {
      self.keys = keys
      self.scope = scope
    }
  }

  package struct Signer: Sendable {
    package var key: [UInt8]
    package var keyIdentifier: String
    /// RS256, ES256, EdDSA or one of their kin.
    package var algorithm: String
    package var scope: String

    package init(key: [UInt8], keyIdentifier: String, algorithm: String, scope: String = "") {
      self.key = key
      self.keyIdentifier = keyIdentifier
      self.algorithm = algorithm
      self.scope = scope
    }
  }

  /// With keys a signature is needed; a signature without keys is not passed over.
  static func verify(_ bundle: BundleFiles, _ keys: Keys) throws(Fault) {
    guard let text = bundle[file] else {
      if keys.keys.isEmpty { return }
      throw Fault(
        "bundle-unsigned", subject: bundle.name, why: "there are keys for this place and the bundle has no signature",
        hint: "sign it with `bailey policy bundle`")
    }
    var hashes: [String: (hash: String, algorithm: String)] = [:]
    for token in try tokens(text, bundle.name) {
      let payload = try verified(token, keys, bundle.name)
      for entry in try entries(payload, bundle.name) { hashes[entry.name] = (entry.hash, entry.algorithm) }
    }
    try compare(bundle, hashes)
  }

  private static func compare(_ bundle: BundleFiles, _ hashes: [String: (hash: String, algorithm: String)])
    throws(Fault)
  {
    for path in bundle.paths where path != file {
      guard let expected = hashes[path] else {
        throw Fault("bundle-file-unsigned", subject: bundle.name, why: "\(path) is not covered by the signature")
      }
      let actual = hash(path, bundle[path] ?? [], expected.algorithm)
      guard let actual, actual == expected.hash.lowercased() else {
        throw Fault("bundle-hash", subject: bundle.name, why: "\(path) is not the file that was signed")
      }
    }
    if let missing = hashes.keys.sorted().first(where: { bundle[$0] == nil }) {
      throw Fault("bundle-file-missing", subject: bundle.name, why: "\(missing) was signed and is not there")
    }
  }

  private static func tokens(_ text: [UInt8], _ name: String) throws(Fault) -> [[UInt8]] {
    let list = (try? JSON.parse(text))?["signatures"]?.array?.map { $0.string.map { Array($0.utf8) } } ?? []
    let tokens = list.compactMap(\.self)
    guard !tokens.isEmpty, tokens.count == list.count, tokens.count <= 16 else {
      throw Fault("bundle-signature", subject: name, why: "\(file) holds no signatures")
    }
    return tokens
  }

  /// The key is the one that the token's header names, else the payload, as in OPA.
  private static func verified(_ text: [UInt8], _ keys: Keys, _ name: String) throws(Fault) -> JSON {
    let token = try signature(name) { () throws(SignedToken.Failure) in try SignedToken(text) }
    let identifier = identifier(token)
    guard let key = keys.keys[identifier] else {
      throw Fault("bundle-key-unknown", subject: name, why: "no key named `\(identifier)` is known here")
    }
    let bytes = try signature(name) { () throws(SignedToken.Failure) in try token.payload(verifiedWith: key) }
    guard let payload = try? JSON.parse(bytes) else {
      throw Fault("bundle-signature", subject: name, why: "what is signed is no JSON")
    }
    guard (payload["scope"] ?? .string("")) == .string(keys.scope) else {
      throw Fault("bundle-signature", subject: name, why: "the signature is for another scope")
    }
    return payload
  }

  private static func signature<T>(_ name: String, _ body: () throws(SignedToken.Failure) -> T) throws(Fault) -> T {
    do throws(SignedToken.Failure) {
      return try body()
    } catch {
      throw Fault("bundle-signature", subject: name, why: error.why)
    }
  }

  private static func entries(_ payload: JSON, _ name: String) throws(Fault) -> [(
    name: String, hash: String, algorithm: String
  )] {
    var entries: [(name: String, hash: String, algorithm: String)] = []
    for entry in payload["files"]?.array ?? [] {
      guard let path = entry["name"]?.string, let hash = entry["hash"]?.string else {
        throw Fault("bundle-signature", subject: name, why: "an entry of the signature has no name or hash")
      }
      entries.append((path, hash, entry["algorithm"]?.string ?? "SHA-256"))
    }
    return entries
  }

  /// Structured files by what they mean, all others by their bytes; nil for a hash that is not known.
  static func hash(_ path: String, _ bytes: [UInt8], _ algorithm: String) -> String? {
    let base = path.split(separator: "/").last.map(String.init) ?? path
    guard base == "data.json" || base == BundleManifest.file else { return NamedHash.hex(bytes, algorithm) }
    guard let document = try? Document(json: bytes, limit: JSONText.maximumMemory) else { return nil }
    return NamedHash.hex(document.json(escapesHTML: false), algorithm)
  }

  /// Who says that he signed it: key and algorithm of each signature, believed by nobody yet.
  package static func claims(of bundle: BundleFiles) throws(Fault) -> [(key: String, algorithm: String)] {
    guard let text = bundle[file] else { return [] }
    var claims: [(key: String, algorithm: String)] = []
    for token in try tokens(text, bundle.name) {
      let token = try signature(bundle.name) { () throws(SignedToken.Failure) in try SignedToken(token) }
      claims.append((identifier(token), token.algorithm))
    }
    return claims
  }

  private static func identifier(_ token: SignedToken) -> String {
    if !token.keyIdentifier.isEmpty { return token.keyIdentifier }
    return (try? JSON.parse(token.unverifiedPayload))?["keyid"]?.string ?? ""
  }

  /// Adds the signature, in the place of any other.
  package static func sign(_ bundle: BundleFiles, _ signer: Signer) throws(Fault) -> BundleFiles {
    var files: [JSON] = []
    for path in bundle.paths where path != file {
      guard let hash = hash(path, bundle[path] ?? [], "SHA-256") else {
        throw Fault("bundle-malformed", subject: bundle.name, why: "\(path) is no JSON")
      }
      files.append(["name": .string(path), "hash": .string(hash), "algorithm": "SHA-256"])
    }
    var payload: [String: JSON] = ["files": .array(files), "keyid": .string(signer.keyIdentifier)]
    if !signer.scope.isEmpty { payload["scope"] = .string(signer.scope) }
    let text = JSON.object(payload).canonical
    let token = try signature(bundle.name) { () throws(SignedToken.Failure) in
      try SignedToken.sign(
        text, key: signer.key, algorithm: signer.algorithm, keyIdentifier: signer.keyIdentifier)
    }
    var signed = bundle
    signed.put(file, JSON.object(["signatures": .array([.string(String(decoding: token, as: UTF8.self))])]).canonical)
    return signed
  }
}
