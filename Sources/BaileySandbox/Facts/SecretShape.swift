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
    let text = value.drop { $0 == " " || $0 == "\"" || $0 == "'" }
    for (prefix, what) in marks where text.hasPrefix(prefix) && text.utf8.count >= prefix.utf8.count + 8 { return what }
    if text.contains("-----BEGIN ") && text.contains("PRIVATE KEY") { return "a private key" }
    return holdsPassword(text) ? "an address with a password" : nil
  }

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
  private static func holdsPassword(_ text: Substring) -> Bool {
    guard let scheme = text.firstRange(of: "://") else { return false }
    let authority = text[scheme.upperBound...].prefix { !"/?# ".contains($0) }
    guard let at = authority.lastIndex(of: "@") else { return false }
    return authority[..<at].contains(":")
  }
}

/// Variables of the host that mean harm or nothing inside.
enum HostVariables {
  /// Leads to an agent, a display, a bus or a supervisor outside.
  static func isSocket(_ name: String) -> Bool {
    sockets.contains(name)
      || ["DBUS_", "WAYLAND_", "XDG_SESSION_", "SUDO_", "LISTEN_", "BAILEY_"].contains { name.hasPrefix($0) }
  }

  private static let sockets: Set<String> = [
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "GPG_AGENT_INFO", "DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR", "GNOME_KEYRING_CONTROL", "DOCKER_HOST", "CONTAINER_HOST", "KUBECONFIG", "NOTIFY_SOCKET",
    "JOURNAL_STREAM",
    "INVOCATION_ID", "TMUX", "TMUX_PANE", "STY", "WINDOWID", "SESSION_MANAGER", "VSCODE_IPC_HOOK_CLI", "NVIM",
    "PULSE_SERVER",
  ]

  /// Makes the loader, a shell, an interpreter or git run what the caller's files say, or changes where they look.
  static func isLoader(_ name: String) -> Bool {
    loaders.contains(name) || loaderPrefixes.contains { name.hasPrefix($0) } || name.lowercased().hasSuffix("_proxy")
  }

  private static let loaderPrefixes = [
    "LD_", "GIT_", "BASH_FUNC_", "PYTHON", "PERL", "RUBY", "MALLOC_", "GCONV_", "DOTNET_STARTUP",
  ]

  private static let loaders: Set<String> = [
    "BASH_ENV", "ENV", "SHELLOPTS", "BASHOPTS", "PS4", "PROMPT_COMMAND", "IFS", "CDPATH", "GLOBIGNORE", "ZDOTDIR",
    "FPATH",
    "NODE_OPTIONS", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS",
    "CLASSPATH", "MAVEN_OPTS", "GRADLE_OPTS", "LESSOPEN", "LESSCLOSE", "GLIBC_TUNABLES", "NLSPATH", "HOSTALIASES",
    "RES_OPTIONS",
    "LOCALDOMAIN", "RUSTC_WRAPPER", "RUSTFLAGS", "GOFLAGS", "MAKEFLAGS", "PATH", "HOME", "PWD", "OLDPWD", "SHELL",
    "USER", "LOGNAME",
    "TMPDIR", "PAGER_COMMAND", "BROWSER", "TERMINFO", "TERMINFO_DIRS", "TERMCAP", "LUA_PATH", "LUA_CPATH", "R_PROFILE",
  ]
}
