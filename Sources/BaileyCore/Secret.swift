/// Where a secret's value may go: everything that is not written here is refused.
package struct SecretRule: Sendable, Equatable {
  package var hosts: [HostPattern]
  /// Empty is 443.
  package var ports: [UInt16]
  /// Upper case; empty is every method.
  package var methods: [String]
  /// Globs over the canonical path; empty is every path.
  package var paths: [Glob]
  package var places: [SecretPlace]

  package static let usualPlaces: [SecretPlace] = [.header("authorization"), .header("x-api-key"), .basic]

  package init(
    hosts: [HostPattern], ports: [UInt16] = [], methods: [String] = [], paths: [Glob] = [],
    places: [SecretPlace] = usualPlaces
  ) {
    self.hosts = hosts
    self.ports = ports
    self.methods = methods
    self.paths = paths
    self.places = places
  }

  /// Whether a request goes where the value may go, whatever its place; only over TLS is it asked.
  ///
  /// - Parameter path: canonical, without the query.
  package func covers(host: HostName, port: UInt16, method: String, path: String) -> Bool {
    hosts.contains { $0.matches(host) } && (ports.isEmpty ? port == 443 : ports.contains(port))
      && (methods.isEmpty || methods.contains(method))
      && (paths.isEmpty || paths.contains { $0.matches(path.utf8.drop { $0 == ExactText.slash }) })
  }
}

/// How a short-lived token is had from what is kept: RFC 6749.
package struct OAuthGrant: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    /// Section 4.4; what is kept is the client's secret.
    case clientCredentials = "client-credentials"
    /// Section 6; what is kept is the refresh token, and on a second line the client's secret, if it has one.
    case refreshToken = "refresh-token"
  }

  package var kind: Kind
  /// `https://HOST[:PORT]/PATH`.
  package var tokenURL: String
  package var clientID: String
  package var scope: String?

  /// `nil` for anything that is not such an address, or texts that no form can carry.
  package init?(_ kind: Kind, tokenURL: String, clientID: String, scope: String? = nil) {
    let (base, path) = RemoteURL.parts(tokenURL)
    guard let url = try? RemoteURL(base), url.isSecure, path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      (1...256).contains(clientID.utf8.count), (scope ?? "").utf8.count <= 1024,
      (clientID + (scope ?? "")).utf8.allSatisfy({ (0x20...0x7E).contains($0) })
    else { return nil }
    self.kind = kind
    self.tokenURL = tokenURL
    self.clientID = clientID
    self.scope = scope
  }
}

/// What may be known of a secret: everything but its value.
package struct SecretCard: Sendable, Equatable {
  package var name: String
  package var rule: SecretRule
  /// Each use waits for a person's yes.
  package var asks = false
  /// The variable that holds the placeholder; `nil` is made from the name.
  package var variable: String?
  /// The value itself never leaves, but a token that is had with it.
  package var grant: OAuthGrant?
  /// Nanoseconds since 1970-01-01 UTC.
  package var created: Int64
  package var rotated: Int64?

  package init(name: String, rule: SecretRule, created: Int64, rotated: Int64? = nil) {
    self.name = name
    self.rule = rule
    self.created = created
    self.rotated = rotated
  }

  /// Letters, digits, `.`, `_` and `-`, the first a letter or digit; 64 at most.
  package static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 64, isAlphanumeric(first) else { return false }
    return bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2E || $0 == 0x5F || $0 == 0x2D }
  }

  /// POSIX, upper or lower case.
  package static func isVariable(_ text: String) -> Bool {
    guard let first = text.utf8.first, text.utf8.count <= 64, !(0x30...0x39).contains(first) else { return false }
    return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == 0x5F }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
  }

  /// `github-token` is `GITHUB_TOKEN`.
  package var usualVariable: String {
    if let variable { return variable }
    let text = String(name.uppercased().map { $0 == "." || $0 == "-" ? "_" : $0 })
    return Self.isVariable(text) ? text : "_" + text
  }

  /// AWS keys come as two or three, and are signed with.
  package var signing: (service: String, region: String)? {
    for case .sigv4(let service, let region) in rule.places { return (service, region) }
    return nil
  }
}
