internal import BaileyCore
internal import BaileyLinux
internal import BaileyWorkspace

/// Walks what was named on the command line, directories in the order of the bytes of their names.
///
/// Links are not followed, other mounts are entered. A directory deeper than a path may be long cannot be read, and that is told.
struct TreeSource: TaskSource {
  private struct Level {
    var path: [UInt8]
    /// The last comes first.
    var entries: [DirectoryEntry]
    var rules: IgnoreRules
    /// Below a directory `.git`.
    var isGit: Bool
  }

  private let results: ScanResults
  private let excluding: [String]
  private let honoursIgnoreFiles: Bool
  /// The last comes first.
  private var arguments: [String]
  private var number = 0
  private var root: ScanRoot?
  /// Shown before the path of each entry.
  private var prefix: [UInt8] = []
  /// From the top of the repository to the root, with a slash behind it.
  private var above: [UInt8] = []
  private var levels: [Level] = []

  init(_ arguments: [String], excluding: [String], honoursIgnoreFiles: Bool, _ results: ScanResults) {
    self.arguments = arguments.reversed()
    (self.excluding, self.honoursIgnoreFiles, self.results) = (excluding, honoursIgnoreFiles, results)
  }

  mutating func next() -> ScanTask? {
    while true {
      if let content = nextEntry() { return content }
      guard let argument = arguments.popLast() else { return nil }
      if let content = begin(argument) { return content }
    }
  }

  private mutating func task(_ content: ScanTask.Content, _ path: [UInt8]) -> ScanTask {
    defer { number += 1 }
    return ScanTask(number: number, content: content, path: path)
  }

  // MARK: arguments

  private mutating func begin(_ argument: String) -> ScanTask? {
    let path = ShownPath.normal(argument)
    do throws(Errno) {
      guard try Descriptor.status(of: argument, followingLinks: true).isDirectory else {
        return task(.file(argument), Array(path.utf8))
      }
      let root = ScanRoot(try Descriptor.open(argument, [.readOnly, .directory]))
      self.root = root
      prefix = path == "." ? [] : Array((path == "/" ? path : path + "/").utf8)
      var rules = IgnoreRules(excluding: excluding)
      above = []
      if honoursIgnoreFiles { addRulesAbove(argument, &rules) }
      enter([], rules, isGit: path.hasSuffix("/.git") || path == ".git")
    } catch {
      results.tell(ScanProblem(path: Array(path.utf8), fault: Fault("scan-unreadable", why: error.message)))
    }
    return nil
  }

  /// Those of the repository's directories above what is scanned.
  private mutating func addRulesAbove(_ argument: String, _ rules: inout IgnoreRules) {
    guard let real = try? Descriptor.realPath(argument), let path = String(validating: real, as: UTF8.self),
      let repository = GitLocation.find(for: path)
    else { return }
    let inner = ExactText(path).relative(below: ExactText(repository.topLevel)) ?? []
    add(repository.commonDirectory + "/info/exclude", base: [], &rules)
    var base: [UInt8] = []
    for name in inner.split(separator: IgnorePattern.slash) {
      for file in Self.ignoreFiles {
        add(repository.topLevel + "/" + String(decoding: base, as: UTF8.self) + file, base: base, &rules)
      }
      base += name + [IgnorePattern.slash]
    }
    above = base
  }

  private func add(_ path: String, base: [UInt8], _ rules: inout IgnoreRules) {
    guard let file = try? Descriptor.open(path, [.readOnly, .nonBlocking, .noControllingTerminal, .noFollow]),
      let text = try? WholeFile.read(file, limit: IgnoreFile.maximumBytes).bytes
    else { return }
    rules.add(IgnoreFile(text, base: base))
  }

  // MARK: directories

  static let ignoreFiles = [".gitignore", ".baileyignore"]
  private static let dotGit = Array(".git".utf8)
  /// What git keeps for itself or packed: `--git` reads it.
  private static let packed = ["objects", "lfs", "logs", "index", "packed-refs", "COMMIT_EDITMSG"].map {
    Array($0.utf8)
  }

