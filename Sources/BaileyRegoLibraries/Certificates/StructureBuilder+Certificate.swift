internal import BaileyRego

extension StructureBuilder {
  /// All fields of Go's `x509.Certificate`; `URIStrings` is OPA's own.
  func certificate(_ certificate: Certificate, withLocators: Bool) -> Value {
    let groups = [own(certificate), usages(certificate.fields), constraints(certificate.fields)]
    var fields = groups.flatMap(\.pairs)
    if withLocators { fields.append((text("URIStrings"), texts(certificate.fields.names.locators))) }
    return heap.object(fields)
  }

  private func own(_ certificate: Certificate) -> Value {
    object([
      "Raw": bytes(certificate.whole), "RawTBSCertificate": bytes(certificate.signed),
      "RawSubjectPublicKeyInfo": bytes(certificate.keyInfo.whole), "RawSubject": bytes(certificate.subject.whole),
      "RawIssuer": bytes(certificate.issuer.whole), "Signature": bytes(certificate.signature.bytes),
      "SignatureAlgorithm": count(certificate.signature.number), "PublicKey": key(certificate.publicKey),
      "PublicKeyAlgorithm": number(of: certificate.publicKey), "Version": count(certificate.version),
      "SerialNumber": number(certificate.serial), "Issuer": name(certificate.issuer),
      "Subject": name(certificate.subject),
      "NotBefore": text(certificate.notBefore.text), "NotAfter": text(certificate.notAfter.text),
      "Extensions": list(certificate.extensions.map(`extension`)), "ExtraExtensions": .null,
    ])
  }

  private func usages(_ fields: CertificateFields) -> Value {
    object([
      "KeyUsage": count(fields.keyUsage), "ExtKeyUsage": list(fields.extendedUsages.map { count($0) }),
      "UnknownExtKeyUsage": list(fields.unknownUsages.map { arcs($0) }),
      "UnhandledCriticalExtensions": list(fields.unhandledCritical.map { arcs($0) }),
      "BasicConstraintsValid": flag(fields.basicConstraintsValid), "IsCA": flag(fields.isAuthority),
      "MaxPathLen": count(fields.maximumPathLength),
      "MaxPathLenZero": flag(fields.basicConstraintsValid && fields.maximumPathLength == 0),
      "SubjectKeyId": optional(fields.subjectKey), "AuthorityKeyId": optional(fields.authorityKey),
      "OCSPServer": texts(fields.statusServers), "IssuingCertificateURL": texts(fields.issuerLocations),
      "CRLDistributionPoints": texts(fields.revocationLists), "DNSNames": texts(fields.names.domains),
      "EmailAddresses": texts(fields.names.mails), "IPAddresses": list(fields.names.addresses.map(address)),
      "URIs": list(fields.names.locators.map(locator)),
    ])
  }

  private func constraints(_ fields: CertificateFields) -> Value {
    let (permitted, excluded) = (fields.permitted ?? .init(), fields.excluded ?? .init())
    let (explicit, mapping, any) = (fields.policyConstraints[0], fields.policyConstraints[1], fields.inhibitAnyPolicy)
    return object([
      "PermittedDNSDomainsCritical": flag(fields.constraintsAreCritical && fields.hasNameConstraints),
      "PermittedDNSDomains": texts(permitted.domains), "ExcludedDNSDomains": texts(excluded.domains),
      "PermittedIPRanges": list(permitted.addresses.map(range)),
      "ExcludedIPRanges": list(excluded.addresses.map(range)),
      "PermittedEmailAddresses": texts(permitted.mails), "ExcludedEmailAddresses": texts(excluded.mails),
      "PermittedURIDomains": texts(permitted.locators), "ExcludedURIDomains": texts(excluded.locators),
      "PolicyIdentifiers": list(fields.policies.map { arcs($0) }), "Policies": list(fields.policies.map { dotted($0) }),
      "PolicyMappings": list(
        fields.policyMappings.map { object(["IssuerDomainPolicy": dotted($0.0), "SubjectDomainPolicy": dotted($0.1)]) }),
      "RequireExplicitPolicy": count(explicit ?? 0), "RequireExplicitPolicyZero": flag(explicit == 0),
      "InhibitPolicyMapping": count(mapping ?? 0), "InhibitPolicyMappingZero": flag(mapping == 0),
      "InhibitAnyPolicy": count(any ?? 0), "InhibitAnyPolicyZero": flag(any == 0),
    ])
  }

  func `extension`(_ item: Certificate.Extension) -> Value {
    object(["Id": arcs(item.identifier), "Critical": flag(item.isCritical), "Value": bytes(item.value)])
  }

  func name(_ name: DistinguishedName) -> Value {
    object([
      "Country": texts(name.values(6)), "Organization": texts(name.values(10)),
      "OrganizationalUnit": texts(name.values(11)), "Locality": texts(name.values(7)),
      "Province": texts(name.values(8)),
      "StreetAddress": texts(name.values(9)), "PostalCode": texts(name.values(17)),
      "SerialNumber": text(name.values(5).last ?? ""), "CommonName": text(name.values(3).last ?? ""),
      "Names": list(name.attributes.map { object(["Type": arcs($0.type), "Value": text($0.value)]) }),
      "ExtraNames": .null,
    ])
  }

  func address(_ bytes: [UInt8]) -> Value { heap.string(NetworkAddress.text(bytes)) }

  private func range(_ bytes: [UInt8]) -> Value {
    let half = bytes.count / 2
    return object(["IP": address(Array(bytes.prefix(half))), "Mask": self.bytes(bytes.suffix(half))])
  }

  /// The fields of Go's `url.URL`.
  func locator(_ source: String) -> Value {
    let (before, fragment) = Self.halves(source, "#")
    let (head, query) = Self.halves(before, "?")
    let (scheme, rest) = Self.scheme(head)
    var (authority, path, opaque) = ("", rest, "")
    if rest.hasPrefix("//") {
      authority = String(rest.dropFirst(2).prefix { $0 != "/" })
      path = String(rest.dropFirst(2 + authority.count))
    } else if !scheme.isEmpty, !rest.hasPrefix("/") {
      (path, opaque) = ("", rest)
    }
    let (user, host) = authority.contains("@") ? Self.halves(authority, "@") : ("", authority)
    let plain = Self.unescaped(path)
    return object([
      "Scheme": text(scheme.lowercased()), "Opaque": text(opaque), "Host": text(host), "Path": text(plain),
      "User": user.isEmpty ? .null : .emptyObject,
      "RawPath": text(plain.contains("/") && path.contains("%2F") ? path : ""), "OmitHost": .false,
      "ForceQuery": flag(before.hasSuffix("?")), "RawQuery": text(query), "Fragment": text(Self.unescaped(fragment)),
      "RawFragment": text(""),
    ])
  }

  private static func halves(_ text: String, _ mark: Character) -> (String, String) {
    guard let at = text.firstIndex(of: mark) else { return (text, "") }
    return (String(text[..<at]), String(text[text.index(after: at)...]))
  }

  private static func scheme(_ text: String) -> (String, String) {
    let (first, rest) = halves(text, ":")
    let isScheme = first.count < text.count && !first.isEmpty && !first.contains("/")
    return isScheme ? (first, rest) : ("", text)
  }

  private static func unescaped(_ text: String) -> String {
    var (out, rest) = ([UInt8](), Array(text.utf8)[...])
    while let byte = rest.popFirst() {
      if byte == 0x25, let decoded = Hex.decode(rest.prefix(2)), decoded.count == 1 {
        out += decoded
        rest = rest.dropFirst(2)
      } else {
        out.append(byte)
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
