/// What a network rule says of single requests. What it does not speak of is as it would be without it.
///
/// At a rule that allows or asks, a request is admitted where all parts admit it; at one that denies, it is denied where all parts
/// speak of it (`methods`, `paths`, `query`).
package struct RequestRule: Sendable, Equatable {
  package enum Identity: Sendable, Equatable {
    /// Nothing that says who asks may pass.
    case nobody
    case anybody
    /// Placeholders of these secrets.
    case placeholders([String])
  }

  /// As they are spoken: upper case, for all that is usual.
  package var methods: [String]?
  package var paths: [PathPattern]?
  /// Keys that may stand in the query.
  package var query: [String]?
  /// Names of fields, or beginnings of names and `*`, that may be there beside those that harm nobody.
  package var headers: [String]?
  /// `type/subtype` or `type/*`, lower case.
  package var contentTypes: [String]?
  /// Bytes of one body.
  package var maxBody: Int64?
  /// Bytes of one answer's body.
  package var maxResponse: Int64?
  /// Bytes of all bodies of a session that this rule admits.
  package var uploadBudget: Int64?
  package var identity: Identity?
  /// `%2F` within a segment passes: the server is known to read names from it, as registries of packages do.
  package var keepsEncodedSlash = false

  package init() {}

  /// Whether it says nothing.
  package var isPlain: Bool { self == RequestRule() }
}

extension RequestRule {
  /// Fields that a program sets without saying anything with them. Inspected like all others; `headers` need not name them.
  package static let harmlessHeaders: Set<String> = [
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection", "content-encoding",
    "content-language", "content-length", "content-type", "date", "dnt", "expect", "host", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "keep-alive", "max-forwards", "origin",
    "pragma", "priority", "proxy-connection", "range", "referer", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site",
    "sec-fetch-user", "sec-websocket-extensions", "sec-websocket-key", "sec-websocket-protocol",
    "sec-websocket-version", "te", "trailer", "transfer-encoding", "upgrade", "upgrade-insecure-requests",
    "user-agent",
  ]

  /// Why a request is not admitted; `nil` if it is.
  package func refusal(of facts: RequestFacts) -> RequestRefusal? {
    for (index, check) in Self.checks.enumerated() {
      if let reason = check(self)(facts) { return RequestRefusal(progress: index, reason: reason) }
    }
    return nil
  }

  private static let checks: [@Sendable (RequestRule) -> (RequestFacts) -> Reason?] = [
    { $0.method }, { $0.path }, { $0.key }, { $0.identity }, { $0.header }, { $0.override }, { $0.contentType },
    { $0.length },
  ]

  /// Whether a rule that denies speaks of this request.
  package func denies(_ facts: RequestFacts) -> Bool {
    // Some servers take `delete` for DELETE.
    if let methods, !methods.contains(facts.method.uppercased()), methodOverrides(facts).isEmpty { return false }
    if let paths, !paths.contains(where: { $0.matchesBroadly(facts.path) }), pathOverrides(facts).isEmpty {
      return false
    }
    guard let query else { return true }
    // A query that can be read in two ways may hold any key.
    guard let told = facts.query, !told.isAmbiguous, !told.keys.contains("*") else { return true }
    let keys = Set(told.keys.map(Self.folded))
    return query.contains { keys.contains(Self.folded($0)) }
  }
}

/// Why one rule does not admit a request, and how near it came.
package struct RequestRefusal: Sendable, Equatable {
  package var progress: Int
  package var reason: Reason
}

extension RequestRule {
  private func method(_ facts: RequestFacts) -> Reason? {
    guard let methods, !methods.contains(facts.method) else { return nil }
    return Reason(
      .deny, "method-not-allowed",
      "\(printable(facts.method)) is not among the methods of the rule (\(Self.list(methods)))")
  }

