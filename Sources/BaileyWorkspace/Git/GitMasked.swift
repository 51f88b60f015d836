internal import BaileyCore
internal import BaileyLinux

/// Keeps git inside a session from stumbling over files that it cannot read there.
///
/// A file that is masked, or left out of a copy, looks changed or deleted to git: `git add -A`, `git commit -a` and `git stash` would fail on
/// it, or commit its deletion. In the session's own index a tracked one gets the skip-worktree bit (git-update-index(1)); an untracked one is
/// named in the session's own `info/exclude`. The person's repository is not touched.
///
/// git is given a copy of the index and nothing else of the project's: neither its settings, which can name programs (filters), nor its working
/// tree. An index written without one keeps the time of the old, by which git knows the entries that it must look at again.
struct GitMasked: ~Copyable {
  private let git: GitCommand
  private let deadline: Int64
  private let scratch: String

  /// Milliseconds for all repositories of a start.
  static let patience: Int32 = 20_000
  /// Paths on one command line.
  private static let batch = 250

  private var repository: String { scratch + "/git" }
  private var index: String { scratch + "/index" }

  /// - Parameter directory: private; a folder in it is made, and removed at the end.
  init(binary: String, directory: String, now: Int64) throws(Fault) {
    scratch = directory + "/masked"
    git = GitCommand(binary: binary, scratch: scratch, timeout: Self.patience)
    deadline = now + Int64(Self.patience) * 1_000_000
    let scratch = scratch
    try attempting("preparing the session's index", Array(scratch.utf8)) { () throws(Errno) in
      try Descriptor.makeDirectories(scratch + "/empty")
      for name in ["objects", "refs"] { try Descriptor.makeDirectories(scratch + "/git/" + name) }
      let repository = try Descriptor.open(scratch + "/git", [.readOnly, .directory])
      try repository.open("HEAD", [.writeOnly, .create, .exclusive], mode: 0o600).writeAll("ref: refs/heads/main\n")
    }
  }

  deinit {
    guard let parent = try? Descriptor.open(String(scratch.dropLast("/masked".count)), [.readOnly, .directory]) else {
      return
    }
    try? parent.removeTree("masked")
  }

  /// Gives tracked files among `paths` the skip-worktree bit.
  ///
  /// - Parameters:
  ///   - paths: relative to the repository's working tree, in UTF-8; a directory means all in it.
  ///   - directory: the session's copy of its git directory.
  func skip(_ paths: [String], sha256: Bool, in directory: borrowing Descriptor) throws(Fault) {
    guard let old = try take(from: directory, sha256: sha256) else { return }
    var known: [[UInt8]] = []
    var rest = paths[...]
    while !rest.isEmpty {
      known += Self.plain(
        try run(["--literal-pathspecs", "ls-files", "-z", "--stage", "--"] + rest.prefix(Self.batch)))
      rest = rest.dropFirst(Self.batch)
    }
    if known.isEmpty { return }
    _ = try run(["update-index", "-z", "--skip-worktree", "--stdin"], input: Array(known.map { $0 + [0] }.joined()))
    try put(into: directory, old)
  }

  /// `nil` where there is no index. A link in its place is none: it could lead to another repository's.
  private func take(from directory: borrowing Descriptor, sha256: Bool) throws(Fault) -> FileStatus? {
    let format = sha256 ? "\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n" : ""
    return try working { () throws(Errno) in
      let repository = try Descriptor.open(scratch + "/git", [.readOnly, .directory])
      try repository.open("config", [.writeOnly, .create, .truncate], mode: 0o600).writeAll("[core]\n" + format)
      guard try directory.find(Array("index".utf8))?.isRegular == true else { return nil }
      let old = try directory.regular(Array("index".utf8))
      let copy = try Descriptor.open(scratch + "/index", [.writeOnly, .create, .truncate], mode: 0o600)
      try copy.copyContents(of: old)
      return try old.status()
    }
  }

  private func put(into directory: borrowing Descriptor, _ old: FileStatus) throws(Fault) {
    try working { () throws(Errno) in
      let name = Array("index.bailey".utf8)
      let changed = try Descriptor.open(scratch + "/index", [.readOnly, .noFollow])
      let new = try directory.open(name, [.writeOnly, .create, .exclusive, .noFollow], mode: old.mode & 0o666 | 0o600)
      try new.copyContents(of: changed)
      try new.setTimes(accessed: nil, modified: old.modified)
      try directory.rename(name, to: Array("index".utf8))
    }
  }

  private func working<Value: ~Copyable>(_ body: () throws(Errno) -> Value) throws(Fault) -> Value {
    try attempting("setting masked files aside in the session's index", Array(scratch.utf8), body)
  }

  private func run(_ arguments: [String], input: [UInt8] = []) throws(Fault) -> [UInt8] {
    var git = git
    git.timeout = Int32(clamping: max(0, (deadline - Clock.monotonic) / 1_000_000))
    guard git.timeout > 0 else { throw Fault("git-failed", why: "it takes too long") }
    let result = try git.run(
      arguments, repository: repository, workTree: scratch + "/empty", index: index, input: input)
    guard result.succeeded else { throw Fault("git-failed", why: result.errors) }
    return result.output
  }

