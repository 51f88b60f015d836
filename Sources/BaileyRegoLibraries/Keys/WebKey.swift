internal import BaileyRego

/// A JSON web key (RFC 7517), or a key out of a certificate.
struct WebKey {
  enum Material {
    case open(PublicKey)
    case secret(PrivateKey)
    case symmetric([UInt8])
  }

  var material: Material
  var algorithm = ""
  var identifier = ""

  private static let maximumKeys = 1000

  /// One key or a set of them, without those for algorithms that are not known here.
  static func read(_ text: [UInt8]) throws(BuiltinFailure) -> [WebKey] {
    let document: Document
    do throws(RegoError) { document = try Document(json: text, limit: 16 << 20) } catch {
      throw BuiltinFailure(error.message)
    }
    return try document.read { (value, heap) throws(BuiltinFailure) in try keys(value, heap) }
  }

  private static func keys(_ value: Value, _ heap: Heap) throws(BuiltinFailure) -> [WebKey] {
    guard value.tag == .object else { throw BuiltinFailure("a key is an object") }
    let list = value.child(heap.string("keys"))
    guard list.tag == .array || list.tag == .undefined else { throw BuiltinFailure("\"keys\" is a list") }
    guard list.tag == .undefined || list.count <= maximumKeys else { throw BuiltinFailure("too many keys") }
    var keys: [WebKey] = []
    for item in list.tag == .array ? list.items : [value] { keys.append(try key(item, heap)) }
    return keys.filter { $0.algorithm.isEmpty || SignatureAlgorithm($0.algorithm) != nil }
  }

  private static func key(_ value: Value, _ heap: Heap) throws(BuiltinFailure) -> WebKey {
    let fields = Fields(value: value, heap: heap)
    let algorithm = fields.text("alg") ?? ""
    guard SignatureAlgorithm.isRegistered(algorithm) else { throw BuiltinFailure("invalid algorithm \(algorithm)") }
    return WebKey(
      material: try fields.material(), algorithm: algorithm, identifier: fields.text("kid") ?? "")
  }

  private struct Fields {
    let value: Value
    let heap: Heap

    func text(_ name: String) -> String? {
      let field = value.child(heap.string(name))
      return field.tag == .string ? String(decoding: field.text, as: UTF8.self) : nil
    }

    /// A number or other bytes in base64url; nil when missing.
    func bytes(_ name: String) throws(BuiltinFailure) -> [UInt8]? {
      guard let text = text(name) else { return nil }
      return try GoBase64.decodeURL(text.utf8)
    }

    func needed(_ name: String) throws(BuiltinFailure) -> [UInt8] {
      guard let bytes = try bytes(name) else { throw BuiltinFailure("required field '\(name)' is missing") }
      return bytes
    }

    func material() throws(BuiltinFailure) -> Material {
      switch text("kty") {
      case "RSA": try rsa()
      case "EC": try elliptic()
      case "OKP": try edwards()
      case "oct": .symmetric(try needed("k"))
      case let type: throw BuiltinFailure("invalid key type from JSON (\(type ?? ""))")
      }
    }

    private func rsa() throws(BuiltinFailure) -> Material {
      let (modulus, exponent) = (try needed("n"), try needed("e"))
      guard (1...PublicKey.maximumModulusBytes).contains(modulus.count), (1...8).contains(exponent.count) else {
        throw BuiltinFailure("the key is too long or empty")
      }
      guard let secret = try bytes("d") else { return .open(.rsa(modulus: modulus, exponent: exponent)) }
      var numbers = [modulus, exponent, secret]
      for name in ["p", "q", "dp", "dq", "qi"] {
        guard let number = try bytes(name) else { break }
        numbers.append(number)
      }
      return .secret(.rsa(numbers))
    }

    private func elliptic() throws(BuiltinFailure) -> Material {
      guard let curve = Curve(rawValue: text("crv") ?? "") else { throw BuiltinFailure("invalid elliptic curve") }
      let (x, y) = (try needed("x"), try needed("y"))
      guard x.count == curve.size, y.count == curve.size, PublicKey.elliptic(curve, x: x, y: y).isOnCurve else {
        throw BuiltinFailure("invalid point")
      }
      if let secret = try bytes("d") {
        guard let key = PrivateKey(curve, scalar: secret) else { throw BuiltinFailure("invalid private key") }
        return .secret(key)
      }
      return .open(.elliptic(curve, x: x, y: y))
    }

    private func edwards() throws(BuiltinFailure) -> Material {
      guard text("crv") == "Ed25519" else { throw BuiltinFailure("invalid curve algorithm") }
      if let seed = try bytes("d") {
        guard let key = PrivateKey(ed25519: seed) else { throw BuiltinFailure("invalid private key") }
        return .secret(key)
      }
      let x = try needed("x")
      guard x.count == 32 else { throw BuiltinFailure("invalid public key") }
      return .open(.ed25519(x))
    }
  }

  /// Whether the signature is by this key; never by a secret one.
  func verifies(_ signature: [UInt8], of message: [UInt8], _ algorithm: SignatureAlgorithm) -> Bool {
    switch material {
    case .open(let key): key.verifies(signature, of: message, algorithm)
    case .symmetric(let key):
      algorithm.family == .hmac && KeyedHash.verifies(signature, of: message, key, algorithm.hash)
    case .secret: false
    }
  }

  func sign(_ message: [UInt8], _ algorithm: SignatureAlgorithm) throws(BuiltinFailure) -> [UInt8] {
    switch material {
    case .secret(let key): return try key.sign(message, algorithm)
    case .symmetric(let key) where algorithm.family == .hmac: return KeyedHash.sign(message, key, algorithm.hash)
    default: throw BuiltinFailure("the key is not for this algorithm")
    }
  }
}
