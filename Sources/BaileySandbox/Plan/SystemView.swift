/// The part of the view that is the same for every project: system software, synthetic `/etc`, devices, `/proc`, temporary directories.
enum SystemView {
  /// What of the host's `/etc` may be seen: settings of libraries and shells, and no credentials.
  ///
  /// `/etc/ssl` is listed by its parts because of `/etc/ssl/private`; pip.conf, npmrc and netrc are left out because they may hold tokens.
  static let configuration = [
    "alternatives", "bash.bashrc", "bash_completion.d", "ca-certificates", "ca-certificates.conf", "crypto-policies",
    "debian_version", "default/locale", "emacs", "fonts", "gai.conf", "host.conf", "inputrc", "java", "java-11-openjdk",
    "java-17-openjdk", "java-21-openjdk", "java-25-openjdk", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
    "locale.alias",
    "locale.conf", "localtime", "lsb-release", "magic", "magic.mime", "manpath.config", "maven", "mime.types", "nanorc",
    "os-release", "perl", "pki/ca-trust", "pki/tls/cert.pem", "pki/tls/certs", "pki/java", "profile", "profile.d",
    "protocols", "python3", "python3.11", "python3.13", "rpc", "services", "shells", "skel", "ssl/certs",
    "ssl/openssl.cnf", "terminfo", "timezone", "vim", "zsh",
  ].map { "/etc/" + $0 }

  static let softwareRoots = ["/usr", "/nix/store", "/gnu/store"]
  /// Links to below `/usr` on merged systems, directories on others.
  static let rootNames = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]
  static let devices = ["null", "zero", "full", "random", "urandom", "tty"].map { "/dev/" + $0 }
  /// What nproc, Node, Java and memory allocators read; nothing that names hardware serials.
  static let systemInformation = [
    "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/kernel/mm/transparent_hugepage",
  ]
  private static let readOnlyProcess = ["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"]
  private static let maskedProcessFiles = [
    "/proc/kcore", "/proc/keys", "/proc/key-users", "/proc/timer_list", "/proc/kallsyms", "/proc/kmsg",
    "/proc/latency_stats", "/proc/sched_debug", "/proc/modules", "/proc/slabinfo", "/proc/vmallocinfo",
    "/proc/kpagecount", "/proc/kpageflags", "/proc/kpagecgroup", "/proc/config.gz", "/proc/interrupts",
  ]
  private static let maskedProcessDirectories = ["/proc/acpi", "/proc/scsi", "/proc/driver", "/proc/asound"]

  static let processPaths = readOnlyProcess + maskedProcessFiles + maskedProcessDirectories

  static func software(_ facts: HostFacts, _ builder: inout ViewBuilder) {
    for root in softwareRoots where facts.existing.contains(root) {
      builder.mount(ViewMount(path: root, content: .host(source: root, mapped: false), isWritable: false))
    }
    for name in rootNames { entry(name, facts, &builder) }
  }

  static func configuration(_ files: SyntheticFiles, _ facts: HostFacts, _ builder: inout ViewBuilder) {
    for path in configuration { entry(path, facts, &builder) }
    for (path, content) in files.all { builder.file(path, content) }
    builder.symlink("/etc/mtab", to: "../proc/self/mounts")
  }

  /// A link stays a link; anything else is bound read-only.
  private static func entry(_ path: String, _ facts: HostFacts, _ builder: inout ViewBuilder) {
    if let target = facts.rootLinks[String(path.dropFirst())] {
      builder.symlink(path, to: target)
    } else if facts.existing.contains(path) {
      let mount = ViewMount(path: path, content: .host(source: path, mapped: false), isWritable: false)
      builder.mount(mount, isDirectory: facts.directories.contains(path), optional: true)
    }
  }

  static func devices(_ builder: inout ViewBuilder, memory: UInt64) {
    builder.directory("/dev")
    for path in devices {
      builder.append(
        .bind(
          source: .path(ViewBuilder.onHost(path)), path: ViewBuilder.inView(path), recursive: false,
          attributes: [.noSetuid, .noExecute], optional: false))
    }
    builder.directory("/dev/pts")
    builder.append(.devpts(path: ViewBuilder.inView("/dev/pts")))
    for (name, target) in [
      ("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
      ("stderr", "/proc/self/fd/2"),
    ] {
      builder.symlink("/dev/" + name, to: target)
    }
    builder.mount(memoryMount("/dev/shm", memory))
  }

  static func processes(_ facts: HostFacts, _ builder: inout ViewBuilder) {
    builder.directory("/proc")
    builder.append(.proc(path: ViewBuilder.inView("/proc"), attributes: [.noSetuid, .noDevices, .noExecute]))
    for path in readOnlyProcess where facts.existing.contains(path) { builder.protect(path) }
    for path in maskedProcessFiles where facts.existing.contains(path) { builder.mask(path, isDirectory: false) }
    for path in maskedProcessDirectories where facts.existing.contains(path) { builder.mask(path, isDirectory: true) }
  }

  static func information(_ facts: HostFacts, _ builder: inout ViewBuilder) {
    builder.directory("/sys")
    for path in systemInformation where facts.existing.contains(path) {
      builder.mount(
        ViewMount(path: path, content: .host(source: path, mapped: false), isWritable: false), optional: true)
    }
  }

  static func temporary(user: UInt32, memory: UInt64, _ builder: inout ViewBuilder) {
    for path in ["/tmp", "/var/tmp"] { builder.mount(memoryMount(path, memory)) }
    builder.mount(
      ViewMount(path: "/run", content: .memory(size: 64 << 20, inodes: 16384, mode: 0o755), isWritable: true))
    builder.directory("/run/lock")
    builder.directory("/run/user")
    builder.directory("/run/user/\(user)", mode: 0o700)
    builder.symlink("/var/run", to: "../run")
    builder.symlink("/var/lock", to: "../run/lock")
  }

  private static func memoryMount(_ path: String, _ size: UInt64) -> ViewMount {
    ViewMount(path: path, content: .memory(size: size, inodes: 262_144, mode: 0o1777), isWritable: true)
  }
}
