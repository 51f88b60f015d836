/// A Bailey of its own for one test: its own state, runtime and configuration directories, its own controller.
///
/// Tests that need walls take one; where the kernel cannot give them, they fail.
package final class Walls: Sendable {
  package let scratch: Scratch
  /// The project in which commands run; an ordinary directory below the scratch directory.
  package let project: String
  /// The person's home on the host, with a secret in it.
  package let home: String
  /// The environment of the person whose Bailey this is.
  package let surroundings: [String: String]

  package static let secret = "hunter2-not-for-agents"

  /// - Parameter linked: whether home, state, configuration and runtime directories are named through a symbolic link above them.
  package init(linked: Bool = false) throws {
    scratch = try Scratch()
    if linked { try scratch.link("link", to: ".") }
    let root = scratch.path + (linked ? "/link" : "")
    for name in ["home", "home/.ssh", "project", "state", "config", "run"] {
      try scratch.directory(name, mode: name == "run" ? 0o700 : 0o755)
    }
    try scratch.write(Self.secret + "\n", to: "home/.ssh/id_ed25519", mode: 0o600)
    try scratch.write("hello\n", to: "project/README")
    project = scratch.path + "/project"
    home = root + "/home"
    var environment = Tool.inherited
    environment["HOME"] = home
    environment["XDG_STATE_HOME"] = root + "/state"
    environment["XDG_CONFIG_HOME"] = root + "/config"
    environment["XDG_RUNTIME_DIR"] = root + "/run"
    environment["AWS_SECRET_ACCESS_KEY"] = Self.secret
    environment["NO_COLOR"] = "1"
    surroundings = environment
  }

  deinit { _ = try? bailey(["kill", "--all", "--controller"]) }

  /// Runs the command line tool in the project.
  package func bailey(_ arguments: [String], input: String = "", directory: String? = nil) throws -> Tool.Result {
    let tool = Tool(Products.path("bailey"), environment: surroundings, directory: directory ?? project)
    return try tool.run(arguments, input: input)
  }

  /// Runs a shell script outside, as this Bailey's person, in the project; `bailey` is on its path and `$BAILEY`.
  ///
  /// - Parameter wrapper: a command that runs the shell, in namespaces of its own for instance.
  package func outside(_ script: String, in wrapper: [String] = []) throws -> Tool.Result {
    var environment = surroundings
    environment["BAILEY"] = Products.path("bailey")
    environment["PATH"] = Products.folder + ":" + (environment["PATH"] ?? "/usr/bin:/bin")
    let words = wrapper + ["/bin/bash", "-c", script]
    return try Tool(words[0], environment: environment, directory: project).run(Array(words.dropFirst()))
  }

  /// Starts the command line tool in the project without waiting for it.
  package func start(_ arguments: [String]) throws -> Int32 {
    try Tool(Products.path("bailey"), environment: surroundings, directory: project).startSilently(arguments)
  }

  /// Processes of this Bailey whose program has this name: those that know its state directory.
  package func processes(_ name: String) throws -> [Int32] {
    let pids = try Tool("/usr/bin/pgrep").run(["-x", name.prefix(15).description]).output.split(separator: "\n")
    return pids.compactMap { Int32($0) }.filter { isOurs($0, depth: 2) }
  }

  /// A sandbox's environment is empty, so its controller's is looked at.
  private func isOurs(_ process: Int32, depth: Int) -> Bool {
    if procText(process, "environ").contains(scratch.path) { return true }
    guard depth > 0,
      let line = procText(process, "status").split(separator: "\n").first(where: { $0.hasPrefix("PPid:") }),
      let parent = Int32(line.dropFirst(5).filter(\.isNumber)), parent > 1
    else { return false }
    return isOurs(parent, depth: depth - 1)
  }

  /// Runs a shell script inside.
  package func run(_ script: String, _ options: [String] = []) throws -> Tool.Result {
    try bailey(["run", "-q"] + options + ["--", "/bin/sh", "-c", script])
  }

  /// Runs a Python program inside.
  package func python(_ program: String, _ options: [String] = []) throws -> Tool.Result {
    try bailey(["run", "-q"] + options + ["--", "/usr/bin/python3", "-c", program])
  }
}
