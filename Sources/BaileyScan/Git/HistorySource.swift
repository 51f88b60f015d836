internal import BaileyCore
internal import BaileyLinux

/// Which commits are looked at.
struct HistoryRange: Sendable {
  /// Revisions as rev-list(1) takes them; empty for all refs, notes and stashes.
  var revisions: [String] = []
  /// Seconds since 1970.
  var since: Int64?

  var isWhole: Bool { revisions.isEmpty && since == nil }
}

/// Walks a history from its beginning: the words of each commit, and each version of a file once, where it first came in.
struct HistorySource: TaskSource {
  private let results: ScanResults
  private let range: HistoryRange
  private let commits: GitProcess
  private let trees: GitProcess
  private var changes: RawDiff
  private var versions: VersionTasks
  private var commit: ObjectName?
  /// Where the history ends too early; empty once that was told.
  private var cuts: Set<ObjectName>
  /// Read behind the commits, so that a file is told with the commit that brought it.
  private var refs: OtherRefs?
  private var isOver = false

  init(
    _ repository: GitRepository, _ range: HistoryRange, _ setup: ScanSetup, _ results: ScanResults
  ) throws(Fault) {
    (self.results, self.range) = (results, range)
    versions = VersionTasks(setup, withBefore: !range.isWhole)
    cuts = try repository.cuts()
    commits = try GitProcess(repository, Self.list(range))
    var trees: GitProcess?
    try commits.lendOutput { output throws(Fault) in
      trees = try GitProcess(
        repository,
        [
          "diff-tree", "--stdin", "--always", "--root", "-r", "-m", "-z", "--raw", "--no-renames", "--no-abbrev",
          "--no-ext-diff",
        ],
        reading: output)
    }
    guard let trees else { throw Fault("git-failed", subject: "git diff-tree", why: "it could not be run") }
    self.trees = trees
    changes = RawDiff(trees)
    if range.isWhole { refs = try OtherRefs(repository, results) }
  }

  private static func list(_ range: HistoryRange) -> [String] {
    var words = ["rev-list", "--reverse", "--topo-order"]
    if let since = range.since { words.append("--since-as-filter=@\(since) +0000") }
    return words + (range.revisions.isEmpty ? ["--all"] : ["--end-of-options"] + range.revisions + ["--"])
  }

  mutating func next() -> ScanTask? {
    while !results.isStopping {
      if let task = versions.next() { return task }
      let isBehindCommits = isOver
      do throws(Fault) {
        if isBehindCommits {
          guard let item = try refs?.next() else {
            refs = nil
            return nil
          }
          add(item)
        } else if let item = try changes.next() {
          add(item)
        } else {
          try finish()
        }
      } catch {
        if isBehindCommits { refs = nil }
        isOver = true
        tell(error)
      }
    }
    return nil
  }

  private func tell(_ fault: Fault) { results.tell(ScanProblem(path: Array("history".utf8), fault: fault)) }

  private mutating func finish() throws(Fault) {
    isOver = true
    try trees.end()
    try commits.end()
  }

  private mutating func add(_ item: RawDiff.Item) {
    switch item {
    case .commit(let name):
      // A merge is named once for each parent.
      guard name != commit else { return }
      commit = name
      if cuts.contains(name) { tellCut() }
      versions.add(.message(name), path: Array("message of \(name.text.prefix(12))".utf8), commit: name)
    case .change(let mode, let old, let new, let path):
      if mode == VersionTasks.submodule { results.skip(.submodules) }
      versions.add(mode, range.isWhole ? nil : old, new, path, commit: commit)
    }
  }

  private mutating func add(_ item: OtherRefs.Item) {
    switch item {
    case .words(let name): versions.add(.message(name), path: Array("tag \(name.text.prefix(12))".utf8), commit: nil)
    case .file(let mode, let name, let path):
      if mode == VersionTasks.submodule { results.skip(.submodules) }
      versions.add(mode, nil, name, path, commit: nil)
    }
  }

  private mutating func tellCut() {
    let why =
      "this is a shallow clone: what came before its \(TextReport.counted(cuts.count, "oldest commit")) is not here"
    tell(Fault("scan-history-cut", why: why, hint: "git fetch --unshallow gets the rest"))
    cuts = []
  }
}