  /// Of `ls-files --stage` those paths that are not in conflict: `MODE OBJECT STAGE<tab>PATH`.
  private static func plain(_ output: [UInt8]) -> [[UInt8]] {
    output.split(separator: 0).compactMap { line in
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")), line[..<tab].last == UInt8(ascii: "0") else {
        return nil
      }
      return Array(line[(tab + 1)...])
    }
  }

  /// The line of gitignore(5) that means exactly this path; `nil` for a name that no line can have.
  static func pattern(_ path: String) -> String? {
    if path.utf8.contains(UInt8(ascii: "\n")) || path.utf8.contains(UInt8(ascii: "\r")) { return nil }
    var line = "/"
    for scalar in path.unicodeScalars {
      if "*?[]\\ ".unicodeScalars.contains(scalar) { line += "\\" }
      line.unicodeScalars.append(scalar)
    }
    return line
  }
}

extension GitSnapshot {
  /// Lines that a session's `info/exclude` gets at most: git tries each on every path.
  private static let excluded = 1000

  /// Lets the session's git pass over what is masked. What fails is told and no more: it opens nothing.
  ///
  /// - Parameter copy: the session's copy of the project; `nil` in a staged workspace.
  mutating func pass(over masks: [String], _ baseline: GitBaseline, scratch: String, copy: String?) -> [String] {
    guard !masks.isEmpty, !baseline.repositories.isEmpty, let binary = GitCommand.find() else { return [] }
    let locations = baseline.repositories.values.map(\.location).sorted {
      $0.topLevel.utf8.lexicographicallyPrecedes($1.topLevel.utf8)
    }
    var notices: [String] = []
    do throws(Fault) {
      let masked = try GitMasked(binary: binary, directory: scratch, now: Clock.monotonic)
      for location in locations.prefix(Self.maximum) {
        let paths = Self.paths(masks, in: location, among: locations)
        if paths.isEmpty { continue }
        do throws(Fault) { try pass(over: paths, masked, location, copy) } catch {
          notices.append(Self.notice(location.topLevel, error))
        }
      }
    } catch {
      notices.append(Self.notice(project, error))
    }
    return notices
  }

  private static func notice(_ place: String, _ fault: Fault) -> String {
    "git shows masked files of \(printable(place)) as changed: \(printable(fault.why))"
  }

  /// Those of a repository that are in no other one below it.
  private static func paths(_ masks: [String], in location: GitLocation, among all: [GitLocation]) -> [String] {
    let top = ExactText(location.topLevel)
    let own = masks.filter { ExactText($0).relative(below: top) != nil }
    if own.isEmpty { return [] }
    let nested = all.prefix(maximum).map { ExactText($0.topLevel) }.filter { $0.relative(below: top) != nil }
    return own.filter { mask in !nested.contains { ExactText(mask).relative(below: $0) != nil } }
      .compactMap { ExactText($0).relative(below: top).map { String(decoding: $0, as: UTF8.self) } }
  }

  private mutating func pass(
    over paths: [String], _ masked: borrowing GitMasked, _ location: GitLocation, _ copy: String?
  ) throws(Fault) {
    guard let (root, common) = place(of: location.commonDirectory, copy) else { return }
    let below =
      location.isLinkedWorktree
      ? ExactText(location.gitDirectory).relative(below: ExactText(location.commonDirectory)) : []
    guard let below else { return }
    let directory = try open(root, join(common, below))
    try masked.skip(paths, sha256: location.hasSHA256, in: directory)
    // A copy has no masked files, only none of them.
    if copy != nil { return }
    let lines = paths.prefix(Self.excluded).compactMap(GitMasked.pattern)
    let project = project
    let place = try open(root, common)
    try attempting("excluding masked files", Array(location.topLevel.utf8)) { () throws(Errno) in
      try exclude(lines, in: place, relative: ExactText(location.commonDirectory).relative(below: ExactText(project)))
    }
  }

  private func open(_ root: String, _ path: [UInt8]) throws(Fault) -> Descriptor {
    try attempting("opening the session's git directory", path) { () throws(Errno) in
      let root = try Descriptor.open(root, [.readOnly, .directory])
      return try root.open(
        path.isEmpty ? [UInt8(ascii: ".")] : path, [.readOnly, .directory, .noFollow], resolve: [.beneath, .noSymlinks])
    }
  }

  /// Where the session's git directory lies on the host: a directory of Bailey's, and the path below it, on which no link counts.
  private func place(of common: String, _ copy: String?) -> (root: String, path: [UInt8])? {
    if let number = own.outside.firstIndex(where: { ExactText($0) == ExactText(common) }) {
      return ("\(outside)/\(number)", [])
    }
    guard let relative = ExactText(common).relative(below: ExactText(project)),
      copy != nil || own.inProject.contains(relative), let root = copy ?? upper
    else { return nil }
    return (root, relative)
  }

  /// Their lines are the session's: a change of the file cannot go back over the person's.
  private mutating func exclude(_ lines: [String], in directory: borrowing Descriptor, relative: [UInt8]?)
    throws(Errno)
  {
    do throws(Errno) { try directory.makeDirectory("info", mode: 0o755) } catch { if error != .exists { throw error } }
    let file = try directory.open(
      Array("info/exclude".utf8), [.writeOnly, .create, .append, .noFollow], mode: 0o644,
      resolve: [.beneath, .noSymlinks])
    try file.writeAll("\n# Masked in this session by Bailey\n" + lines.map { $0 + "\n" }.joined())
    guard let relative else { return }
    note(join(relative, Array("info/exclude".utf8)), Stamp(try file.status()))
  }
}
