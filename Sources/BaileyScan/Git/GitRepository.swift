internal import BaileyCore
internal import BaileyLinux
internal import BaileyWorkspace

/// A repository whose objects are read by the host's git, while nothing of it runs: no hook, filter, driver, alias, monitor or fetch.
///
/// Commands are only such as read objects, refs and the index, so a working tree's filters are never asked for.
struct GitRepository: Sendable {
  let binary: String
  let directory: String
  /// Variables with which git calls a hook; they lead to what is about to be committed or pushed.
  private let hook: [String: String]

  /// The one that a directory lies in, or a bare one that it is.
  init(at path: String) throws(Fault) {
    guard let binary = GitCommand.find() else {
      throw Fault("git-not-found", why: "there is no git in /usr/bin or /usr/local/bin", hint: "install git")
    }
    self.binary = binary
    if let found = GitLocation.find(for: path) {
      directory = found.gitDirectory
    } else if let bare = Self.bare(path) {
      directory = bare
    } else {
      throw Self.missing(path)
    }
    hook = Self.hookVariables(CurrentProcess.environment)
  }

  static func missing(_ path: String) -> Fault {
    Fault(
      "scan-no-repository", subject: path, why: "there is no git repository here", hint: "name one after the options")
  }

  private static func bare(_ path: String) -> String? {
    guard let real = try? Descriptor.realPath(path), let text = String(validating: real, as: UTF8.self) else {
      return nil
    }
    let isDirectory = { (name: String) in
      (try? Descriptor.status(of: text + name, followingLinks: true))?.isDirectory == true
    }
    return isDirectory("/objects") && isDirectory("/refs") && (try? Descriptor.status(of: text + "/HEAD")) != nil
      ? text : nil
  }

  private static func hookVariables(_ environment: [String: String]) -> [String: String] {
    var found: [String: String] = [:]
    let here = (try? CurrentProcess.workingDirectory()).map { String(decoding: $0, as: UTF8.self) } ?? "/"
    for name in ["GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
      guard let value = environment[name], !value.isEmpty else { continue }
      found[name] = ExactText(value).isAbsolute ? value : here + "/" + value
    }
    if found["GIT_OBJECT_DIRECTORY"] != nil {
      found["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"]
    }
    return found
  }

  func program(_ arguments: [String], input: Int32, output: Int32, errors: Int32) -> Program {
    var words = [
      "--no-pager", "--no-optional-locks", "--no-replace-objects", "--git-dir=" + directory, "--work-tree=/",
    ]
    // A commit graph and grafts say of parents what they like.
    words += (GitCommand.settings + ["core.commitGraph=false"]).flatMap { ["-c", $0] } + arguments
    var environment = GitCommand.environment.merging(hook) { _, own in own }
    environment["GIT_GRAFT_FILE"] = "/dev/null"
    return Program(
      binary, arguments: words, environment: environment, workingDirectory: "/", streams: (input, output, errors))
  }

  /// What a short command prints, at most 1 MiB.
  func answer(_ arguments: [String]) throws(Fault) -> [UInt8] {
    let process = try GitProcess(self, arguments)
    var bytes: [UInt8] = []
    while let part = try process.read() {
      bytes += part
      if bytes.count > 1 << 20 { throw Fault("git-failed", subject: arguments.first, why: "git says too much") }
    }
    try process.end()
    return bytes
  }

  private func line(_ arguments: [String]) throws(Fault) -> String {
    String(decoding: try answer(arguments).prefix { $0 != 0x0A }, as: UTF8.self)
  }

  /// The name of the tree without files, which git has without its being stored.
  func emptyTree() throws(Fault) -> String { try line(["hash-object", "--no-filters", "-t", "tree", "/dev/null"]) }

  /// The commits whose parents a shallow clone left out.
  func cuts() throws(Fault) -> Set<ObjectName> {
    let path = try line(["rev-parse", "--path-format=absolute", "--git-path", "shallow"])
    do throws(Errno) {
      guard let file = try WholeFile.read(path, limit: 64 << 20) else { return [] }
      return Set(file.bytes.split(separator: 0x0A).compactMap { ObjectName($0) })
    } catch {
      throw Fault("git-failed", subject: path, why: error.message)
    }
  }
}
