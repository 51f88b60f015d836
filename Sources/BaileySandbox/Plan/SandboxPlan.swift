package import BaileyCore

/// What the planner may know of the host. Gathered by `HostFacts.gather()` at launch, made by hand in tests.
package struct HostFacts: Sendable, Equatable {
  /// 0 where Landlock is missing.
  package var landlockABI: Int
  /// Major and minor.
  package var kernel: (UInt, UInt)
  /// With `cgroup` where a control group will hold processes and memory.
  package var features: Set<Feature>
  /// Symbolic links at the top of `/` and among the planner's probes, without the leading slash, with their targets (`bin` → `usr/bin`).
  package var rootLinks: [String: String]
  /// Existing directories and files among those a view may show.
  package var existing: Set<String>
  /// Those of `existing` that are directories, links not followed.
  package var directories: Set<String>
  /// Directories of the caller's PATH, real paths, in order; those below the caller's home were recognised as toolchains.
  package var pathDirectories: [String]
  /// Roots of toolchains below the caller's home (`~/.rustup`, `~/.nvm` …), real paths.
  package var toolchains: [String]
  /// Credential files inside `toolchains`, to be masked.
  package var toolchainSecrets: [String]
  /// The lines of a git configuration that carries identity and nothing else.
  package var gitIdentity: String

  package init(
    landlockABI: Int, kernel: (UInt, UInt), features: Set<Feature>, rootLinks: [String: String] = [:],
    existing: Set<String> = [], directories: Set<String> = [], pathDirectories: [String] = [],
    toolchains: [String] = [], toolchainSecrets: [String] = [], gitIdentity: String = ""
  ) {
    self.landlockABI = landlockABI
    self.kernel = kernel
    self.features = features
    self.rootLinks = rootLinks
    self.existing = existing
    self.directories = directories
    self.pathDirectories = pathDirectories
    self.toolchains = toolchains
    self.toolchainSecrets = toolchainSecrets
    self.gitIdentity = gitIdentity
  }

  package static func == (left: HostFacts, right: HostFacts) -> Bool {
    left.landlockABI == right.landlockABI && left.kernel == right.kernel && left.features == right.features
      && left.rootLinks == right.rootLinks && left.existing == right.existing
      && left.directories == right.directories
      && left.pathDirectories == right.pathDirectories && left.toolchains == right.toolchains
      && left.toolchainSecrets == right.toolchainSecrets && left.gitIdentity == right.gitIdentity
  }
}

/// A finished plan: three lists, and what the launcher must hand over and wait for.
package struct SandboxPlan: Sendable, Equatable {
  package var parent: [JailOperation] = []
  package var start: [JailOperation] = []
  package var agent: [JailOperation] = []
  /// Slots that come back with `ready`, by meaning.
  package var channels: [SandboxChannel: Int] = [:]
  /// Sentences every start must say: optional features that are missing.
  package var notices: [String] = []

  package init() {}
}
