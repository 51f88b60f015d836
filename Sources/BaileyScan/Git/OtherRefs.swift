internal import BaileyCore

/// What refs lead to besides commits: the words of tags, also of tags of tags, and files and trees that no commit has.
struct OtherRefs {
  enum Item {
    /// Of a tag.
    case words(ObjectName)
    /// Its path is that of the ref, and behind it that in the tree.
    case file(mode: String, ObjectName, path: [UInt8])
  }

  private struct Target {
    var type: String
    var name: ObjectName
    var ref: [UInt8]
  }

  private struct Tree {
    let git: GitProcess
    var files: RawDiff
    var ref: [UInt8]
  }

  private let repository: GitRepository
  private let results: ScanResults
  private let refs: GitProcess
  private var buffer: ArraySlice<UInt8> = []
  private var objects: ObjectReader?
  private var tags: Set<ObjectName> = []
  /// What the last tag is of.
  private var tagged: Target?
  private var tree: Tree?

  init(_ repository: GitRepository, _ results: ScanResults) throws(Fault) {
    (self.repository, self.results) = (repository, results)
    refs = try GitProcess(repository, ["for-each-ref", "--format=%(objecttype) %(objectname) %(refname)"])
  }

  /// Nil at the end. What one ref leads to may be missing or damaged: that is told, and the rest is read.
  mutating func next() throws(Fault) -> Item? {
    while true {
      if let item = nextFile() { return item }
      guard let target = try nextTarget() else { return nil }
      do throws(Fault) {
        switch target.type {
        case "tag" where tags.insert(target.name).inserted:
          defer { follow(target) }
          return .words(target.name)
        case "blob": return .file(mode: "100644", target.name, path: target.ref)
        case "tree": tree = try open(target)
        default: break
        }
      } catch {
        results.tell(ScanProblem(path: target.ref, fault: error))
      }
    }
  }

  private mutating func nextTarget() throws(Fault) -> Target? {
    if let target = tagged {
      tagged = nil
      return target
    }
    guard let line = try line() else { return nil }
    let words = line.split(separator: 0x20, maxSplits: 2)
    guard words.count == 3, let name = ObjectName(words[1]) else {
      throw Fault("git-failed", subject: "git for-each-ref", why: "its list of refs is not as expected")
    }
    return Target(type: String(decoding: words[0], as: UTF8.self), name: name, ref: Array(words[2]))
  }

  private mutating func line() throws(Fault) -> ArraySlice<UInt8>? {
    while true {
      if let end = buffer.firstIndex(of: 0x0A) {
        defer { buffer = buffer[(end + 1)...] }
        return buffer[..<end]
      }
      guard let bytes = try refs.read() else {
        try refs.end()
        return nil
      }
      buffer = buffer + bytes
    }
  }

  // MARK: tags

  private mutating func follow(_ tag: Target) {
    do throws(Fault) {
      let reader = if let objects { objects } else { try ObjectReader(repository) }
      objects = reader
      let fields = try reader.whole(tag.name).split(separator: 0x0A, maxSplits: 2).prefix(2)
        .map { $0.split(separator: 0x20) }
      guard fields.count == 2, fields[0].count == 2, fields[1].count == 2, let name = ObjectName(fields[0][1]) else {
        throw Fault("scan-object-missing", subject: tag.name.text, why: "this tag does not say what it is of")
      }
      tagged = Target(type: String(decoding: fields[1][1], as: UTF8.self), name: name, ref: tag.ref)
    } catch {
      objects = nil
      results.tell(ScanProblem(path: tag.ref, fault: error))
    }
  }

  // MARK: trees

  private func open(_ target: Target) throws(Fault) -> Tree {
    let git = try GitProcess(
      repository,
      [
        "diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff", try repository.emptyTree(),
        target.name.text,
      ])
    return Tree(git: git, files: RawDiff(git), ref: target.ref)
  }

  private mutating func nextFile() -> Item? {
    guard var open = tree else { return nil }
    do throws(Fault) {
      if case .change(let mode, _, let name, let path) = try open.files.next() {
        tree = open
        return .file(mode: mode, name, path: open.ref + [IgnorePattern.slash] + path)
      }
      tree = nil
      try open.git.end()
    } catch {
      tree = nil
      results.tell(ScanProblem(path: open.ref, fault: error))
    }
    return nil
  }
}
