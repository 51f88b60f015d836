internal import BaileyCore
internal import BaileyLinux

/// Keeps git inside a session from stumbling over files that it cannot read there.
///
/// A file that is masked, or left out of a copy, looks changed or deleted to git: `git add -A`, `git commit -a` and `git stash` would fail on
/// it, or commit its deletion. In the session's own index a tracked one gets the skip-worktree bit (git-update-index(1)); an untracked one is
/// named in the session's own `info/exclude`. The person's repository is not touched.
struct GitMasked {
  let git: GitCommand
  /// Absolute paths, as `SensitiveFiles.Scan` has them.
  let masks: [String]

  /// Paths that git is asked about in one repository: they go on a command line.
  static let maximum = 1000

  /// - Parameters:
  ///   - location: on the host.
  ///   - directory: the session's copy of its git directory.
  ///   - nested: top levels of other repositories below this one.
  /// - Returns: lines for `info/exclude`; files that the index does not know and nothing ignores.
  func hide(in location: GitLocation, directory: String, nested: [ExactText]) throws(Fault) -> [[UInt8]] {
    let top = ExactText(location.topLevel)
    let own = masks.lazy.map(ExactText.init).filter { mask in !nested.contains { mask.relative(below: $0) != nil } }
    let paths = own.compactMap { $0.relative(below: top) }
    if paths.isEmpty { return [] }
    guard paths.count <= Self.maximum else {
      throw Fault("git-failed", subject: location.topLevel, why: "more than \(Self.maximum) files are masked")
    }
    let names = paths.map { String(decoding: $0, as: UTF8.self) }
    let known = try list(["ls-files", "-z", "--cached", "--"] + names, location, directory)
    if !known.isEmpty {
      let input = Array(known.map { $0 + [0] }.joined())
      _ = try run(["update-index", "-z", "--skip-worktree", "--stdin"], location, directory, input: input)
    }
    let others = try list(["ls-files", "-z", "--others", "--exclude-standard", "--"] + names, location, directory)
    return others.compactMap(Self.pattern)
  }

  private func list(_ arguments: [String], _ location: GitLocation, _ directory: String) throws(Fault) -> [[UInt8]] {
    try run(["--literal-pathspecs"] + arguments, location, directory, input: []).split(separator: 0).map(Array.init)
  }

  private func run(_ arguments: [String], _ location: GitLocation, _ directory: String, input: [UInt8])
    throws(Fault) -> [UInt8]
  {
    let result = try git.run(arguments, repository: directory, workTree: location.topLevel, input: input)
    guard result.succeeded else { throw Fault("git-failed", subject: location.topLevel, why: result.errors) }
    return result.output
  }

  /// The line of gitignore(5) that means exactly this path; `nil` for a name that no line can have.
  static func pattern(_ path: [UInt8]) -> [UInt8]? {
    if path.contains(UInt8(ascii: "\n")) { return nil }
    let special = Array("*?[]\\ ".utf8)
    return [UInt8(ascii: "/")] + path.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
  }
}

extension GitSnapshot {
  /// Lets the session's git pass over what is masked. What fails is told and no more: it opens nothing.
  ///
  /// - Parameter copy: the session's copy of the project; `nil` in a staged workspace.
  mutating func pass(over masks: [String], _ baseline: GitBaseline, scratch: String, copy: String?) -> [String] {
    guard !masks.isEmpty, !baseline.repositories.isEmpty, let binary = GitCommand.find() else { return [] }
    let masked = GitMasked(git: GitCommand(binary: binary, scratch: scratch, timeout: 20_000), masks: masks)
    var notices: [String] = []
    let locations = baseline.repositories.values.map(\.location).sorted {
      $0.topLevel.utf8.lexicographicallyPrecedes($1.topLevel.utf8)
    }
    for location in locations {
      let top = ExactText(location.topLevel)
      let nested = locations.map { ExactText($0.topLevel) }.filter { $0.relative(below: top) != nil }
      do { try pass(over: masked, location, nested, copy) } catch {
        notices.append("git shows masked files of \(printable(top.text)) as changed: \(printable(error.why))")
      }
    }
    return notices
  }

  private mutating func pass(
    over masked: GitMasked, _ location: GitLocation, _ nested: [ExactText], _ copy: String?
  ) throws(Fault) {
    guard let common = place(of: location.commonDirectory, copy),
      let below = location.isLinkedWorktree
        ? ExactText(location.gitDirectory).relative(below: ExactText(location.commonDirectory)) : []
    else { return }
    let directory = below.isEmpty ? common : common + "/" + String(decoding: below, as: UTF8.self)
    let lines = try masked.hide(in: location, directory: directory, nested: nested)
    // A copy has no masked files, only none of them.
    if copy != nil || lines.isEmpty { return }
    try attempting("excluding masked files", Array(common.utf8)) { () throws(Errno) in
      try exclude(lines, in: common, relative: ExactText(location.commonDirectory).relative(below: ExactText(project)))
    }
  }

  /// Where the session's git directory lies on the host.
  private func place(of common: String, _ copy: String?) -> String? {
    if let number = own.outside.firstIndex(where: { ExactText($0) == ExactText(common) }) {
      return "\(outside)/\(number)"
    }
    guard let relative = ExactText(common).relative(below: ExactText(project)),
      copy != nil || own.inProject.contains(relative), let root = copy ?? upper
    else { return nil }
    return root + "/" + String(decoding: relative, as: UTF8.self)
  }

  /// Their lines are the session's: a change of the file cannot go back over the person's.
  private mutating func exclude(_ lines: [[UInt8]], in common: String, relative: [UInt8]?) throws(Errno) {
    let directory = try Descriptor.open(common, [.readOnly, .directory])
    do throws(Errno) { try directory.makeDirectory("info", mode: 0o755) } catch { if error != .exists { throw error } }
    let file = try directory.open(
      Array("info/exclude".utf8), [.writeOnly, .create, .append, .noFollow], mode: 0o644, resolve: [.beneath])
    let text = Array("\n# Masked in this session by Bailey\n".utf8) + lines.flatMap { $0 + [UInt8(ascii: "\n")] }
    try file.writeAll(text)
    guard let relative else { return }
    note(join(relative, Array("info/exclude".utf8)), Stamp(try file.status()))
  }
}
