/// Names that act by merely being there: what runs, or says what runs, once somebody uses git, an editor, an agent or a shell in the project.
///
/// Not what a person starts by name after a look at it (build files, package scripts, CI): that is what agents are asked to write.
enum StandingNames {
  private static let kinds: Set<RiskKind> = [
    .gitHook, .gitConfig, .gitRepository, .editorTask, .agentSettings, .shellStartup, .toolStartup, .baileySettings,
  ]
  /// What package managers fill with other people's projects, and must be able to empty again.
  private static let dependencies: Set<String> = ["node_modules", "site-packages"]

  /// - Parameter directory: where the name stands, relative to the project.
  static func contains(_ name: [UInt8], in directory: [UInt8], isDirectory: Bool) -> Bool {
    let folded = foldedName(name)
    guard let kind = kind(folded, in: directory, isDirectory), kinds.contains(kind) else { return false }
    let above = directory.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    return !above.contains { $0 == ".git" || dependencies.contains($0) }
  }

  private static func kind(_ name: String, in directory: [UInt8], _ isDirectory: Bool) -> RiskKind? {
    if name == ".git" { return isDirectory ? nil : .gitRepository }
    if let kind = RiskTables.directories[name] { return kind }
    if let parent = directory.split(separator: UInt8(ascii: "/")).last,
      let kind = RiskTables.pairs[foldedName(parent) + "/" + name]
    {
      return kind
    }
    if isDirectory { return nil }
    return RiskTables.files[name] ?? RiskTables.prefixes.first { name.hasPrefix($0.0) }?.1
      ?? RiskTables.suffixes.first { name.hasSuffix($0.0) }?.1
  }
}
