internal import BaileyRego

extension Libraries {
  static let certificates: [Builtin] = [
    Builtin("crypto.x509.parse_certificates", 1) { (a, c) throws(BuiltinFailure) in
      let build = StructureBuilder(heap: c.heap)
      return c.heap.array(try certificates(try a.string(0)).map { build.certificate($0, withLocators: true) })
    },
    Builtin("crypto.x509.parse_and_verify_certificates", 1) { (a, c) throws(BuiltinFailure) in
      let options = CertificateChain.Options(seconds: c.nowNanoseconds / 1_000_000_000)
      return verify(try a.string(0), options, c, withLocators: true)
    },
    Builtin("crypto.x509.parse_and_verify_certificates_with_options", 2) { (a, c) throws(BuiltinFailure) in
      let text = try a.string(0)
      return verify(text, try options(try a.object(1), c), c, withLocators: false)
    },
    Builtin("crypto.x509.parse_certificate_request", 1) { (a, c) throws(BuiltinFailure) in
      let text = Array(try a.string(0))
      var bytes = text.starts(with: "-----BEGIN CERTIFICATE REQUEST-----".utf8) ? text : try GoBase64.decode(text)
      if let (block, _) = PEM.first(in: bytes[...]) {
        guard block.label == "CERTIFICATE REQUEST" else {
          throw BuiltinFailure("invalid PEM-encoded certificate signing request")
        }
        bytes = block.bytes
      }
      return try CertificateRequest(bytes).document(StructureBuilder(heap: c.heap))
    },
    Builtin("crypto.x509.parse_keypair", 2) { (a, c) throws(BuiltinFailure) in
      try pair(try decoded(try a.string(0)), try decoded(try a.string(1)), StructureBuilder(heap: c.heap))
    },
    Builtin("crypto.x509.parse_rsa_private_key", 1) { (a, c) throws(BuiltinFailure) in
      var text = Array(try a.string(0))
      if text.isEmpty { throw BuiltinFailure("input PEM data was empty") }
      if !isPEM(text) { text = try GoBase64.decode(text) }
      guard let key = try privateKeys(text).first else { return .null }
      return StructureBuilder(heap: c.heap).webKey(key)
    },
    Builtin("crypto.parse_private_keys", 1) { (a, c) throws(BuiltinFailure) in
      let text = Array(try a.string(0))
      if text.isEmpty { return .null }
      let build = StructureBuilder(heap: c.heap)
      return c.heap.array(try privateKeys((try? GoBase64.decode(text)) ?? text).map { build.key($0) })
    },
  ]

  private static func isPEM(_ text: some Collection<UInt8>) -> Bool { text.starts(with: "-----BEGIN".utf8) }

  private static func decoded(_ text: Text) throws(BuiltinFailure) -> [UInt8] {
    isPEM(text) ? Array(text) : try GoBase64.decode(text)
  }

  /// PEM, or DER or PEM in base64.
  private static func certificates(_ text: Text) throws(BuiltinFailure) -> [Certificate] {
    let bytes = try decoded(text)
    guard isPEM(bytes) else { return try Certificate.list(bytes) }
    var (rest, der) = (bytes[...], [UInt8]())
    while let (block, after) = PEM.first(in: rest) {
      guard block.label == "CERTIFICATE" else {
        throw BuiltinFailure("PEM block type is '\(block.label)', expected CERTIFICATE")
      }
      der += block.bytes
      rest = after
    }
    return try Certificate.list(der)
  }

  private static func verify(
    _ text: Text, _ options: CertificateChain.Options, _ c: BuiltinContext, withLocators: Bool
  ) -> Value {
    guard let given = try? certificates(text), let chain = CertificateChain.verify(given, options) else {
      return c.heap.array([.false, .emptyArray])
    }
    let build = StructureBuilder(heap: c.heap)
    return c.heap.array([.true, c.heap.array(chain.map { build.certificate($0, withLocators: withLocators) })])
  }

  private static let usageNames = [
    "KeyUsageAny", "KeyUsageServerAuth", "KeyUsageClientAuth", "KeyUsageCodeSigning", "KeyUsageEmailProtection",
    "KeyUsageIPSECEndSystem", "KeyUsageIPSECTunnel", "KeyUsageIPSECUser", "KeyUsageTimeStamping", "KeyUsageOCSPSigning",
    "KeyUsageMicrosoftServerGatedCrypto", "KeyUsageNetscapeServerGatedCrypto",
    "KeyUsageMicrosoftCommercialCodeSigning", "KeyUsageMicrosoftKernelCodeSigning",
  ]

