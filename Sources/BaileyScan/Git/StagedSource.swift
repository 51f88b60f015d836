internal import BaileyCore

/// What is about to be committed, against what was committed last.
struct StagedSource: TaskSource {
  private let results: ScanResults
  private let git: GitProcess
  private var changes: RawDiff
  private var versions: VersionTasks
  private var isOver = false

  init(_ repository: GitRepository, _ setup: ScanSetup, _ results: ScanResults) throws(Fault) {
    self.results = results
    versions = VersionTasks(setup, withBefore: true)
    var base = "HEAD"
    if (try? repository.answer(["rev-parse", "--verify", "--quiet", "HEAD^{tree}"])) == nil {
      // Nothing was committed yet: the empty tree, as this repository names it.
      base = try repository.emptyTree()
    }
    git = try GitProcess(
      repository, ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", base, "--"])
    changes = RawDiff(git)
  }

  mutating func next() -> ScanTask? {
    while !results.isStopping {
      if let task = versions.next() { return task }
      if isOver { return nil }
      do throws(Fault) {
        if let item = try changes.next() { add(item) } else { try finish() }
      } catch {
        isOver = true
        results.tell(ScanProblem(path: Array("index".utf8), fault: error))
      }
    }
    return nil
  }

  private mutating func add(_ item: RawDiff.Item) {
    guard case .change(let mode, let old, let new, let path) = item else { return }
    if mode == VersionTasks.submodule { results.skip(.submodules) }
    versions.add(mode, old, new, path, commit: nil)
  }

  private mutating func finish() throws(Fault) {
    isOver = true
    try git.end()
  }
}
