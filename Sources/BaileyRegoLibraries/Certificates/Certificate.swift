internal import BaileyRego

/// An X.509 certificate (RFC 5280), taken apart but for its extensions.
struct Certificate {
  struct Extension {
    let identifier: [Int]
    let isCritical: Bool
    let value: ArraySlice<UInt8>
  }

  let whole: ArraySlice<UInt8>
  let signed: ArraySlice<UInt8>
  let version: Int
  let serial: [UInt8]
  let issuer: DistinguishedName
  let subject: DistinguishedName
  let notBefore: CertificateTime
  let notAfter: CertificateTime
  let keyInfo: DERElement
  /// Nil for a kind of key that is not known here.
  let publicKey: PublicKey?
  let extensions: [Extension]
  let fields: CertificateFields
  let signature: CertificateSignature

  static let malformed = BuiltinFailure("x509: malformed certificate")
  static let maximumSize = 1 << 20
  private static let maximumCount = 100

  /// One certificate behind the other.
  static func list(_ der: [UInt8]) throws(BuiltinFailure) -> [Certificate] {
    guard der.count <= maximumSize else { throw malformed }
    var (reader, certificates) = (DERReader(der[...]), [Certificate]())
    while !reader.isAtEnd {
      guard let element = reader.next(DER.sequence), certificates.count < maximumCount else { throw malformed }
      certificates.append(try Certificate(element))
    }
    return certificates
  }

  init(_ element: DERElement) throws(BuiltinFailure) {
    whole = element.whole
    var outer = element.reader
    guard let body = outer.next(DER.sequence), let algorithm = outer.next(DER.sequence),
      let bits = outer.next(DER.bitString)?.bits, outer.isAtEnd
    else { throw Self.malformed }
    signed = body.whole
    signature = CertificateSignature(algorithm, bits.bytes)
    var reader = body.reader
    version = try Self.version(&reader)
    guard let serial = reader.next(DER.integer)?.magnitude, reader.next(DER.sequence)?.whole == algorithm.whole,
      let issuer = reader.next(DER.sequence), var validity = reader.next(DER.sequence)?.reader,
      let subject = reader.next(DER.sequence), let keyInfo = reader.next(DER.sequence),
      let notBefore = CertificateTime(validity.next()), let notAfter = CertificateTime(validity.next())
    else { throw Self.malformed }
    self.serial = serial
    self.issuer = try DistinguishedName(issuer)
    self.subject = try DistinguishedName(subject)
    (self.notBefore, self.notAfter) = (notBefore, notAfter)
    self.keyInfo = keyInfo
    publicKey = PublicKey(keyInfo)
    _ = reader.next(DER.context(1, constructed: false))
    _ = reader.next(DER.context(2, constructed: false))
    extensions = try reader.next(DER.context(3)).map { list throws(BuiltinFailure) in try Self.extensions(list) } ?? []
    fields = try CertificateFields(extensions)
  }

  private static func version(_ reader: inout DERReader) throws(BuiltinFailure) -> Int {
    guard var tagged = reader.next(DER.context(0))?.reader else { return 1 }
    guard let version = tagged.next(DER.integer)?.smallInteger, (0...2).contains(version) else { throw malformed }
    return version + 1
  }

  /// A sequence of extensions inside this element; none comes twice.
  static func extensions(_ list: DERElement) throws(BuiltinFailure) -> [Extension] {
    var outer = list.reader
    guard
      let elements = outer.next(DER.sequence).flatMap({ element in
        var reader = element.reader
        return reader.all(limit: 100)
      })
    else { throw malformed }
    var found: [Extension] = []
    for element in elements {
      var reader = element.reader
      guard let identifier = reader.next(DER.objectIdentifier)?.identifier else { throw malformed }
      let isCritical = reader.next(DER.boolean)?.content.first == 0xFF
      guard let value = reader.next(DER.octetString)?.content, reader.isAtEnd,
        !found.contains(where: { $0.identifier == identifier })
      else { throw malformed }
      found.append(Extension(identifier: identifier, isCritical: isCritical, value: value))
    }
    return found
  }

