import BaileyCore

/// Reads one manifest against the schema of `Policies/schema/manifest.schema.json`.
///
/// Collects every error instead of stopping at the first; nothing is repaired and nothing unknown is ignored. YAML 1.1 as Yams
/// reads it, of which JSON is a part; docs/manifest.md is the reference of the keys.
package struct ManifestReader {
  /// The name under which places in the file are shown.
  let file: String
  /// The person's home, for `~/`.
  let home: String
  var issues: [ManifestIssue] = []
  var document: ManifestDocument

  package static func read(_ bytes: [UInt8], file: String, home: String) throws(ManifestIssues) -> ManifestDocument {
    let root: YAMLNode
    do { root = try YAMLReader(file: file).read(bytes) } catch { throw ManifestIssues(issues: [error]) }
    var reader = ManifestReader(file: file, home: home)
    reader.readRoot(root)
    guard reader.issues.isEmpty else { throw ManifestIssues(issues: reader.issues.sorted(by: Self.precedes)) }
    return reader.document
  }

  private static func precedes(_ left: ManifestIssue, _ right: ManifestIssue) -> Bool {
    (left.source.line, left.source.column) < (right.source.line, right.source.column)
  }

  init(file: String, home: String) {
    self.file = file
    self.home = home
    document = ManifestDocument(file: file)
  }

  package static let keys = [
    "version", "name", "extends", "ceiling", "workspace", "files", "network", "environment", "secrets", "limits",
    "sensitive", "optional", "publish", "host_ports", "recording", "permissions",
  ]

  private mutating func readRoot(_ node: YAMLNode) {
    for member in members(node, of: "the manifest", keys: Self.keys) { read(member) }
  }

  private mutating func read(_ member: YAMLMember) {
    let value = member.value
    switch member.key {
    case "version": readVersion(value)
    case "name": document.manifest.name = text(value, "name") ?? ""
    case "extends": readExtends(value)
    case "ceiling": document.isCeiling = truth(value, "ceiling") ?? false
    case "workspace": readWorkspace(value)
    case "files": for entry in list(value, "files") { readFile(entry) }
    case "network": for entry in list(value, "network") { readNetwork(entry) }
    case "environment": readEnvironment(value)
    case "secrets": for entry in list(value, "secrets") { readSecret(entry) }
    case "limits": readLimits(value)
    case "recording": readRecording(value)
    case "sensitive": for entry in list(value, "sensitive") { readSensitive(entry) }
    case "optional": for entry in list(value, "optional") { readOptional(entry) }
    case "publish": document.manifest.publish += list(value, "publish").compactMap { port($0) }
    case "host_ports": document.manifest.hostPorts += list(value, "host_ports").compactMap { port($0) }
    default: readPermissions(value)
    }
  }

  /// The JSON form: the same lists, one level down.
  private mutating func readPermissions(_ node: YAMLNode) {
    for member in members(node, of: "permissions", keys: ["files", "network", "environment"]) { read(member) }
  }

  private mutating func readVersion(_ node: YAMLNode) {
    guard let version = integer(node, "version") else { return }
    if version != 1 { fail("manifest-version", "this Bailey reads version 1, not \(version)", node.mark) }
  }

  private mutating func readExtends(_ node: YAMLNode) {
    let nodes: [YAMLNode] = if case .sequence(let nodes, _) = node { nodes } else { [node] }
    for node in nodes {
      guard let name = text(node, "extends") else { continue }
      guard BuiltinProfiles.texts[name] != nil else {
        let near = Spelling.nearest(to: name, among: BuiltinProfiles.names).map { "did you mean `\($0)`?" }
        fail(
          "manifest-profile-unknown", "no built-in profile is called `\(printable(name))`", node.mark,
          hint: near ?? "there are \(BuiltinProfiles.names.joined(separator: ", "))")
        continue
      }
      if !document.extends.contains(name) { document.extends.append(name) }
    }
  }

  private mutating func readWorkspace(_ node: YAMLNode) {
    var modeNode = node
    if case .mapping = node {
      let members = members(node, of: "workspace", keys: ["mode"])
      guard let mode = members.first else { return }
      modeNode = mode.value
    }
    guard let mode: WorkspaceMode = choice(modeNode, "workspace") else { return }
    document.workspace = mode
    document.manifest.workspace = mode
    document.workspaceSource = place(modeNode.mark)
  }

  private mutating func readSensitive(_ node: YAMLNode) {
    guard let pattern = text(node, "sensitive") else { return }
    do {
      document.manifest.sensitive.append(try Glob(pattern))
    } catch {
      fail("manifest-glob", "`\(printable(pattern))` is not a pattern: \(error.why)", node.mark, hint: error.hint)
    }
  }

  private mutating func readOptional(_ node: YAMLNode) {
    guard let feature: Feature = choice(node, "optional") else { return }
    document.manifest.optional.insert(feature)
  }
}

extension GlobError {
  fileprivate var why: String {
    switch self {
    case .empty: "it is empty"
    case .tooLong: "it is longer than 4096 bytes"
    case .component(let text): text.isEmpty ? "a component is empty" : "`\(printable(text))` is no component"
    case .unclosedClass: "a `[` has no end, or a range runs backwards"
    case .forbiddenByte(0): "it holds a NUL"
    case .forbiddenByte: "it ends in a backslash"
    case .starsInComponent: "`**` stands beside other characters"
    }
  }

  fileprivate var hint: String? {
    switch self {
    case .starsInComponent: "`**` is a component of its own: `a/**/b`"
    case .unclosedClass: "`\\[` is a bracket that means itself"
    default: nil
    }
  }
}
