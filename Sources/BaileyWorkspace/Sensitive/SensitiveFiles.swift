package import BaileyCore
internal import BaileyLinux

/// Files of a project that the agent must not read, whatever the manifest grants.
package enum SensitiveFiles {
  /// Endings that a pattern of the default profile does not mean.
  static let exemptions: [String: [String]] = [
    ".env.*": [".example", ".sample", ".template", ".dist", ".defaults", ".schema", ".md"],
    "*.env": ["example.env", "sample.env"],
    "*.pem": ["cacert.pem", "ca-bundle.pem", ".pub.pem"], "id_rsa*": [".pub"], "id_dsa*": [".pub"],
    "id_ecdsa*": [".pub"],
    "id_ed25519*": [".pub"],
  ]

  /// What one walk of a project found.
  package struct Scan: Sendable, Equatable {
    /// Absolute paths, sorted: each is to be masked, a directory as a whole.
    package var masks: [String] = []
    /// Directories that hold a `.git`, relative to the project; empty for the project itself.
    package var repositories: [[UInt8]] = []
    package var directories = 0
    /// Sensitive symbolic links, relative to the project: what they lead to can change.
    var links: [[UInt8]] = []
  }

  /// Walks the project without following a symbolic link.
  ///
  /// Fails closed: a directory that cannot be read is masked whole, since its owner's programs could open it up; a path that cannot be
  /// masked at all is a fault. Errors: `sensitive-scan-failed`, `sensitive-unmaskable`.
  package static func scan(project: String, patterns: [Glob]) throws(Fault) -> Scan {
    try scan(project: project, patterns: patterns) { _, _ in }
  }

  /// - Parameters:
  ///   - seen: called with each entry and its directory, for who looks for something else on the same walk.
  ///   - opened: called with each directory.
  static func scan(
    project: String, patterns: [Glob], seen: (DirectoryEntry, [UInt8]) -> Void,
    opened: (borrowing Descriptor, [UInt8]) -> Void = { _, _ in }
  ) throws(Fault) -> Scan {
    let walk = try SensitiveWalk(project: project, patterns: SensitivePatterns(patterns))
    var scan = Scan()
    try walk.visit(below: [], into: &scan, seen: seen, opened: opened)
    // By bytes: two spellings of an accented name are two files.
    scan.masks = scan.masks.exact.sortedTexts()
    return scan
  }
}
