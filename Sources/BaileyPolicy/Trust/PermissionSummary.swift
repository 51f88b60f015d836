package import BaileyCore

/// What a manifest permits, one line each, as a person reads it before agreeing.
package struct PermissionSummary: Sendable, Equatable {
  package struct Line: Sendable, Equatable {
    package var text: String
    package var source: SourceLocation?
  }

  package private(set) var lines: [Line] = []

  package init() {}

  package init(of document: ManifestDocument) {
    let manifest = document.manifest
    for profile in document.extends { add("extends: \(profile)") }
    if let mode = document.workspace { add("workspace: \(mode.rawValue)", at: document.workspaceSource) }
    for rule in manifest.files { add("files: \(rule.access.rawValue) \(rule.path)", at: rule.source) }
    for rule in manifest.network { add("network: \(rule.summary)", at: rule.source) }
    addEnvironment(manifest.environment)
    for wish in manifest.secrets { add("secrets: \(wish.summary)", at: wish.source) }
    addLimits(manifest.limits)
    if let extent = manifest.recording.extent { add("recording: \(extent.rawValue)") }
    if let limit = manifest.recording.limit { add("recording: limit \(limit)") }
    if manifest.recording.isRequired { add("recording: required") }
    if manifest.recording.reads { add("recording: every read, which slows what reads many files") }
    for glob in manifest.sensitive { add("sensitive: \(glob.pattern)") }
    for feature in manifest.optional.map(\.rawValue).sorted() { add("optional: starts without \(feature)") }
    for port in manifest.publish { add("publish: port \(port) on this machine's loopback") }
    for port in manifest.hostPorts { add("host_ports: port \(port) of this machine's loopback") }
  }

  /// What is new and what is gone since `previous`, additions first; `nil` is a first use, where everything is new.
  ///
  /// A line that only moved in the file is no change.
  package func changes(since previous: [String]?) -> [String] {
    let old = (previous ?? []).exact
    let added = lines.filter { !old.contains(ExactText($0.text)) }.map { line in
      "+ " + line.text + (line.source.map { " (\(printable(Self.short($0))))" } ?? "")
    }
    let kept = texts.exact
    return added + (previous ?? []).filter { !kept.contains(ExactText($0)) }.map { "- " + $0 }
  }

  package var texts: [String] { lines.map(\.text) }

  /// The policies that come with a project: they can only tighten, but they do decide.
  mutating func add(policies: PolicyFiles, _ sha256: ([UInt8]) -> String) {
    for (name, bytes) in policies.contents.sorted(by: { $0.key < $1.key }) {
      add("policy: .bailey/policy/\(name) tightens (\(bytes.count) bytes, sha256 \(sha256(bytes).prefix(12)))")
    }
  }

  private mutating func add(_ text: String, at source: SourceLocation? = nil) {
    let line = Line(text: printable(text), source: source)
    if !lines.contains(where: { ExactText($0.text) == ExactText(line.text) }) { lines.append(line) }
  }

  private mutating func addEnvironment(_ rules: EnvironmentRules) {
    for name in rules.pass { add("environment: passes \(name)") }
    for name in rules.set.keys.sorted() { add("environment: sets \(name)=\(rules.set[name]?.prefix(200) ?? "")") }
    for name in rules.secrets { add("environment: passes the secret \(name)") }
  }

  private mutating func addLimits(_ limits: Limits) {
    let stated: [(String, Int64?)] = [
      ("processes", limits.processes.map(Int64.init)), ("memory", limits.memory),
      ("files", limits.files.map(Int64.init)),
      ("file_size", limits.fileSize), ("cpu", limits.cpuSeconds.map(Int64.init)),
      ("wall", limits.wallSeconds.map(Int64.init)), ("upload", limits.uploadBytes), ("tokens", limits.tokens),
      ("cost in millionths of a dollar", limits.cost),
    ]
    for (key, value) in stated { if let value { add("limits: \(key) \(value)") } }
  }

  /// The last component of the file, and the line.
  private static func short(_ source: SourceLocation) -> String {
    let name = source.file.split(separator: "/").last.map(String.init) ?? source.file
    return source.line > 0 ? "\(name):\(source.line)" : name
  }
}

extension SecretWish {
  /// `uses github without seeing it, as GH_TOKEN`.
  fileprivate var summary: String {
    let place = variables.isEmpty ? "" : ", as \(variables.joined(separator: ", "))"
    return "uses \(name) without seeing it\(place)"
  }
}

extension NetworkRule {
  /// `api.github.com:443`, `deny *.example.com`, `tcp 10.0.0.0/8:5432`, `pinned.example:443, unread`.
  fileprivate var summary: String {
    let ports =
      ports.isEmpty ? (access == .deny ? "" : ":443,80") : ":" + ports.map(\.manifestText).joined(separator: ",")
    let protocolText = transport == .any ? "" : "\(transport.rawValue) "
    let accessText = access == .allow ? "" : "\(access.rawValue) "
    let isIPv6 = if case .address(let range) = target { !range.base.isIPv4 } else { false }
    return accessText + protocolText + (isIPv6 ? "[\(targetText)]" : targetText) + ports
      + (isOpaque ? ", unread: TLS passes unopened" : "") + request.summary
  }
}

extension RequestRule {
  /// `, methods GET HEAD, paths /repos/**, body at most 1024 bytes`; all of it, since a person agrees to all of it.
  fileprivate var summary: String {
    let lists = [
      ("methods", methods), ("paths", paths?.map(\.text)), ("query keys", query), ("fields", headers),
      ("content types", contentTypes),
    ]
    let numbers = [("body", maxBody), ("answer", maxResponse), ("bodies of a session", uploadBudget)]
    var parts = lists.compactMap { key, list in list.map { "\(key) \($0.isEmpty ? "none" : $0.joined(separator: " "))" }
    }
    parts += numbers.compactMap { key, number in number.map { "\(key) at most \($0) bytes" } }
    if let identity { parts.append("identity \(identity.text)") }
    if keepsEncodedSlash { parts.append("encoded slashes") }
    return parts.map { ", " + $0 }.joined()
  }
}