  private func path(_ facts: RequestFacts) -> Reason? {
    guard let paths else { return nil }
    if facts.hasCanonicalPath, paths.contains(where: { $0.matches(facts.path) }) { return nil }
    return Reason(
      .deny, "path-not-allowed",
      "\(Self.short(facts.path)) is not among the paths of the rule (\(Self.list(paths.map(\.text))))")
  }

  private func key(_ facts: RequestFacts) -> Reason? {
    guard let allowed = query else { return nil }
    guard let told = facts.query, !told.isAmbiguous else {
      return Reason(
        .deny, "query-ambiguous", "two servers may find different keys in this query, and the rule allows only some")
    }
    if let twice = told.repeated.first {
      return Reason(
        .deny, "query-ambiguous", "the key \(Self.short(twice)) comes twice, and the rule allows only some keys")
    }
    guard let other = told.keys.first(where: { !allowed.contains($0) }) else { return nil }
    return Reason(
      .deny, "query-not-allowed",
      "\(Self.short(other)) is not among the query keys of the rule (\(Self.list(allowed)))")
  }

  private func identity(_ facts: RequestFacts) -> Reason? {
    guard let identity, identity != .anybody else { return nil }
    guard let told = facts.identities else {
      return Reason(.deny, "identity-foreign", "it is not known whether the request says who asks")
    }
    guard let foreign = told.first(where: { !isAdmitted($0, identity) }) else { return nil }
    let place = foreign.place == .header ? "the field" : "the query key"
    return Reason(
      .deny, "identity-foreign",
      "\(place) \(Self.short(foreign.name)) carries a credential that the rule does not name (\(identity.text))")
  }

  private func isAdmitted(_ told: RequestFacts.Identity, _ identity: Identity) -> Bool {
    guard case .placeholders(let names) = identity, let secret = told.secret else { return false }
    return names.contains(secret)
  }

  private func header(_ facts: RequestFacts) -> Reason? {
    guard let headers else { return nil }
    guard let told = facts.headers else {
      return Reason(.deny, "header-not-allowed", "it is not known which fields the request has")
    }
    let identities = identity == nil ? [] : (facts.identities ?? []).filter { $0.place == .header }.map(\.name)
    let other = told.first { name in
      !Self.harmlessHeaders.contains(name) && !identities.contains(name)
        && !headers.contains { Self.names($0, name) }
    }
    guard let other else { return nil }
    return Reason(
      .deny, "header-not-allowed",
      "\(Self.short(other)) is not among the fields of the rule (\(Self.list(headers)))")
  }

  private func contentType(_ facts: RequestFacts) -> Reason? {
    guard let contentTypes, facts.bytes != 0 else { return nil }
    if let told = facts.contentType, contentTypes.contains(where: { Self.names($0, told) }) { return nil }
    let what = facts.contentType.map(Self.short) ?? "a body without a content type"
    return Reason(
      .deny, "content-type-not-allowed",
      "\(what) is not among the content types of the rule (\(Self.list(contentTypes)))")
  }

  /// Where the head states no length, the gate counts.
  private func length(_ facts: RequestFacts) -> Reason? {
    guard let maxBody, let bytes = facts.bytes, bytes > maxBody else { return nil }
    return Reason(.deny, "body-too-large", "the body has \(bytes) bytes, and the rule allows \(maxBody)")
  }

  private static func names(_ rule: String, _ name: String) -> Bool {
    rule.hasSuffix("*") ? name != "*" && name.hasPrefix(rule.dropLast()) : rule == name
  }

  private static func short(_ text: String) -> String { "`" + printable(String(text.prefix(200))) + "`" }

  private static func list(_ texts: [String]) -> String {
    if texts.isEmpty { return "none" }
    return texts.prefix(8).joined(separator: ", ") + (texts.count > 8 ? ", …" : "")
  }
}

extension RequestRule.Identity {
  /// As a manifest writes it.
  package var text: String {
    switch self {
    case .nobody: "none"
    case .anybody: "any"
    case .placeholders(let names): names.map { "placeholder:\($0)" }.joined(separator: ", ")
    }
  }
}
