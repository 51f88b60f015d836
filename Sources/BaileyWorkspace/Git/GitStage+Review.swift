import BaileyCore
import BaileyLinux

extension GitStage {
  /// What the refs of one repository bring that the project has not; `nil` when that is nothing.
  ///
  /// The objects are copied, named anew by their content, and complete: an import of these refs takes these, or none.
  ///
  /// - Parameter deadline: nanoseconds, monotonic.
  /// Errors: `git-not-found`, `git-quarantine-failed`, `git-failed`, `git-objects-refused`.
  func newObjects(_ path: [UInt8], _ changes: [RefChange], deadline: Int64) throws(Fault) -> NewObjects? {
    let tips = Set(changes.compactMap(\.new).filter { !$0.hasPrefix("ref:") }).sorted()
    let location = baseline.repositories[path]?.location
    guard let first = tips.first, let place = place(path, location) else { return nil }
    guard let binary else {
      throw Fault("git-not-found", why: "git is needed to look at commits", hint: "install git")
    }
    let (table, target) =
      if let location { (try location.refs(), location.commonDirectory + "/objects") } else {
        (RefTable(), try noObjects())
      }
    let quarantine = try GitQuarantine(
      scratch: scratch, binary: binary, target: target, digits: first.utf8.count, deadline: deadline)
    do throws(Fault) {
      try quarantine.copy(from: place.view, objects: join(place.common, "objects"))
      let known = Set(table.refs.values.compactMap(\.object)).sorted()
      let bases = Set(changes.compactMap(\.old).filter { !$0.hasPrefix("ref:") }).sorted().prefix(NewObjects.mostBases)
      let objects = NewObjects(
        quarantine: quarantine, bases: Array(bases) + [table.resolve(table.head)].compactMap(\.self))
      if try objects.check(tips, known: known) { return objects }
    } catch {
      quarantine.remove()
      throw error
    }
    quarantine.remove()
    return nil
  }

  /// What a repository that the session made has in the project.
  private func noObjects() throws(Fault) -> String {
    let directory = scratch + "/no-objects"
    do throws(Errno) { try Descriptor.makeDirectories(directory) } catch {
      throw GitQuarantine.fault(directory, error)
    }
    return directory
  }
}

/// Objects of a session that are checked, and what the project has in their places.
struct NewObjects {
  /// Commits that are looked at for what was there before.
  static let mostBases = 8
  /// Bytes of all contents together.
  private static let maximumContents: Int64 = 2 << 30

  let quarantine: GitQuarantine
  let bases: [String]
  private var checked: String { quarantine.directory + "/checked" }
  private var list: String { quarantine.directory + "/list" }

  init(quarantine: GitQuarantine, bases: [String]) {
    self.quarantine = quarantine
    self.bases = bases
  }

  func remove() { quarantine.remove() }

  /// Whether there are any.
  fileprivate func check(_ tips: [String], known: [String]) throws(Fault) -> Bool {
    let pack = try quarantine.packed(tips, known: known, quarantine.directory + "/review.pack")
    do throws(Errno) { try Descriptor.makeDirectories(checked + "/pack") } catch {
      throw GitQuarantine.fault(checked, error)
    }
    // Names are computed from contents here: an object that lay under another's name is missing, and that is refused.
    if let pack { try run(["index-pack", GitQuarantine.strictly, "--stdin"], inputFile: pack) }
    let found = try run(["cat-file", "--batch-check=%(objectname)"], input: Self.lines(tips))
    guard found == Self.lines(tips) else { throw GitQuarantine.refusal("what a ref names is missing") }
    if pack == nil { return false }
    try measure()
    try run(
      ["rev-list", "--objects", "--stdin"], input: Self.lines(tips + known.map { "^" + $0 }), outputFile: list)
    return true
  }

  private func measure() throws(Fault) {
    let sizes = quarantine.directory + "/sizes"
    try run(["cat-file", "--batch-all-objects", "--batch-check=%(objectsize)"], outputFile: sizes)
    var (total, size) = (Int64(0), Int64(0))
    try Self.read(sizes) { block in
      for byte in block where total <= Self.maximumContents {
        (total, size) = byte == 0x0A ? (total + size, 0) : (total, min(size, 1 << 50) * 10 + Int64(byte) - 0x30)
      }
      return total <= Self.maximumContents
    }
    guard total <= Self.maximumContents else { throw GitQuarantine.fault(quarantine.directory, .tooLarge) }
  }

  /// Every object with the path at which it was come upon first.
  func contents(_ sink: some BatchSink) throws(Fault) {
    let dump = quarantine.directory + "/contents"
    try run(
      ["cat-file", "--batch=%(objectname) %(objecttype) %(objectsize) %(rest)"], inputFile: list, outputFile: dump)
    try Self.read(dump, into: sink)
  }

  /// What the project has at these paths, in each of the bases, in order.
  func before(_ paths: [[UInt8]], _ sink: some BatchSink) throws(Fault) {
    let dump = quarantine.directory + "/before"
    let names = paths.flatMap { path in bases.map { Array("\($0):".utf8) + path } }
    let result = try quarantine.git.run(
      ["cat-file", "--batch"], repository: quarantine.directory, objects: quarantine.target,
      input: Array((names + [[]]).joined(separator: [0x0A])), outputFile: dump)
    guard result.succeeded else { throw GitQuarantine.refusal(result.errors) }
    try Self.read(dump, into: sink)
  }

  private static func lines(_ names: [String]) -> [UInt8] { names.flatMap { Array($0.utf8) + [0x0A] } }

  private static func read(_ path: String, into sink: some BatchSink) throws(Fault) {
    var reader = BatchReader()
    var failure: Fault?
    try read(path) { block in
      do throws(Fault) { return try reader.read(block, sink) } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  private static func read(_ path: String, _ body: ([UInt8]) -> Bool) throws(Fault) {
    do throws(Errno) {
      let file = try Descriptor.open(path)
      while true {
        let block = try file.read(upTo: 1 << 20)
        if block.isEmpty || !body(block) { return }
      }
    } catch {
      throw GitQuarantine.fault(path, error)
    }
  }

  @discardableResult
  private func run(
    _ arguments: [String], input: [UInt8] = [], inputFile: String? = nil, outputFile: String? = nil
  ) throws(Fault) -> [UInt8] {
    let result = try quarantine.git.run(
      arguments, repository: quarantine.directory, objects: checked, alternates: [quarantine.target],
      input: input, inputFile: inputFile, outputFile: outputFile)
    guard result.succeeded else { throw GitQuarantine.refusal(result.errors) }
    return result.output
  }
}