  private mutating func nextEntry() -> ScanTask? {
    while !levels.isEmpty, !results.isStopping {
      guard let entry = levels[levels.count - 1].entries.popLast() else {
        levels.removeLast()
        continue
      }
      if let content = visit(entry, levels[levels.count - 1]) { return content }
    }
    levels = []
    return nil
  }

  private mutating func visit(_ entry: DirectoryEntry, _ level: Level) -> ScanTask? {
    guard let root else { return nil }
    let path = (level.path.isEmpty ? [] : level.path + [IgnorePattern.slash]) + entry.name
    if level.isGit, Self.packed.contains(entry.name) {
      results.skip(.repositories)
      return nil
    }
    let type = entry.type == .unknown ? Self.type(of: path, root) : entry.type
    guard type == .directory || type == .regular else {
      if type == .unknown { return task(.entry(root, path), prefix + path) }
      results.skip(type == .symlink ? .links : .special)
      return nil
    }
    let isGit = level.isGit || entry.name == Self.dotGit
    if !isGit, level.rules.ignores(above + path, inner: path, isDirectory: type == .directory) {
      results.skip(.ignored)
      return nil
    }
    if type == .regular { return task(.entry(root, path), prefix + path) }
    enter(path, level.rules, isGit: isGit)
    return nil
  }

  private static func type(of path: [UInt8], _ root: ScanRoot) -> FileType {
    (try? root.open(path, [.path, .noFollow]).status().type) ?? .unknown
  }

  private mutating func enter(_ path: [UInt8], _ rules: IgnoreRules, isGit: Bool) {
    guard let root else { return }
    var rules = rules
    do throws(Errno) {
      let entries = try root.open(path, [.readOnly, .directory, .noFollow]).entries()
      if honoursIgnoreFiles, !isGit { addRules(of: path, entries, root, &rules) }
      let sorted = entries.sorted { $1.name.lexicographicallyPrecedes($0.name) }
      levels.append(Level(path: path, entries: sorted, rules: rules, isGit: isGit))
    } catch {
      results.tell(ScanProblem(path: prefix + path, fault: Fault("scan-unreadable", why: error.message)))
    }
  }

  private func addRules(of path: [UInt8], _ entries: [DirectoryEntry], _ root: ScanRoot, _ rules: inout IgnoreRules) {
    let inner = path.isEmpty ? [] : path + [IgnorePattern.slash]
    for name in Self.ignoreFiles.map({ Array($0.utf8) }) where entries.contains(where: { $0.name == name }) {
      guard let file = try? root.open(inner + name, [.readOnly, .nonBlocking, .noControllingTerminal, .noFollow]),
        let text = try? WholeFile.read(file, limit: IgnoreFile.maximumBytes).bytes
      else { continue }
      rules.add(IgnoreFile(text, base: above + inner))
    }
  }
}

/// How a path of the command line is shown, and so known to baselines.
enum ShownPath {
  /// Without `.`, double and last slashes; below the working directory relative to it. `..` stays: a link may be before it.
  static func normal(_ path: String) -> String {
    let names = path.utf8.split(separator: IgnorePattern.slash).filter { !$0.elementsEqual(".".utf8) }
    let text = names.map { String(Substring($0)) }.joined(separator: "/")
    guard path.utf8.first == IgnorePattern.slash else { return text.isEmpty ? "." : text }
    guard let here = try? CurrentProcess.workingDirectory(), here.count > 1 else { return "/" + text }
    let absolute = ExactText("/" + text), directory = ExactText(String(decoding: here, as: UTF8.self))
    if absolute == directory { return "." }
    return absolute.relative(below: directory).map { String(decoding: $0, as: UTF8.self) } ?? absolute.text
  }
}

/// The standard input as one task.
struct InputSource: TaskSource {
  var name: String
  private var isGiven = false

  init(name: String) { self.name = name }

  mutating func next() -> ScanTask? {
    defer { isGiven = true }
    return isGiven ? nil : ScanTask(number: 0, content: .input, path: Array(name.utf8))
  }
}
