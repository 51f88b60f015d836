/// Tells secrets by their looks. Wrong in both directions by nature: a way to hold back what nobody named, never a wall.
package enum SecretShape {
  package static func isSecret(name: String) -> Bool {
    let upper = name.uppercased()
    if known.contains(upper) || prefixes.contains(where: { upper.hasPrefix($0) }) { return true }
    if upper.split(separator: "_").contains(where: { words.contains(String($0)) }) { return true }
    return endings.contains { upper.hasSuffix($0) }
  }

  private static let known: Set<String> = [
    "DATABASE_URL", "REDIS_URL", "MONGO_URL", "MONGODB_URI", "AMQP_URL", "SENTRY_DSN",
  ]

  private static let prefixes = [
    "AWS_", "AZURE_", "GCP_", "GOOGLE_", "GITHUB_", "GH_", "GITLAB_", "OPENAI_", "ANTHROPIC_", "HF_", "VAULT_",
    "DOCKER_", "NPM_",
    "TWINE_", "CARGO_REGISTR", "SSH_", "GPG_", "PGPASS", "KUBE", "CLOUDFLARE_", "STRIPE_", "SLACK_", "TF_VAR_", "ARM_",
  ]

  private static let words: Set<String> = [
    "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWORDS", "PASSWD", "PASS", "PWD", "PASSPHRASE", "KEY",
    "KEYS",
    "APIKEY", "CREDENTIAL", "CREDENTIALS", "CREDS", "CRED", "AUTH", "PAT", "PRIVATE", "COOKIE", "COOKIES", "JWT",
    "BEARER",
    "DSN", "SALT", "SIGNING", "OAUTH", "PIN", "OTP", "TOTP", "MNEMONIC", "SEED", "CERT", "CERTIFICATE", "LICENSE",
    "WEBHOOK",
  ]

  private static let endings = ["TOKEN", "SECRET", "PASSWORD", "PASSWD", "KEY", "CREDENTIAL", "CREDENTIALS", "APIKEY"]

  /// What the value looks like, or `nil`.
  package static func isSecret(value: String) -> String? {
    let text = value.utf8.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "'") }
    if let first = text.first, let candidates = marksByFirst[first] {
      for (prefix, what) in candidates where text.starts(with: prefix.utf8) && text.count >= prefix.utf8.count + 8 {
        return what
      }
    }
    if finds("-----BEGIN ", in: text), finds("PRIVATE KEY", in: text) { return "a private key" }
    return holdsPassword(text) ? "an address with a password" : nil
  }

  private static let marksByFirst = Dictionary(grouping: marks) { $0.0.utf8.first ?? 0 }

  private static let marks: [(String, String)] = [
    ("ghp_", "a GitHub token"), ("gho_", "a GitHub token"), ("ghu_", "a GitHub token"), ("ghs_", "a GitHub token"),
    ("ghr_", "a GitHub token"), ("github_pat_", "a GitHub token"), ("glpat-", "a GitLab token"), ("sk-", "an API key"),
    ("sk_live_", "an API key"), ("sk_test_", "an API key"), ("rk_live_", "an API key"), ("pk_live_", "an API key"),
    ("AKIA", "an AWS key"), ("ASIA", "an AWS key"), ("AIza", "a Google API key"), ("ya29.", "a Google token"),
    ("xoxb-", "a Slack token"), ("xoxp-", "a Slack token"), ("xoxa-", "a Slack token"), ("xoxs-", "a Slack token"),
    ("xapp-", "a Slack token"), ("eyJ", "a signed token"), ("npm_", "an npm token"), ("pypi-", "a PyPI token"),
    ("hf_", "a Hugging Face token"), ("hvs.", "a Vault token"), ("dop_v1_", "a DigitalOcean token"),
    ("SG.", "a SendGrid key"),
    ("shpat_", "a Shopify token"), ("AGE-SECRET-KEY-", "an age key"), ("Bearer ", "a bearer token"),
    ("Basic ", "a password"),
    ("dckr_pat_", "a Docker token"), ("lin_api_", "a Linear key"), ("gsk_", "an API key"),
    ("tskey-", "a Tailscale key"),
  ]

  /// `scheme://user:password@host`.
  private static func holdsPassword(_ text: Substring.UTF8View) -> Bool {
    guard let scheme = end(of: "://", in: text) else { return false }
    let authority = text[scheme...].prefix { !endsOfAuthority.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return false }
    return authority[..<at].contains(UInt8(ascii: ":"))
  }

  private static let endsOfAuthority = Array("/?# ".utf8)

  private static func finds(_ mark: String, in text: Substring.UTF8View) -> Bool { end(of: mark, in: text) != nil }

  /// The place after the first `mark`.
  private static func end(of mark: String, in text: Substring.UTF8View) -> Substring.UTF8View.Index? {
    guard let first = mark.utf8.first else { return nil }
    var rest = text
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: mark.utf8) { return rest.index(start, offsetBy: mark.utf8.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
