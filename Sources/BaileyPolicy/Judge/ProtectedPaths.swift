import BaileyCore

/// The paths that are never granted, and those that are never granted for writing.
///
/// A path is refused if it is one of these, lies below one, or holds one: who gets a directory gets what is in it.
struct ProtectedPaths: Sendable, Equatable {
  private let home: String
  private let unreadable: [String]
  private let unwritable: [String]

  init(home: String, ownDirectories: [String]) {
    let inHome = { (names: [String]) in names.map { home + "/" + $0 } }
    self.home = home
    unreadable = Self.system + ownDirectories + inHome(Self.credentials)
    unwritable = Self.programs + inHome(Self.startup)
  }

  /// A sentence, or `nil` if the floor has nothing against it.
  func refusal(_ path: String, writing: Bool) -> String? {
    let exact = ExactText(path)
    guard exact.isAbsolute, !path.utf8.contains(0), !exact.components.contains(ExactText("..")) else {
      return "a grant needs an absolute path without `..`"
    }
    let shown = printable(path)
    for protected in unreadable {
      if PathSpelling.isPath(path, within: protected) { return "\(shown) is never granted" }
      if PathSpelling.isPath(protected, within: path) { return "\(shown) holds \(protected), which is never granted" }
    }
    if PathSpelling.isPath(home, within: path) { return "\(shown) holds the whole home directory" }
    guard writing, let program = unwritable.first(where: { Self.touches(path, $0) }) else { return nil }
    return "\(shown) is never granted for writing, since programs start from \(program)"
  }

  private static func touches(_ path: String, _ protected: String) -> Bool {
    PathSpelling.isPath(path, within: protected) || PathSpelling.isPath(protected, within: path)
  }

  /// Kernel interfaces, devices, control sockets, and the secrets of the system.
  private static let system = [
    "/proc", "/sys", "/dev", "/run", "/var/run", "/etc/shadow", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-",
    "/etc/sudoers", "/etc/sudoers.d", "/etc/ssh", "/etc/bailey", "/etc/ssl/private", "/var/lib/docker",
    "/var/lib/containerd",
    "/tmp/.X11-unix",
  ]

  private static let credentials = [
    ".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker", ".config/gcloud", ".config/gh", ".config/hub",
    ".config/op", ".config/sops", ".netrc", ".git-credentials", ".config/git/credentials", ".password-store", ".pki",
    ".local/share/keyrings", ".local/share/kwalletd", ".mozilla", ".config/google-chrome", ".config/chromium",
    ".config/BraveSoftware", ".thunderbird", ".vault-token", ".terraform.d/credentials.tfrc.json", ".pgpass", ".my.cnf",
    ".cargo/credentials", ".cargo/credentials.toml", ".npmrc", ".pypirc", ".gem/credentials", ".m2/settings.xml",
    ".gradle/gradle.properties", ".nuget/NuGet", ".config/containers/auth.json", ".bash_history", ".zsh_history",
  ]

  private static let programs = [
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/usr", "/etc", "/boot", "/efi", "/var/spool/cron",
  ]

  private static let startup = [
    ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".profile", ".zshrc", ".zshenv", ".zprofile", ".zlogin",
    ".config/fish", ".config/autostart", ".config/systemd", ".config/environment.d", ".local/share/systemd",
    ".local/share/applications", ".local/bin", "bin", ".gitconfig", ".config/git", ".config/direnv", ".vimrc",
    ".config/nvim",
    ".claude", ".codex", ".cursor", ".vscode",
  ]
}
