internal import BaileyRego

extension Libraries {
  static let tokens: [Builtin] =
    [
      Builtin("io.jwt.decode", 1) { (a, c) throws(BuiltinFailure) in try decode(try a.string(0), c.heap, 0) },
      Builtin("io.jwt.decode_verify", 2) { (a, c) throws(BuiltinFailure) in try decodeVerify(a, c) },
      Builtin("io.jwt.encode_sign", 3) { (a, c) throws(BuiltinFailure) in
        try sign(c.json(a[0]), c.json(a[1]), c.json(a[2]), c)
      },
      Builtin("io.jwt.encode_sign_raw", 3) { (a, c) throws(BuiltinFailure) in
        let key = Array(try a.string(2))
        return try sign(Array(try a.string(0)), Array(try a.string(1)), key, c)
      },
    ]
    + ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"].compactMap { name in
      SignatureAlgorithm(name).map { verification(name, $0) }
    }
    + ["HS256", "HS384", "HS512"].compactMap { name in SignatureAlgorithm(name).map { keyed(name, $0.hash) } }

  private static func verification(_ name: String, _ algorithm: SignatureAlgorithm) -> Builtin {
    Builtin("io.jwt.verify_" + name.lowercased(), 2) { (a, c) throws(BuiltinFailure) in
      let token = try Token(try a.string(0))
      let keys = try WebKey.readAny(Array(try a.string(1)))
      let signature = try token.signatureBytes()
      let header = try TokenHeader(try token.headerObject(c.heap))
      return Value(WebKey.verifies(keys, token, header, signature, algorithm))
    }
  }

  private static func keyed(_ name: String, _ hash: SignatureAlgorithm.Hash) -> Builtin {
    Builtin("io.jwt.verify_" + name.lowercased(), 2) { (a, _) throws(BuiltinFailure) in
      let (text, key) = (try a.string(0), Array(try a.string(1)))
      let token = try Token(text)
      return Value(KeyedHash.verifies(try token.signatureBytes(), of: token.signed, key, hash))
    }
  }

  private static func decode(_ text: some Collection<UInt8>, _ heap: Heap, _ depth: Int) throws(BuiltinFailure) -> Value
  {
    guard depth < Token.maximumNesting else { throw BuiltinFailure("JWT is nested too deeply") }
    let token = try Token(text)
    let header = try token.headerObject(heap)
    let payload = try token.payloadBytes()
    let type = header.child(heap.string("cty"))
    if type.tag == .string, type.text.elementsEqual("JWT".utf8) {
      return try decode(Token.unquoted(payload), heap, depth + 1)
    }
    let claims = try Token.object(payload, heap)
    return heap.array([header, claims, heap.string(Hex.encode(try token.signatureNamed()))])
  }

  private static func decodeVerify(_ a: Arguments, _ c: BuiltinContext) throws(BuiltinFailure) -> Value {
    let constraints = try TokenConstraints(try a.object(1), nowNanoseconds: c.nowNanoseconds)
    let refused = c.heap.array([.false, .emptyObject, .emptyObject])
    var text = Array(try a.string(0))
    for _ in 0..<Token.maximumNesting {
      let token = try Token(text)
      let object = try token.headerObject(c.heap)
      let header = try TokenHeader(object)
      guard header.isValid, constraints.algorithm.isEmpty || constraints.algorithm == header.algorithm,
        constraints.verifies(token, header, try token.signatureBytes())
      else { return refused }
      let payload = try token.payloadBytes()
      if header.contentType.uppercased() == "JWT" {
        text = payload
        continue
      }
      let claims = try Token.object(payload, c.heap)
      return try constraints.areMet(by: claims, c.heap) ? c.heap.array([.true, object, claims]) : refused
    }
    throw BuiltinFailure("JWT is nested too deeply")
  }

  private static func sign(_ header: [UInt8], _ payload: [UInt8], _ keyText: [UInt8], _ c: BuiltinContext)
    throws(BuiltinFailure) -> Value
  {
    guard let key = try WebKey.read(keyText).first else { throw BuiltinFailure("no keys found in JWK set") }
    let fields = try signingHeader(header, c.heap)
    let name = String(decoding: fields.algorithm, as: UTF8.self)
    guard let algorithm = SignatureAlgorithm(name) else { throw BuiltinFailure("unknown JWS algorithm: \(name)") }
    if fields.isToken, (try? JSONReader.read(payload, into: c.heap)) == nil {
      throw BuiltinFailure("type is JWT but payload is not JSON")
    }
    let signed = GoBase64.encodeURL(header) + [0x2E] + GoBase64.encodeURL(payload)
    // Some algorithms are random: within a decision the same call has the same result.
    let call = "io.jwt.sign " + String(decoding: signed, as: UTF8.self) + " " + fingerprint(keyText)
    if let known = c.cache[call] { return known }
    let result = c.heap.string(signed + [0x2E] + GoBase64.encodeURL(try key.sign(signed, algorithm)))
    c.cache[call] = result
    return result
  }

  private static func signingHeader(_ header: [UInt8], _ heap: Heap) throws(BuiltinFailure)
    -> (algorithm: Text, isToken: Bool)
  {
    let missing = "missing or invalid 'alg' header: "
    if header.isEmpty { throw BuiltinFailure(missing + "cannot parse JSON: cannot parse empty string") }
    guard header.first(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) == 0x7B else {
      throw BuiltinFailure(missing + "jwsbb: header \"alg\" not found")
    }
    guard let object = try? JSONReader.read(header, into: heap), object.tag == .object else {
      throw BuiltinFailure(missing + "cannot parse JSON")
    }
    let (algorithm, type) = (object.child(heap.string("alg")), object.child(heap.string("typ")))
    guard algorithm.tag == .string else { throw BuiltinFailure(missing + "jwsbb: header \"alg\" not found") }
    return (algorithm.text, type.tag != .string || type.text.elementsEqual("JWT".utf8))
  }
}

extension BuiltinContext {
  /// Few values that share their parts can be a very long text.
  fileprivate func json(_ value: Value) throws(BuiltinFailure) -> [UInt8] {
    let text = JSONWriter.write(value, limit: heap.room)
    guard text.count <= heap.room else { throw BuiltinFailure("the token is too large", kind: .halt) }
    return text
  }
}
