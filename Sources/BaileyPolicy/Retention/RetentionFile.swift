package import BaileyCore
import BaileyLinux

/// `retention.yaml`: what of the recordings and diffs goes by itself, and how long they stay at least.
///
/// Read anew for every use. A file that cannot be read in full is a fault, and then nothing is erased.
package struct RetentionFile: Sendable {
  package static let name = "retention.yaml"
  private static let kinds: [(key: String, kind: PayloadKind)] = [
    ("recordings", .recording), ("diffs", .diff), ("provenance", .provenance),
  ]
  /// Days: a century.
  private static let longest: Int64 = 36_525

  let file: String

  /// The administrator's and the person's, on a thread of its own.
  package static func load(configuration: String, administrator: String = "/etc/bailey") async throws(Fault)
    -> RetentionPolicy
  {
    try await onOwnThread("retention") { () throws(Fault) in
      RetentionPolicy(
        administrator: try read("\(administrator)/\(name)", DiskFiles()),
        person: try read("\(configuration)/\(name)", DiskFiles()))
    }
  }

  static func read(_ path: String, _ storage: any PolicyStorage) throws(Fault) -> RetentionPolicy {
    guard let file = try storage.read(path, limit: 16 << 10) else { return RetentionPolicy() }
    guard file.mode & 0o022 == 0 else {
      throw Fault("retention-settings", subject: path, why: "others than its owner can write it", hint: "chmod go-w it")
    }
    return try RetentionFile(file: path).read(file.bytes)
  }

  func read(_ bytes: [UInt8]) throws(Fault) -> RetentionPolicy {
    let root: YAMLNode
    do { root = try YAMLReader(file: file).read(bytes) } catch { throw ManifestIssue.fault([error], file: file) }
    let members = try members(root, Self.kinds.map(\.key) + ["minimum-age"])
    var policy = RetentionPolicy()
    if let node = members["minimum-age"] { policy.minimumAge = try age(node, "minimum-age") }
    for (key, kind) in Self.kinds {
      guard let node = members[key] else { continue }
      policy.limits[kind] = try limit(node, above: policy.minimumAge)
    }
    return policy
  }

  private func limit(_ node: YAMLNode, above minimum: Int64) throws(Fault) -> RetentionPolicy.Limit {
    let members = try members(node, ["max-age", "max-size"])
    var limit = RetentionPolicy.Limit()
    if let node = members["max-age"] {
      let age = try age(node, "max-age")
      guard age >= minimum else { throw fault("`max-age` is below `minimum-age`", node.mark) }
      limit.maximumAge = age
    }
    if let node = members["max-size"] { limit.maximumSize = try number(node, "max-size", .bytes) }
    return limit
  }

  private func age(_ node: YAMLNode, _ key: String) throws(Fault) -> Int64 {
    let seconds = try number(node, key, .seconds)
    guard seconds <= Self.longest * 86_400 else { throw fault("`\(key)` is at most \(Self.longest)d", node.mark) }
    return seconds
  }

  private func number(_ node: YAMLNode, _ key: String, _ unit: LimitSpelling.Unit) throws(Fault) -> Int64 {
    guard case .scalar(let text, _, let mark) = node, !node.isNull else {
      throw fault("`\(key)` is \(unit.phrase), not \(node.typeName)", node.mark, unit.hint)
    }
    guard let value = LimitSpelling.value(text, unit), value > 0 else {
      throw fault("`\(printable(text))` is not \(unit.phrase)", mark, unit.hint)
    }
    return value
  }

  private func members(_ node: YAMLNode, _ keys: [String]) throws(Fault) -> [String: YAMLNode] {
    try node.members(keys: keys) { fault($0, $1, $2) }
  }

  private func fault(_ why: String, _ mark: Mark, _ hint: String? = nil) -> Fault {
    Fault("retention-settings", subject: "\(file):\(mark.line):\(mark.column)", why: why, hint: hint)
  }
}
