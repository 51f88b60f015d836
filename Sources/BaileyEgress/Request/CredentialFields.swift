import BaileyCore

/// Where a request says who asks: fields and query keys that carry credentials.
///
/// By name. A credential in a body, or under a name that nobody uses for one, is the inspection's to find.
enum CredentialFields {
  /// - Parameters:
  ///   - fields: names in lower case.
  ///   - secret: the secret whose placeholder a value is, and nothing but it (`Bearer` and its like aside); `nil` for anything else.
  static func identities(
    _ fields: [(name: String, value: String)], _ query: QueryString, secret: (String) -> String?
  ) -> [RequestFacts.Identity] {
    var found: [RequestFacts.Identity] = []
    for field in fields where isCredential(field: field.name) {
      found.append(.init(.header, field.name, secret: secret(withoutScheme(field.value))))
    }
    for pair in query.pairs {
      let name = HTTPToken.lower(pair.key.utf8)
      if isCredential(key: name) { found.append(.init(.query, String(name.prefix(64)), secret: secret(pair.value))) }
    }
    return found
  }

  static func isCredential(field name: String) -> Bool {
    fields.contains(name) || endings.contains(where: name.hasSuffix) && !harmless.contains(name)
  }

  static func isCredential(key name: String) -> Bool {
    let plain = name.replacing("-", with: "_")
    return keys.contains(plain) || keyEndings.contains(where: plain.hasSuffix)
  }

  /// `Bearer X`, `token X`, `Basic X`: the value behind the scheme (RFC 9110 section 11.4).
  private static func withoutScheme(_ value: String) -> String {
    let parts = value.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].utf8.allSatisfy(HTTPToken.isToken) else { return value }
    return String(parts[1])
  }

  private static let fields: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "x-api-key", "api-key", "apikey", "x-apikey", "x-goog-api-key",
    "x-auth", "x-auth-key", "x-authorization", "x-access-key", "x-functions-key", "x-figma-token",
    "x-amz-security-token",
    "ocp-apim-subscription-key", "dd-api-key", "dd-application-key", "x-honeycomb-team", "x-parse-rest-api-key",
    "x-session-id", "x-user-token", "authentication", "www-authenticate", "signature", "dpop",
  ]
  private static let endings = [
    "-token", "-api-key", "-apikey", "-secret", "-password", "-passwd", "-credential", "-credentials",
    "-access-key", "-auth-key", "-auth", "-authorization",
  ]
  /// Names like those of credentials that carry none.
  private static let harmless: Set<String> = ["next-page-token", "continuation-token", "x-next-page-token"]
  private static let keys: Set<String> = [
    "access_token", "api_key", "apikey", "key", "token", "auth", "auth_token", "authorization", "authtoken", "password",
    "passwd", "pwd", "secret", "client_secret", "private_token", "job_token", "id_token", "refresh_token", "sig",
    "signature", "session_token", "sessionid", "jwt", "bearer", "appid", "x_amz_signature", "x_amz_credential",
    "x_amz_security_token", "x_goog_signature", "x_goog_credential", "awsaccesskeyid", "subscription_key",
  ]
  private static let keyEndings = ["_api_key", "_apikey", "_access_token", "_auth_token", "_secret", "_password"]
}
