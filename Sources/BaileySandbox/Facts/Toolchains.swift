import BaileyCore
import BaileyLinux

/// Toolchains below the person's home that his PATH leads to: what may be shown of a home that is otherwise hidden.
///
/// A directory of PATH below the home counts only if it belongs to a known layout; another one (`~/bin`, `node_modules/.bin`) is left out
/// and can be granted with `--read`. Credential files inside are listed, so that they can be masked.
package struct Toolchains: Sendable, Equatable {
  /// PATH, real paths, in order, without doubles.
  package private(set) var path: [String] = []
  /// Real paths, none within another.
  package private(set) var roots: [String] = []
  package private(set) var secrets: [String] = []

  /// - Parameter path: the caller's PATH; relative and missing entries are dropped, as they would search the working directory.
  package init(path: String, home: String) {
    let home = Self.real(home) ?? home
    for entry in path.split(separator: ":").prefix(256) where entry.hasPrefix("/") {
      guard let real = Self.real(String(entry)), !self.path.contains(real) else { continue }
      if Self.isPath(real, within: home) {
        guard let found = Self.root(of: real, home: home) else { continue }
        addRoot(found)
        addCompanions(of: real, home: home)
      }
      self.path.append(real)
    }
    secrets = roots.flatMap(Self.secrets)
  }

  /// Layouts relative to the home: a directory below one of these belongs to a toolchain, which is shown from there on.
  ///
  /// Of cargo, deno and bun only the programs: the rest are caches and credentials, and the private home has its own.
  private static let layouts = [
    ".nvm", ".fnm", ".volta", ".nodenv", ".npm-global", ".yarn/bin", ".config/yarn/global", ".rustup", ".cargo/bin",
    ".pyenv",
    ".rbenv", ".rvm", ".jenv", ".goenv", ".sdkman", ".asdf", ".deno/bin", ".bun/bin", ".bun/install/global", "go/bin",
    "sdk/go", ".ghcup", ".opam", ".cabal/bin", ".dotnet", ".juliaup", ".nimble/bin", ".pub-cache/bin", ".local/bin",
    ".local/lib", ".local/pipx", ".local/go", "miniconda3", "anaconda3", "miniforge3", "mambaforge", "micromamba",
    ".swiftly",
    ".swiftenv", ".krew/bin", ".foundry/bin", ".local/node", ".local/nodejs", ".local/swift", ".local/opt",
  ]

  /// Not below `~/.local/share`: what else lies there is one directory for each tool.
  private static let notTools: Set<String> = [
    "keyrings", "kwalletd", "bailey", "Trash", "applications", "gnupg", "password-store", "containers", "flatpak",
    "Steam",
  ]

  static func root(of path: String, home: String) -> String? {
    for layout in layouts where isPath(path, within: home + "/" + layout) { return home + "/" + layout }
    let share = home + "/.local/share/"
    guard path.hasPrefix(share), let tool = path.dropFirst(share.count).split(separator: "/").first,
      !notTools.contains(String(tool))
    else { return nil }
    return share + tool
  }

  private mutating func addRoot(_ root: String) {
    // A root that is itself a link out of the home is not what its name says.
    guard let real = Self.real(root), real == root, !roots.contains(where: { Self.isPath(real, within: $0) }) else {
      return
    }
    roots.removeAll { Self.isPath($0, within: real) }
    roots.append(real)
  }

  /// What the programs of a directory stand on elsewhere in the home.
  private mutating func addCompanions(of directory: String, home: String) {
    switch directory.dropFirst(home.count) {
    case "/.cargo/bin": addRoot(home + "/.rustup")
    case "/.bun/bin": addRoot(home + "/.bun/install/global")
    case "/.yarn/bin": addRoot(home + "/.config/yarn/global")
    case "/.local/bin":
      addRoot(home + "/.local/lib")
      addLinkTargets(in: directory, home: home)
    default: break
    }
  }

  /// Programs that are links into a tool of their own, as pipx, uv and the native installers of agents make them.
  private mutating func addLinkTargets(in directory: String, home: String) {
    guard let entries = try? Descriptor.entries(of: directory) else { return }
    var parents: [String: String?] = [:]
    var found: Set<String> = []
    for entry in entries.prefix(4096) where entry.type == .symlink {
      guard let target = Self.target(of: entry.text, in: directory, &parents), Self.isPath(target, within: home),
        let root = Self.root(of: target, home: home)
      else { continue }
      found.insert(root)
    }
    for root in found.sorted() { addRoot(root) }
  }

  /// The real path of a link's target. Programs of one tool lie in one directory, which is resolved once.
  ///
  /// - Parameter directory: a real path, so that a relative target begins there.
  private static func target(of name: String, in directory: String, _ parents: inout [String: String?]) -> String? {
    let link = directory + "/" + name
    guard let bytes = try? Descriptor.workingDirectory.readLink(link),
      let written = String(validating: bytes, as: UTF8.self)
    else { return nil }
    let text = written.hasPrefix("/") ? written : directory + "/" + written
    guard let status = try? Descriptor.status(of: text) else { return nil }
    // Only a regular file's last name is its own; behind a link or `..` lies another place.
    guard status.isRegular, let slash = text.lastIndex(of: "/") else { return real(link) }
    let parent = String(text[..<slash])
    if parents[parent] == nil { parents[parent] = .some(real(parent.isEmpty ? "/" : parent)) }
    return parents[parent]?.map { $0 + text[slash...] }
  }

  static func real(_ path: String) -> String? {
    guard let bytes = try? Descriptor.realPath(path) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  static func isPath(_ path: String, within ancestor: String) -> Bool {
    ExactText(path).isPath(within: ExactText(ancestor))
  }
}

extension Toolchains {
  /// Names of files that hold tokens, wherever a toolchain keeps them.
  private static let secretNames: Set<String> = [
    ".npmrc", "npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc", "pip.conf", "credentials", "credentials.toml", ".condarc",
    ".netrc",
    "auth.json", "auth.toml", ".env", ".credentials.json", "credentials.json", ".gitconfig", ".git-credentials",
    "NuGet.Config",
  ]

  /// Looked for at the top, in `etc`, and in `etc` of each version that nvm and its like keep.
  private static func secrets(in root: String) -> [String] {
    var directories = [root, root + "/etc"]
    for versions in ["/versions/node", "/versions", "/installs/node", "/node-versions"] {
      guard let entries = try? Descriptor.entries(of: root + versions) else { continue }
      directories += entries.prefix(64).map { "\(root)\(versions)/\($0.text)/etc" }
    }
    return directories.flatMap { directory in
      let entries = (try? Descriptor.entries(of: directory)) ?? []
      return entries.filter { secretNames.contains($0.text) && $0.type != .directory }.map { "\(directory)/\($0.text)" }
    }.sorted()
  }
}
