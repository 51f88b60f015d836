internal import BaileyCore
internal import BaileyLinux

/// Runs git as a tool: an absolute path, words instead of a shell line, an environment of ours, and nothing of a repository's
/// configuration that can be overruled by its name. Filters cannot, whose names are free: so no command that reads a working tree's content is
/// given one with a repository that is not ours.
///
/// Input and output are files, so that a large pack needs no pump and a dead child no signal.
package struct GitCommand: Sendable {
  let binary: String
  /// A private directory for input and output files.
  let scratch: String
  /// Milliseconds.
  var timeout: Int32 = 600_000
  /// Nanoseconds, monotonic: no run goes on beyond it.
  var deadline = Int64.max

  struct Result {
    var status: Int32
    var output: [UInt8]
    var errors: String
    var succeeded: Bool { status == 0 }
  }

  static let candidates = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git", "/opt/homebrew/bin/git"]

  /// git where distributions put it: never from the caller's `PATH`, which a project's environment file may have bent.
  package static func find() -> String? {
    candidates.first { (try? Descriptor.status(of: $0, followingLinks: true))?.isRegular == true }
  }

  /// - Parameters:
  ///   - repository: the git directory to work in.
  ///   - index: an index instead of the repository's own.
  ///   - objects: an object directory instead of the repository's own, and further ones to read from.
  ///   - input: bytes, or a file's path.
  ///   - outputLimit: bytes of output that are read; the rest stays in the file.
  func run(
    _ arguments: [String], repository: String, workTree: String? = nil, index: String? = nil, objects: String? = nil,
    alternates: [String] = [],
    input: [UInt8] = [], inputFile: String? = nil, outputFile: String? = nil, outputLimit: Int = 64 << 20
  ) throws(Fault) -> Result {
    var words = ["--no-pager", "--no-optional-locks", "--no-replace-objects", "--git-dir=" + repository]
    if let workTree { words.append("--work-tree=" + workTree) }
    words += Self.settings.flatMap { ["-c", $0] } + arguments
    var environment = Self.environment
    if let index { environment["GIT_INDEX_FILE"] = index }
    if let objects { environment["GIT_OBJECT_DIRECTORY"] = objects }
    if !alternates.isEmpty {
      environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = alternates.map(Self.quoted).joined(separator: ":")
    }
    do throws(Errno) {
      return try start(words, environment, input, inputFile, outputFile, outputLimit)
    } catch {
      throw Fault("git-failed", subject: arguments.first, why: "git could not be run: \(error)")
    }
  }

  private func start(
    _ words: [String], _ environment: [String: String], _ input: [UInt8], _ inputFile: String?, _ outputFile: String?,
    _ limit: Int
  ) throws(Errno) -> Result {
    let source: Descriptor
    if let inputFile {
      source = try Descriptor.open(inputFile)
    } else {
      source = try Descriptor.open(scratch, [.readWrite, .temporary])
      try source.writeAll(input)
      try source.seek(to: 0)
    }
    let output: Descriptor
    if let outputFile {
      output = try Descriptor.open(outputFile, [.readWrite, .create, .exclusive, .noFollow])
    } else {
      output = try Descriptor.open(scratch, [.readWrite, .temporary])
    }
    let errors = try Descriptor.open(scratch, [.readWrite, .temporary])
    let program = Program(
      binary, arguments: words, environment: environment, workingDirectory: scratch,
      streams: (source.raw, output.raw, errors.raw), isDetached: true)
    let status = try wait(try program.start())
    try output.seek(to: 0)
    try errors.seek(to: 0)
    let said = try errors.read(upTo: 4096)
    return Result(
      status: status, output: outputFile == nil ? try Self.start(of: output, limit) : [],
      errors: printable(
        String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).joined(separator: "; ")))
  }

  private static func start(of file: borrowing Descriptor, _ limit: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < limit {
      let part = try file.read(upTo: min(1 << 20, limit - bytes.count))
      if part.isEmpty { break }
      bytes += part
    }
    return bytes
  }

  private func wait(_ pid: Int32) throws(Errno) -> Int32 {
    let process = try Descriptor.process(pid)
    let left = Int32(clamping: max(0, deadline - Clock.monotonic) / 1_000_000)
    if try poll([(process.raw, .input)], milliseconds: min(timeout, left))[0].isEmpty { try process.sendSignal(9) }
    switch try Program.reap(pid, wait: true) {
    case .exited(let code): return code
    case .signalled(let number): return 128 + number
    case nil: return 255
    }
  }

  /// Nothing of the person's: what git does here must not depend on it.
  package static let environment = [
    "PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent",
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_ALLOW_PROTOCOL": "", "GIT_ASKPASS": "/bin/false", "GIT_SSH_COMMAND": "/bin/false", "GIT_EDITOR": "/bin/false",
    "GIT_COMMITTER_NAME": "Bailey", "GIT_COMMITTER_EMAIL": "bailey@localhost", "GIT_AUTHOR_NAME": "Bailey",
    "GIT_AUTHOR_EMAIL": "bailey@localhost",
    // git reads commits and trees whole, and a few kilobytes of a session's can claim to be any size.
    "GIT_ALLOC_LIMIT": "512m",
  ]

  /// Settings whose values git would run, or that would make it do more than it is told; the command line outranks every file.
  package static let settings = [
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.untrackedCache=false",
    "core.alternateRefsCommand=/bin/false",
    "core.sshCommand=/bin/false", "core.gitProxy=/bin/false", "core.askPass=/bin/false", "core.pager=cat",
    "core.editor=/bin/false",
    "core.attributesFile=/dev/null", "core.excludesFile=/dev/null", "credential.helper=", "protocol.allow=never",
    "gc.auto=0",
    "maintenance.auto=false", "submodule.recurse=false", "safe.directory=*", "diff.external=", "trace2.normalTarget=0",
    "trace2.perfTarget=0", "trace2.eventTarget=0", "gpg.program=/bin/false", "pack.threads=1",
    "core.bigFileThreshold=16m",
    "pack.windowMemory=128m", "core.symlinks=true",
  ]

  /// A path as `GIT_ALTERNATE_OBJECT_DIRECTORIES` takes it whatever bytes it has (git(1)).
  private static func quoted(_ path: String) -> String {
    var result = "\""
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\" + String(UnicodeScalar(byte))
      case 0x20...0x7E: result += String(UnicodeScalar(byte))
      default: result += "\\" + [byte >> 6, byte >> 3 & 7, byte & 7].map { String($0) }.joined()
      }
    }
    return result + "\""
  }
}
