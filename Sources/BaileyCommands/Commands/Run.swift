import ArgumentParser
import BaileyCore
import BaileyWire

struct Run: BaileyCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", _superCommandName: "bailey",
    abstract: "Run a program in a sandbox with a staged view of this project.",
    discussion: """
      EXAMPLES
        bailey run -- bash                            a shell inside
        bailey run --allow-host packages.example.com -- pip install requests
        bailey run --write ~/out -- make -j4          a further writable directory
        bailey run --workspace read-only -- rg TODO | less

      Press Ctrl-] three times to leave a session running; `bailey attach` returns to it.

      The exit code is the program's own; 124: a limit was reached; 125: Bailey failed; 126: denied or not executable; \
      127: not found; 137: killed; 128 + n: ended by signal n.
      """)

  @Option(help: ArgumentHelp("Read this manifest instead of .bailey/manifest.yaml.", valueName: "path"))
  var manifest: String?
  @Option(help: ArgumentHelp("Begin with a built-in profile.", valueName: "name"))
  var profile: String?
  @Option(help: ArgumentHelp("Let connections to this host through; may be repeated.", valueName: "host[:port]"))
  var allowHost: [String] = []
  @Option(help: ArgumentHelp("Make a path readable inside; may be repeated.", valueName: "path"))
  var read: [String] = []
  @Option(help: ArgumentHelp("Make a path writable inside; may be repeated.", valueName: "path"))
  var write: [String] = []
  @Option(help: ArgumentHelp("Pass a variable, or set it; may be repeated.", valueName: "name[=value]"))
  var env: [String] = []
  @Option(help: ArgumentHelp("How the project appears: staged, direct, read-only or copy.", valueName: "mode"))
  var workspace: WorkspaceMode?
  @Option(help: ArgumentHelp("Make a server inside reachable on this port of the host's loopback.", valueName: "port"))
  var publish: [Port] = []
  @Option(help: ArgumentHelp("Make a service on the host's loopback reachable inside.", valueName: "port"))
  var allowHostPort: [Port] = []
  @Option(help: ArgumentHelp("Record terminals (the default), none, or all output.", valueName: "none|terminal|all"))
  var record: RecordingRules.Extent?
  @Flag(help: "Record what is typed, too.")
  var recordInput = false
  @Flag(help: "Record every file that is read; slows what reads many files.")
  var recordReads = false
  @Option(help: ArgumentHelp("A label that `bailey ps` shows.", valueName: "text"))
  var label: String?
  @Flag(help: "Never ask; what would need an answer is denied.")
  var noInput = false
  @Flag(name: .shortAndLong, help: "Say nothing but errors and missing walls.")
  var quiet = false
  @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
  var command: [String] = []

  var console: Console { Console(isQuiet: quiet, noInput: noInput) }

  func validate() throws {
    if command.isEmpty { throw ValidationError("Give the program after `--`, for instance: bailey run -- bash") }
    if let label, label.utf8.count > 64 { throw ValidationError("The label has more than 64 bytes.") }
  }

  func execute() throws(Failure) -> Int32 {
    try Surroundings.checkWords(command)
    let directory = try Surroundings.workingDirectory()
    let options = options(directory)
    return try Conversation(console: console, tellsEnding: true).program { terminal, plan throws(Failure) in
      .run(
        RunRequest(
          command: command, workingDirectory: directory, environment: Surroundings.environment(), terminal: terminal,
          streams: plan, options: options, noInput: !console.canAsk, label: label,
          countsChanges: !quiet && Console.isTerminal(2)))
    }
  }

  /// Paths are made absolute here, because only this program knows where the person stands.
  func options(_ directory: String) -> ManifestOptions {
    var options = ManifestOptions()
    options.manifestPath = manifest.map { Surroundings.absolute($0, from: directory) }
    options.profile = profile
    options.allowHosts = allowHost
    options.reads = read.map { Surroundings.absolute($0, from: directory) }
    options.writes = write.map { Surroundings.absolute($0, from: directory) }
    options.environment = env
    options.mode = workspace
    options.publish = publish.map(\.number)
    options.hostPorts = allowHostPort.map(\.number)
    options.recording.extent = record
    options.recording.input = recordInput
    options.recording.reads = recordReads
    return options
  }
}

extension WorkspaceMode: ExpressibleByArgument {}
extension RecordingRules.Extent: ExpressibleByArgument {}

/// A port from 1 to 65535.
struct Port: ExpressibleByArgument {
  var number: UInt16

  init?(argument: String) {
    guard let number = UInt16(argument), number > 0, argument.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    self.number = number
  }
}
