/// What is known and accepted.
public struct Allowlist: Sendable {
  public var rules: Set<String> = []
  public var fingerprints: Set<String> = []
  /// Paths, or ends of them; `*` stands for anything.
  public var paths: [String] = []
  /// Whether the comment `bailey:allow` in the same line counts. Never for what an agent wrote.
  public var honoursComments = false

  public init() {}

  static let comment = Array("bailey:allow".utf8)

  public func covers(_ finding: Finding, path: String?) -> Bool {
    if rules.contains(finding.rule) || fingerprints.contains(finding.fingerprint) { return true }
    return path.map(covers(path:)) ?? false
  }

  /// Whether everything at this path is accepted.
  public func covers(path: String) -> Bool {
    paths.contains { Self.matches(Array($0.utf8), Array(path.utf8)) }
  }

  /// A glob with stars only, read from the end of a path component.
  static func matches(_ glob: [UInt8], _ path: [UInt8]) -> Bool {
    if matchesWhole(glob[...], path[...]) { return true }
    return path.indices.contains { path[$0] == 0x2F && matchesWhole(glob[...], path[($0 + 1)...]) }
  }

  /// Greedy with one way back, so that time stays in proportion.
  private static func matchesWhole(_ glob: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var (g, t) = (glob.startIndex, text.startIndex)
    var star: (glob: Int, text: Int)?
    while t < text.endIndex {
      if g < glob.endIndex, glob[g] == 0x2A {
        star = (g, t)
        g += 1
      } else if g < glob.endIndex, glob[g] == text[t] {
        (g, t) = (g + 1, t + 1)
      } else if let last = star {
        star = (last.glob, last.text + 1)
        (g, t) = (last.glob + 1, last.text + 1)
      } else {
        return false
      }
    }
    return glob[g...].allSatisfy { $0 == 0x2A }
  }
}
