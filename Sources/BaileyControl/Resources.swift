package import BaileyCore

/// All that the controller commands, as protocols; `baileyd` fills them in.
package struct Resources: Sendable {
  package var launcher: any SandboxLauncher
  package var workspaces: any WorkspaceKeeper
  package var egress: any EgressGate
  package var recorder: any Recorder
  package var manifests: any ManifestProvider
  package var locator: any ProjectLocator
  package var archive: any SessionArchive
  package var homes: any HomeKeeper
  /// Nanoseconds since 1970-01-01 UTC.
  package var now: @Sendable () -> Int64
  /// Makes the thread on which the policies of one session are asked.
  package var deciding: @Sendable () -> (any WorkQueue)?
  /// `nil` records no terminal.
  package var recordings: (any RecordingKeeper)?
  /// `nil` states no provenance.
  package var provenance: (any ProvenanceKeeper)?
  /// `nil` keeps no diffs.
  package var diffs: (any DiffKeeper)?
  /// `nil` has no secrets to give.
  package var secrets: (any SecretBroker)?
  /// What no record holds; `nil` only where records go nowhere.
  package var masking: (any RecordMasking)?
  /// Reads what has changed of the rules that contents are inspected by; its sentences are told, its fault stops a start.
  package var readRules: @Sendable () throws(Fault) -> [String]

  package init(
    launcher: any SandboxLauncher, workspaces: any WorkspaceKeeper, egress: any EgressGate, recorder: any Recorder,
    manifests: any ManifestProvider, locator: any ProjectLocator, archive: any SessionArchive,
    homes: any HomeKeeper, now: @escaping @Sendable () -> Int64,
    deciding: @escaping @Sendable () -> (any WorkQueue)?, recordings: (any RecordingKeeper)? = nil,
    provenance: (any ProvenanceKeeper)? = nil, diffs: (any DiffKeeper)? = nil,
    masking: (any RecordMasking)? = nil, secrets: (any SecretBroker)? = nil,
    readRules: @escaping @Sendable () throws(Fault) -> [String] = { () throws(Fault) in [] }
  ) {
    self.readRules = readRules
    self.masking = masking
    self.secrets = secrets
    self.provenance = provenance
    self.launcher = launcher
    self.workspaces = workspaces
    self.egress = egress
    self.recorder = recorder
    self.manifests = manifests
    self.locator = locator
    self.archive = archive
    self.homes = homes
    self.now = now
    self.deciding = deciding
    self.recordings = recordings
    self.diffs = diffs
  }
}

/// A person's order to run a program.
package struct RunOrder: Sendable {
  package var command: [String]
  package var workingDirectory: String
  package var environment: [String: String]
  /// Hands the standard streams over, once; until then their owner closes them if the order comes to nothing.
  package var takeStreams: @Sendable () -> StandardStreams
  package var terminal: TerminalSize?
  package var options: ManifestOptions
  /// The digest of the project's manifest that the person has just agreed to.
  package var agreedDigest: String?
  package var caller: Caller

  package init(
    command: [String], workingDirectory: String, environment: [String: String],
    takeStreams: @escaping @Sendable () -> StandardStreams, terminal: TerminalSize?, options: ManifestOptions,
    agreedDigest: String?, caller: Caller
  ) {
    self.command = command
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.takeStreams = takeStreams
    self.terminal = terminal
    self.options = options
    self.agreedDigest = agreedDigest
    self.caller = caller
  }
}

/// How a session came to its end, and what its `run` exits with.
package enum SessionEnd: Sendable, Equatable {
  case program(ExitStatus)
  case killed
  /// A limit of the manifest: `processor-time`, `memory`, `wall-time`.
  case limit(String)

  /// DESIGN.md section 9.
  package var exitCode: Int32 {
    switch self {
    case .program(.exited(let code)): code
    case .program(.signalled(let number)): 128 + number
    case .program(.notStarted(let code)): code
    case .program(.killed), .killed: 137
    case .program(.limit), .limit: 124
    }
  }
}
