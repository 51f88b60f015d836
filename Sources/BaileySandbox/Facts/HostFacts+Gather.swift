package import BaileyCore
import BaileyLinux

extension HostFacts {
  /// Oldest kernel that Bailey runs on: Debian 12's own.
  package static let oldestKernel: (UInt, UInt) = (6, 1)

  /// Looks at the host: some two hundred looks at names, no program started.
  ///
  /// A feature counts as present unless the kernel says otherwise; nftables and overlayfs can be modules that are loaded at their
  /// first use, so only a launch is proof.
  ///
  /// - Parameters:
  ///   - environment: the caller's; of it PATH, XDG_CONFIG_HOME and nothing else is looked at.
  ///   - paths: what the manifest names, to know what of it exists.
  package static func gather(caller: Caller, environment: [String: String], paths: [String] = []) throws(Fault)
    -> HostFacts
  {
    let kernel = try kernelVersion()
    let tools = Toolchains(path: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", home: caller.home)
    var probes = Probes()
    for path in Set(paths + tools.roots + tools.path + tools.secrets) { probes.look(at: path) }
    return HostFacts(
      landlockABI: Kernel.landlockABI, kernel: kernel, features: features(isRoot: caller.isRoot, kernel: kernel),
      rootLinks: rootLinks().merging(probes.links) { first, _ in first },
      existing: probes.existing, directories: probes.directories, pathDirectories: tools.path,
      toolchains: tools.roots, toolchainSecrets: tools.secrets,
      gitIdentity: gitIdentity(home: caller.home, environment: environment))
  }

  private static func kernelVersion() throws(Fault) -> (UInt, UInt) {
    let release = line(of: "/proc/sys/kernel/osrelease") ?? ""
    let numbers = release.split(separator: ".", maxSplits: 2).map { $0.prefix { $0.isASCII && $0.isNumber } }
    guard numbers.count >= 2, let major = UInt(numbers[0]), let minor = UInt(numbers[1]) else {
      throw Fault("kernel-unknown", why: "the kernel's version cannot be read from /proc", hint: "is /proc mounted?")
    }
    guard (major, minor) >= oldestKernel else {
      throw Fault(
        "kernel-too-old", subject: release, why: "Bailey needs Linux 6.1 or later",
        hint: "`bailey doctor` says what it uses")
    }
    return (major, minor)
  }

  private static func rootLinks() -> [String: String] {
    var links: [String: String] = [:]
    for entry in entries(of: "/") where entry.type == .symlink {
      guard let target = try? Descriptor.workingDirectory.readLink("/" + entry.text) else { continue }
      links[entry.text] = String(decoding: target, as: UTF8.self)
    }
    return links
  }

  /// git's own order: the XDG file first, so that `~/.gitconfig` wins.
  private static func gitIdentity(home: String, environment: [String: String]) -> String {
    let configured = environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    var identity = GitIdentity()
    for path in [(configured ?? home + "/.config") + "/git/config", home + "/.gitconfig"] {
      if let file = try? WholeFile.read(path, limit: 1 << 20) { identity.add(file.bytes) }
    }
    return identity.text
  }
}

/// What single paths are, with one system call for most of them.
private struct Probes {
  var existing: Set<String> = []
  var directories: Set<String> = []
  /// Links among the paths themselves: what lies behind them may be another place than their name says.
  var links: [String: String] = [:]

  mutating func look(at path: String) {
    guard let status = try? Descriptor.status(of: path, followingLinks: false) else { return }
    if status.isSymlink {
      if path.hasPrefix("/"), path != "/", let target = try? Descriptor.workingDirectory.readLink(path) {
        links[String(path.dropFirst())] = String(decoding: target, as: UTF8.self)
      }
      guard (try? Descriptor.status(of: path, followingLinks: true)) != nil else { return }
    }
    existing.insert(path)
    if status.isDirectory { directories.insert(path) }
  }
}

// MARK: - Features

extension HostFacts {
  private static func features(isRoot: Bool, kernel: (UInt, UInt)) -> Set<Feature> {
    var found: Set<Feature> = [.nftables, .idmappedMounts]
    if allowsUserNamespaces(isRoot: isRoot) { found.insert(.userNamespaces) }
    if Kernel.landlockABI > 0 { found.insert(.landlock) }
    if let actions = line(of: "/proc/sys/kernel/seccomp/actions_avail") {
      found.insert(.seccomp)
      if actions.split(separator: " ").contains("user_notif") { found.insert(.seccompNotify) }
    }
    if knowsOverlay() { found.insert(.overlay) }
    return found
  }

  /// Debian's and Ubuntu's switches count for ordinary users only.
  private static func allowsUserNamespaces(isRoot: Bool) -> Bool {
    guard exists("/proc/self/ns/user"), line(of: "/proc/sys/user/max_user_namespaces") != "0" else { return false }
    if isRoot { return true }
    return line(of: "/proc/sys/kernel/unprivileged_userns_clone") != "0"
      && line(of: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns") != "1"
  }

  private static func knowsOverlay() -> Bool {
    if let text = text(of: "/proc/filesystems"), text.split(whereSeparator: \.isWhitespace).contains("overlay") {
      return true
    }
    guard let release = line(of: "/proc/sys/kernel/osrelease") else { return false }
    let module = "/lib/modules/\(release)/kernel/fs/overlayfs/overlay.ko"
    return ["", ".xz", ".zst", ".gz"].contains { exists(module + $0) }
  }

  private static func exists(_ path: String) -> Bool { (try? Descriptor.status(of: path, followingLinks: true)) != nil }

  private static func entries(of directory: String) -> [DirectoryEntry] {
    (try? Descriptor.entries(of: directory)) ?? []
  }

  /// Files of /proc say that they are empty, so they are read to the end.
  private static func text(of path: String) -> String? {
    guard let file = try? Descriptor.open(path, [.readOnly, .nonBlocking]),
      let bytes = try? file.readAll(limit: 1 << 16)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func line(of path: String) -> String? {
    text(of: path)?.split(whereSeparator: \.isNewline).first.map(String.init)
  }
}
