package import BaileyCore

/// Says which changes plant code for later: code or settings that something runs without the person asking for it by name.
///
/// Pure: names, modes, targets and bytes in, reasons out. It errs towards a reason: what cannot be read or parsed is risky. Ordinary
/// source is not: whoever runs a program after a review runs what was reviewed.
package struct RiskClassifier: Sendable {
  /// Directories that the user's own `core.hooksPath` names, relative to the project, folded.
  private let hookDirectories: [[String]]

  package init(hookDirectories: [[UInt8]] = []) {
    self.hookDirectories = hookDirectories.map { $0.split(separator: UInt8(ascii: "/")).map(foldedName) }
      .filter { !$0.isEmpty }
  }

  /// - Parameters:
  ///   - path: relative to the project.
  ///   - oldMode: permission bits, with or without the type bits; `nil` where there was nothing.
  ///   - newContent: the bytes that would be applied, asked for only where a rule depends on them; `nil` if unreadable or too large.
  /// - Returns: each code once, in a fixed order; empty for a change without risk.
  package func risks(
    path: [UInt8], kind: Change.Kind, type: Change.FileType, oldMode: UInt16?, newMode: UInt16?, newTarget: [UInt8]?,
    newContent: () -> [UInt8]?, oldContent: () -> [UInt8]?
  ) -> [Risk] {
    var found: Set<RiskKind> = modeRisks(kind: kind, type: type, old: oldMode, new: newMode)
    if type == .symlink, kind != .deleted { found.formUnion(linkRisks(path: path, target: newTarget ?? [])) }
    if type == .other, kind != .deleted { found.insert(.specialFile) }
    if type != .directory {
      let names = path.split(separator: UInt8(ascii: "/")).map(foldedName)
      let named = nameRisks(path: path, names: names)
      let runsNothingNew = kind == .deleted || (kind == .modeChanged && found.isEmpty)
      found.formUnion(runsNothingNew ? named.filter(\.deletionMatters) : named)
      if !runsNothingNew, named.isEmpty || named == [.gitConfig] {
        refine(&found, names: names, isNew: kind == .added, new: newContent, old: oldContent)
      }
    }
    return RiskKind.allCases.filter(found.contains).map(\.risk)
  }

  private func modeRisks(kind: Change.Kind, type: Change.FileType, old: UInt16?, new: UInt16?) -> Set<RiskKind> {
    guard kind != .deleted, type == .file || type == .directory, let new else { return [] }
    let gained = new & ~(old ?? 0)
    var found: Set<RiskKind> = []
    // A program that already had the bit and has new content is as bad as a new one.
    if new & 0o6000 != 0, gained & 0o6000 != 0 || kind != .modeChanged { found.insert(.setuid) }
    if type == .file, gained & 0o111 != 0, (old ?? 0) & 0o111 == 0 { found.insert(.executable) }
    return found
  }

  /// Judges by the name alone.
  private func nameRisks(path: [UInt8], names: [String]) -> Set<RiskKind> {
    var found: Set<RiskKind> = []
    switch GitPath(path, isDirectory: false) {
    case .outside: break
    case .state: return []
    case .hook: return [.gitHook]
    case .config: return [.gitConfig]
    case .redirection: return [.gitRepository]
    }
    for (index, name) in names.enumerated() {
      if let kind = RiskTables.directories[name] { found.insert(kind) }
      if index > 0, let kind = RiskTables.pairs[names[index - 1] + "/" + name] { found.insert(kind) }
    }
    if let name = names.last { found.formUnion(fileRisks(name, parent: names.dropLast().last)) }
    for directory in hookDirectories
    where names.count > directory.count && Array(names.prefix(directory.count)) == directory {
      found.insert(.gitHook)
    }
    return found
  }

  private func fileRisks(_ name: String, parent: String?) -> Set<RiskKind> {
    var found: Set<RiskKind> = []
    if let kind = RiskTables.files[name] { found.insert(kind) }
    for (prefix, kind) in RiskTables.prefixes where name.hasPrefix(prefix) { found.insert(kind) }
    for (suffix, kind) in RiskTables.suffixes where name.hasSuffix(suffix) { found.insert(kind) }
    if parent == "hooks", RiskTables.hookNames.contains(name) { found.insert(.gitHook) }
    return found
  }

  /// Judges by content where the name alone would accuse every project, or no one.
  private func refine(
    _ found: inout Set<RiskKind>, names: [String], isNew: Bool, new: () -> [UInt8]?, old: () -> [UInt8]?
  ) {
    guard let name = names.last else { return }
    if found.contains(.gitConfig) {
      // Plain settings in the place of the person's are no template: they may be missing what he relies on.
      if isNew, let content = new(), GitTemplate.isUntouched(name: name, content: content) { found.remove(.gitConfig) }
      return
    }
    switch name {
    case "package.json":
      if PackageFile.npm(inDependencies: names.contains("node_modules")).changed(old(), new()) {
        found.insert(.packageScript)
      }
    case "composer.json": if PackageFile.composer.changed(old(), new()) { found.insert(.packageScript) }
    case "deno.json", "deno.jsonc": if PackageFile.deno.changed(old(), new()) { found.insert(.packageScript) }
    case "pyproject.toml":
      if TOMLSections.changed(["build-system", "tool.uv", "tool.poetry.build"], old(), new()) {
        found.insert(.packageScript)
      }
    case "cargo.toml": if TOMLSections.buildKey(old(), new()) { found.insert(.buildScript) }
    case ".gitattributes":
      if GitTemplate.drivers(in: old()) != GitTemplate.drivers(in: new()) { found.insert(.gitAttributes) }
    case "config": if GitTemplate.isGitConfig(new()) { found.insert(.gitConfig) }
    case "head": if GitTemplate.isHead(new()) { found.insert(.gitRepository) }
    default: break
    }
  }

  /// Resolves the target by its letters alone.
  ///
  /// Leading `..` up to the link's depth stay inside, since the directories above a changed path are real ones. A `..` after a name
  /// does not count as inside: the name may itself be a link.
  private func linkRisks(path: [UInt8], target: [UInt8]) -> Set<RiskKind> {
    var found: Set<RiskKind> = []
    let parts = target.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
    let depth = path.split(separator: UInt8(ascii: "/")).count - 1
    let dotDot = ArraySlice("..".utf8)
    let leading = parts.prefix { $0 == dotDot }.count
    if target.first == UInt8(ascii: "/") || target.isEmpty || leading > depth
      || parts.dropFirst(leading).contains(dotDot)
    {
      found.insert(.symlinkOut)
    }
    if parts.contains(where: { foldedName($0) == ".git" }) { found.insert(.gitConfig) }
    return found
  }
}