  private static func options(_ object: Value, _ c: BuiltinContext) throws(BuiltinFailure) -> CertificateChain.Options {
    var options = CertificateChain.Options(seconds: c.nowNanoseconds / 1_000_000_000)
    for pair in object.pairs where pair.key.tag == .string {
      switch String(decoding: pair.key.text, as: UTF8.self) {
      case "DNSName":
        guard pair.value.tag == .string else { throw BuiltinFailure("'DNSName' should be a string") }
        options.host = String(decoding: pair.value.text, as: UTF8.self)
      case "CurrentTime":
        guard pair.value.isNumber else { throw BuiltinFailure("'CurrentTime' should be a number") }
        guard let time = pair.value.wholeNumber else {
          throw BuiltinFailure("'CurrentTime' should be a valid int64 number")
        }
        options.seconds = time / 1_000_000_000
      case "MaxConstraintComparisons":
        guard pair.value.isNumber else { throw BuiltinFailure("'MaxConstraintComparisons' should be a number") }
      case "KeyUsages": options.usages = try usages(pair.value)
      default: throw BuiltinFailure("invalid key option")
      }
    }
    return options
  }

  private static func usages(_ value: Value) throws(BuiltinFailure) -> [Int] {
    guard value.tag == .array || value.tag == .set else {
      throw BuiltinFailure("'KeyUsages' should be an Array or Set")
    }
    let names = value.items.filter { $0.tag == .string }.map { String(decoding: $0.text, as: UTF8.self) }
    let wrong = names.filter { !usageNames.contains($0) }
    if !wrong.isEmpty {
      throw BuiltinFailure("invalid entries for 'KeyUsages' found: [\(wrong.joined(separator: " "))]")
    }
    return names.isEmpty ? [1] : names.compactMap { usageNames.firstIndex(of: $0) }
  }

  private static func privateKeys(_ text: [UInt8]) throws(BuiltinFailure) -> [PrivateKey] {
    var (rest, keys) = (text[...], [PrivateKey]())
    while let (block, after) = PEM.first(in: rest), keys.count < 100 {
      rest = after
      guard ["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"].contains(block.label) else { continue }
      guard let key = PrivateKey(block) else { throw BuiltinFailure("x509: failed to parse private key") }
      keys.append(key)
    }
    return keys
  }

  /// Go's `tls.X509KeyPair`: certificates and the first one's private key.
  private static func pair(_ certificates: [UInt8], _ key: [UInt8], _ build: StructureBuilder) throws(BuiltinFailure)
    -> Value
  {
    var (rest, chain) = (certificates[...], [[UInt8]]())
    while let (block, after) = PEM.first(in: rest), chain.count < 100 {
      if block.label == "CERTIFICATE" { chain.append(block.bytes) }
      rest = after
    }
    if !isPEM(certificates) { chain = [certificates] }
    guard let leaf = try chain.first.flatMap({ der throws(BuiltinFailure) in try Certificate.list(der).first }) else {
      throw BuiltinFailure("tls: failed to find any PEM data in certificate input")
    }
    let found = isPEM(key) ? try privateKeys(key).first : PrivateKey(pkcs8: key[...]) ?? PrivateKey(pkcs1: key[...])
    guard let found else { throw BuiltinFailure("tls: failed to parse private key") }
    guard leaf.publicKey.map(found.publicKey.isOfKind) == true else {
      throw BuiltinFailure("tls: private key type does not match public key type")
    }
    guard found.publicKey == leaf.publicKey else { throw BuiltinFailure("tls: private key does not match public key") }
    return build.object([
      "Certificate": build.list(chain.map { build.bytes($0) }), "PrivateKey": build.key(found),
      "Leaf": build.certificate(leaf, withLocators: false), "OCSPStaple": .null, "SignedCertificateTimestamps": .null,
      "SupportedSignatureAlgorithms": .null,
    ])
  }
}

extension PrivateKey {
  init?(_ block: PEM) {
    switch block.label {
    case "RSA PRIVATE KEY": self.init(pkcs1: block.bytes[...])
    case "EC PRIVATE KEY": self.init(ec: block.bytes[...])
    default: self.init(pkcs8: block.bytes[...])
    }
  }
}