  /// Whether the parent's key made the signature; weak hashes do not count.
  func isSigned(by parent: Certificate) -> Bool {
    guard let algorithm = signature.algorithm, let key = parent.publicKey, let bytes = signature.raw(for: key) else {
      return false
    }
    return key.verifies(bytes, of: Array(signed), algorithm)
  }
}

/// What a certificate is signed with.
struct CertificateSignature {
  /// Go's number for the algorithm; 0 when it has none.
  let number: Int
  let bytes: [UInt8]

  private static let numbers: [[Int]: Int] = [
    [1, 2, 840, 113549, 1, 1, 2]: 1, [1, 2, 840, 113549, 1, 1, 4]: 2, [1, 2, 840, 113549, 1, 1, 5]: 3,
    [1, 3, 14, 3, 2, 29]: 3, [1, 2, 840, 113549, 1, 1, 11]: 4, [1, 2, 840, 113549, 1, 1, 12]: 5,
    [1, 2, 840, 113549, 1, 1, 13]: 6, [1, 2, 840, 10040, 4, 3]: 7, [2, 16, 840, 1, 101, 3, 4, 3, 2]: 8,
    [1, 2, 840, 10045, 4, 1]: 9, [1, 2, 840, 10045, 4, 3, 2]: 10, [1, 2, 840, 10045, 4, 3, 3]: 11,
    [1, 2, 840, 10045, 4, 3, 4]: 12, [1, 3, 101, 112]: 16,
  ]

  init(_ algorithm: DERElement, _ bytes: ArraySlice<UInt8>) {
    self.bytes = Array(bytes)
    var reader = algorithm.reader
    let name = reader.next(DER.objectIdentifier)?.identifier ?? []
    number = name == [1, 2, 840, 113549, 1, 1, 10] ? Self.probabilistic(&reader) : Self.numbers[name] ?? 0
  }

  /// RSASSA-PSS names its hash in a parameter.
  private static func probabilistic(_ reader: inout DERReader) -> Int {
    guard var parameters = reader.next(DER.sequence)?.reader, var hash = parameters.next(DER.context(0))?.reader,
      var algorithm = hash.next(DER.sequence)?.reader
    else { return 0 }
    switch algorithm.next(DER.objectIdentifier)?.identifier {
    case [2, 16, 840, 1, 101, 3, 4, 2, 1]: return 13
    case [2, 16, 840, 1, 101, 3, 4, 2, 2]: return 14
    case [2, 16, 840, 1, 101, 3, 4, 2, 3]: return 15
    default: return 0
    }
  }

  var algorithm: SignatureAlgorithm? {
    let hashes: [SignatureAlgorithm.Hash] = [.sha256, .sha384, .sha512]
    return switch number {
    case 4...6: SignatureAlgorithm(.rsaPKCS1, hashes[number - 4])
    case 10...12: SignatureAlgorithm(.ecdsa, hashes[number - 10])
    case 13...15: SignatureAlgorithm(.rsaPSS, hashes[number - 13])
    case 16: SignatureAlgorithm(.ed25519, .sha512)
    default: nil
    }
  }

  /// The signature in the form that keys check: certificates have ECDSA's two numbers in DER.
  func raw(for key: PublicKey) -> [UInt8]? {
    guard case .elliptic(let curve, _, _) = key else { return bytes }
    var outer = DERReader(bytes[...])
    guard var reader = outer.next(DER.sequence)?.reader, let first = reader.next(DER.integer)?.magnitude,
      let second = reader.next(DER.integer)?.magnitude, first.count <= curve.size, second.count <= curve.size
    else { return nil }
    return [first, second].flatMap { [UInt8](repeating: 0, count: curve.size - $0.count) + $0 }
  }
}
