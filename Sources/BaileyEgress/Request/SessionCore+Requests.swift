import BaileyCore

/// What policies are told of requests.
extension SessionCore {
  func facts(of head: RequestHead, _ target: HTTPTarget) -> RequestFacts {
    var facts = RequestFacts(method: head.method, path: target.canonical.path)
    facts.query = target.canonical.query.facts
    facts.headers = Set(head.fields.map(\.name)).sorted()
    facts.contentType = head.contentType
    facts.bytes = head.framing.bytes
    facts.identities = CredentialFields.identities(
      head.fields.map { ($0.name, $0.text) }, target.canonical.query, secret: secret)
    return facts
  }

  func action(_ target: HTTPTarget, _ facts: RequestFacts) -> Action {
    let isSecure = target.scheme == .https
    let shown = isSecure ? interception.upstream.client(for: target.host, target.port) : nil
    return Action.request(
      subject, scheme: target.scheme.rawValue, host: target.host.text, port: target.port, facts: facts,
      more: ["region": region(of: target.host), "client_certificate": shown].compactMapValues { $0.map(JSON.string) })
  }

  func region(of host: NamedHost?) -> String? { interception.residency.region(of: host?.text) }

  /// The secret whose placeholder this is: whole, or in Basic (RFC 7617) as the password, or as a name without one of its own.
  private func secret(_ value: String) -> String? {
    if let name = placeholders[value] { return name }
    guard !placeholders.isEmpty, let pair = Base64.decode(value) else { return nil }
    let parts = String(decoding: pair, as: UTF8.self)
      .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else { return nil }
    return placeholders[parts[1]] ?? (["", "x-oauth-basic"].contains(parts[1]) ? placeholders[parts[0]] : nil)
  }
}

extension BodyPreview {
  init(_ head: RequestHead, _ target: HTTPTarget) {
    self.init(
      target.canonical, contentType: head.contentType, isEncoded: head.fields.isEncoded, length: head.framing.bytes)
  }
}

extension RequestHead {
  /// Type and subtype, lower case, without parameters; `*` where there are two, or none that can be read.
  var contentType: String? {
    let values = values("content-type")
    guard let value = values.first else { return nil }
    let type = RequestHead.trimmed(value.utf8.prefix { $0 != UInt8(ascii: ";") })
    let parts = type.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let isType = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(HTTPToken.isToken) }
    guard values.count == 1, isType, !value.utf8.contains(UInt8(ascii: ",")) else { return "*" }
    return HTTPToken.lower(type)
  }
}
