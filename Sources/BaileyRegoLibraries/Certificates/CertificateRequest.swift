internal import BaileyRego

/// A request for a certificate (PKCS #10, RFC 2986).
struct CertificateRequest {
  private let whole: ArraySlice<UInt8>
  private let signed: ArraySlice<UInt8>
  private let version: Int
  private let subject: DistinguishedName
  private let keyInfo: DERElement
  private let attributes: [DERElement]
  private let extensions: [Certificate.Extension]
  private let fields: CertificateFields
  private let signature: CertificateSignature

  private static let malformed = BuiltinFailure("asn1: structure error: malformed certificate request")
  private static let extensionRequest = [1, 2, 840, 113549, 1, 9, 14]

  init(_ der: [UInt8]) throws(BuiltinFailure) {
    guard der.count <= Certificate.maximumSize else { throw Self.malformed }
    var file = DERReader(der[...])
    guard let element = file.next(DER.sequence), file.isAtEnd else { throw Self.malformed }
    var outer = element.reader
    guard let body = outer.next(DER.sequence), let algorithm = outer.next(DER.sequence),
      let bits = outer.next(DER.bitString)?.bits
    else { throw Self.malformed }
    var reader = body.reader
    guard let version = reader.next(DER.integer)?.smallInteger, let subject = reader.next(DER.sequence),
      let keyInfo = reader.next(DER.sequence)
    else { throw Self.malformed }
    (whole, signed, self.version, self.keyInfo) = (element.whole, body.whole, version, keyInfo)
    self.subject = try DistinguishedName(subject)
    signature = CertificateSignature(algorithm, bits.bytes)
    var list = reader.next(DER.context(0))?.reader
    attributes = list?.all(limit: 100) ?? []
    extensions = try Self.extensions(attributes)
    fields = try CertificateFields(extensions)
  }

  private static func extensions(_ attributes: [DERElement]) throws(BuiltinFailure) -> [Certificate.Extension] {
    for attribute in attributes {
      var reader = attribute.reader
      guard reader.next(DER.objectIdentifier)?.identifier == extensionRequest, let set = reader.next(DER.set) else {
        continue
      }
      return try Certificate.extensions(set)
    }
    return []
  }

  func document(_ build: StructureBuilder) -> Value {
    build.object([
      "Raw": build.bytes(whole), "RawTBSCertificateRequest": build.bytes(signed),
      "RawSubjectPublicKeyInfo": build.bytes(keyInfo.whole), "RawSubject": build.bytes(subject.whole),
      "Version": build.count(version), "Signature": build.bytes(signature.bytes),
      "SignatureAlgorithm": build.count(signature.number), "PublicKeyAlgorithm": build.number(of: PublicKey(keyInfo)),
      "PublicKey": build.key(PublicKey(keyInfo)), "Subject": build.name(subject),
      "Attributes": build.list(attributes.compactMap { attribute($0, build) }),
      "Extensions": build.list(extensions.map { build.extension($0) }), "ExtraExtensions": .null,
      "DNSNames": build.texts(fields.names.domains), "EmailAddresses": build.texts(fields.names.mails),
      "IPAddresses": build.list(fields.names.addresses.map { build.address($0) }),
      "URIs": build.list(fields.names.locators.map { build.locator($0) }),
    ])
  }

  /// Go shows only attributes whose values are lists of types and values, which requests for extensions are.
  private func attribute(_ element: DERElement, _ build: StructureBuilder) -> Value? {
    var reader = element.reader
    guard let type = reader.next(DER.objectIdentifier)?.identifier, type == Self.extensionRequest else { return nil }
    let pairs = extensions.filter { !$0.isCritical }.map {
      build.object(["Type": build.arcs($0.identifier), "Value": build.bytes($0.value)])
    }
    guard pairs.count == extensions.count else { return nil }
    return build.object(["Type": build.arcs(type), "Value": build.heap.array([build.heap.array(pairs)])])
  }
}
