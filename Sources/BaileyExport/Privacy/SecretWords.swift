import BaileyCore

/// Masks words one after the other: what stands before a word can make it a secret.
struct SecretWords {
  private static let mark = SecretMask.mark
  /// The mark without its brackets, which part words.
  private static let marked = "masked"
  private static let userOptions: Set<String> = ["-u", "-U", "--user", "--proxy-user"]

  private var previous = ""
  /// To the end of the command everything is a header's value; behind it, to that of the line or the quotation, what pairs hold.
  private var (isHeader, wasHeader) = (false, false)

  mutating func beginLine() { (isHeader, wasHeader) = (false, false) }

  /// A header that goes on has pairs, as a cookie has; a command must not hide behind one.
  mutating func beginCommand() {
    (isHeader, wasHeader) = (false, isHeader || wasHeader)
    if wasHeader { previous = "" }
  }

  mutating func masked(_ word: String) -> String {
    // `"password": "x"` has its colon apart.
    if word == ":" || word == "=" {
      previous += ":"
      return word
    }
    defer { previous = word }
    // Masked when it was recorded.
    if word == Self.marked { return word }
    if isHeader || announces(word) { return Self.mark }
    if let rest = afterUser(word) { return "\(word[..<rest.startIndex])\(Self.mark)" }
    return field(word) ?? address(word) ?? pair(word)
  }

  /// `--token X`, `Bearer X`, `password: X`.
  private func announces(_ next: String) -> Bool {
    if previous.hasSuffix(":"), SecretNames.isField(previous.dropLast()) { return true }
    if next.hasPrefix("-") { return false }
    if ["bearer", "basic"].contains(previous.split(separator: "=").last?.lowercased()) {
      return SecretShape.isSecret(value: "Bearer " + next) != nil
    }
    return previous.hasPrefix("-") && !previous.contains("=") && SecretNames.isAssigned(previous)
  }

  /// The password of `-u user:password`, `-uuser:password` and `--user=user:password`.
  private func afterUser(_ word: String) -> Substring? {
    guard let colon = place(of: ":", in: word), word.utf8.index(after: colon) < word.endIndex else { return nil }
    let isOption = word.hasPrefix("-u") || word.hasPrefix("--user=") || word.hasPrefix("--proxy-user=")
    return isOption || Self.userOptions.contains(previous) ? word[word.utf8.index(after: colon)...] : nil
  }

  /// `X-Api-Key:` with or without its value, `-HCookie:`; and `token:x`.
  private mutating func field(_ word: String) -> String? {
    guard let colon = place(of: ":", in: word) else { return nil }
    let name = word[..<colon].hasPrefix("-H") ? word[..<colon].dropFirst(2) : word[..<colon]
    let isEmpty = word.utf8.index(after: colon) == word.endIndex
    if SecretNames.isHeader(name) {
      isHeader = true
      return isEmpty ? word : "\(word[..<word.utf8.index(after: colon)])\(Self.mark)"
    }
    return !isEmpty && SecretNames.isField(name) ? "\(word[..<word.utf8.index(after: colon)])\(Self.mark)" : nil
  }

  /// `https://token@host`; `git@` is nobody's secret.
  private func address(_ word: String) -> String? {
    guard SecretShape.isSecret(value: word) == nil, let scheme = word.utf8.firstRange(of: "://".utf8) else {
      return nil
    }
    let authority = word[scheme.upperBound...].utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "#") }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")), word[scheme.upperBound..<at] != "git" else { return nil }
    return "\(word[..<scheme.upperBound])\(Self.mark)\(word[at...])"
  }

  /// As a byte, whatever combines with it.
  private func place(of byte: Unicode.Scalar, in word: String) -> String.Index? {
    word.utf8.firstIndex { $0 == UInt8(ascii: byte) }
  }

  private func pair(_ word: String) -> String {
    if SecretShape.isSecret(value: word) != nil { return Self.mark }
    guard let equals = place(of: "=", in: word) else { return word }
    let value = word[word.utf8.index(after: equals)...]
    guard !value.isEmpty else { return word }
    let isSecret =
      wasHeader || SecretNames.isAssigned(word[..<equals]) || SecretShape.isSecret(value: String(value)) != nil
    return isSecret ? "\(word[..<word.utf8.index(after: equals)])\(Self.mark)" : word
  }
}

/// Names whose values are secrets, by where they stand.
enum SecretNames {
  private static let headers: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "apikey", "x-auth-token",
    "x-access-token", "private-token", "job-token", "x-gitlab-token", "x-github-token", "x-vault-token",
    "x-amz-security-token", "x-goog-api-key", "x-csrf-token", "x-xsrf-token", "ocp-apim-subscription-key",
    "x-functions-key", "x-shopify-access-token", "x-figma-token", "circle-token", "dd-api-key", "x-honeycomb-team",
  ]
  private static let fields: Set<String> = [
    "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "access_token", "refresh_token",
    "id_token", "auth_token", "session_token", "client_secret", "private_key", "secret_key", "access_key",
    "secret_access_key", "secretaccesskey", "accesstoken", "clientsecret", "privatekey", "connection_string",
  ]
  /// Of signed addresses: whoever has the signature has the object.
  private static let signatures: Set<String> = [
    "X_AMZ_SIGNATURE", "X_AMZ_CREDENTIAL", "X_AMZ_SECURITY_TOKEN", "X_GOOG_SIGNATURE", "X_GOOG_CREDENTIAL", "SIGNATURE",
    "SIG", "AWSACCESSKEYID",
  ]

  static func isHeader(_ name: some StringProtocol) -> Bool { headers.contains(name.lowercased()) }

  /// Before a colon in a sentence or a document, or of a member of a record.
  static func isField(_ name: some StringProtocol) -> Bool {
    fields.contains(spelled(name).lowercased()) || isHeader(name)
  }

  /// Before `=`, or of an option: `--client-secret` as the variable would be spelled.
  static func isAssigned(_ name: some StringProtocol) -> Bool {
    let name = spelled(name)
    return !name.isEmpty && (signatures.contains(name.uppercased()) || SecretShape.isSecret(name: name))
  }

  private static func spelled(_ name: some StringProtocol) -> String {
    let bytes = name.utf8.drop { $0 == UInt8(ascii: "-") }.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }
}
