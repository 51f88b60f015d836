/// What the command line adds to the manifests: the person's own words.
package struct ManifestOptions: Sendable, Equatable {
  package var manifestPath: String?
  package var profile: String?
  package var allowHosts: [String] = []
  package var reads: [String] = []
  package var writes: [String] = []
  /// `NAME` passes a variable, `NAME=VALUE` sets it.
  package var environment: [String] = []
  package var mode: WorkspaceMode?
  package var publish: [UInt16] = []
  package var hostPorts: [UInt16] = []
  package var recording = RecordingRules()

  package init() {}
}

/// The manifests of one start, merged, with the judges that speak for them.
package struct ResolvedManifest: Sendable {
  package enum Trust: Sendable, Equatable {
    /// No manifest of the project, or one that the person has agreed to in this form.
    case trusted
    /// The person must see `summary` and agree to `digest` first.
    case needed(summary: [String], digest: String)
  }

  package var manifest: Manifest
  /// In order of strength: floor first.
  package var judges: [any Judge]
  /// Asked beside them, where they do not deny.
  package var remoteJudges: [any RemoteJudge]
  /// Those of `judges` that are no policies in Rego: the floor, ceilings, the manifest.
  package var basis: [any Judge] = []
  /// The network rules of each ceiling: nothing beyond them can be allowed.
  package var ceilings: [[NetworkRule]] = []
  /// Which policies in Rego are in force.
  package var versions: PolicyVersions = PolicyJudges().versions
  package var trust: Trust
  package var notices: [String]

  package init(
    manifest: Manifest, judges: [any Judge], remoteJudges: [any RemoteJudge] = [], trust: Trust, notices: [String]
  ) {
    self.manifest = manifest
    self.judges = judges
    self.remoteJudges = remoteJudges
    self.trust = trust
    self.notices = notices
  }
}

/// Which policies are in force now: by layer `sha256`, and `bundles` with revisions by name. Empty where there are none.
package typealias PolicyVersions = @Sendable () -> JSON

/// The policies of all layers as they are now.
package struct PolicyJudges: Sendable {
  package var judges: [any Judge] = []
  package var remoteJudges: [any RemoteJudge] = []
  package var versions: PolicyVersions = { .object([:]) }

  package init() {}
}

/// What is asked beside policies in Rego, and what these see as `data.manifest`.
package struct PolicyBasis: Sendable {
  package var manifest: JSON
  package var judges: [any Judge]

  package init(manifest: JSON, judges: [any Judge]) {
    self.manifest = manifest
    self.judges = judges
  }
}

/// Reads, merges and remembers trust in manifests.
package protocol ManifestProvider: Sendable {
  /// - Parameters:
  ///   - project: the project's real root.
  ///   - home: the person's real home, for `~/`.
  func resolve(project: String, workingDirectory: String, home: String, options: ManifestOptions) async throws(Fault)
    -> ResolvedManifest
  /// Who is asked, beside the floor, about a person's order on what a session left: the policies of all layers as they are now.
  ///
  /// Those of a project only tighten, so they are asked in whatever form they lie there, also in one that nobody agreed to.
  /// - Parameter manifest: the session's; `nil` once it is over: then that of a start with no options.
  func policies(project: String, home: String, manifest: Manifest?) async throws(Fault) -> PolicyJudges
  /// What policies in Rego stand on, for saying why they decided: nothing is read anew of what is in force.
  ///
  /// - Parameter manifest: the session's; `nil` once it is over: then that of a start with no options.
  func basis(project: String, home: String, manifest: Manifest?) async throws(Fault) -> PolicyBasis
  /// Remembers that the person agreed to the project's manifest in exactly this form.
  func trust(project: String, digest: String) async throws(Fault)
}

/// Where a project begins, as found from a directory inside it.
package struct ProjectLocation: Sendable, Equatable {
  /// Real path of the root that is staged.
  package var root: String
  /// Real path of the directory the person was in.
  package var workingDirectory: String

  package init(root: String, workingDirectory: String) {
    self.root = root
    self.workingDirectory = workingDirectory
  }
}

package protocol ProjectLocator: Sendable {
  /// Refuses roots that are too wide: `/`, a home directory, a directory above one, Bailey's own.
  func locate(from directory: String, home: String) throws(Fault) -> ProjectLocation
}

/// What is remembered of a session after its end, and over a restart of the controller.
package struct SessionSummary: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case running, frozen, ended, lost }

  package var id: SessionID
  package var state: State
  package var project: String
  package var command: [String]
  package var mode: WorkspaceMode
  package var manifestDigest: String
  package var user: String
  /// Nanoseconds since 1970-01-01 UTC.
  package var started: Int64
  package var ended: Int64?
  /// Exit code as `bailey run` gives it.
  package var exitCode: Int32?

  package init(
    id: SessionID, state: State, project: String, command: [String], mode: WorkspaceMode, manifestDigest: String,
    user: String, started: Int64
  ) {
    self.id = id
    self.state = state
    self.project = project
    self.command = command
    self.mode = mode
    self.manifestDigest = manifestDigest
    self.user = user
    self.started = started
  }

  package var subject: Subject { Subject(session: id, agent: agentName, user: user) }

  /// Last component of the program's path.
  package var agentName: String { command.first.map { String($0.split(separator: "/").last ?? "?") } ?? "?" }
}

/// Keeps session summaries.
package protocol SessionArchive: Sendable {
  func save(_ summary: SessionSummary) async throws(Fault)
  func load(_ id: SessionID) async throws(Fault) -> SessionSummary?
  /// All known sessions, newest first.
  func all() async throws(Fault) -> [SessionSummary]
}

/// Keeps the private home directories, one per project.
package protocol HomeKeeper: Sendable {
  /// The directory, made on first use with mode 0700.
  func directory(for project: String) async throws(Fault) -> String
  /// Removes everything in it.
  func reset(project: String) async throws(Fault)
}

extension RunningSandbox {
  package func usage() -> Usage? { usage(memoryLimit: nil) }
}

/// What a sandbox uses at this moment.
package struct Usage: Sendable, Equatable {
  package var processes: Int
  /// What the control group is charged with, or the proportional set size of all processes; bytes.
  package var memory: Int64
  /// Processor time of all processes, the ended ones included, nanoseconds.
  package var processorTime: Int64

  package init(processes: Int, memory: Int64, processorTime: Int64) {
    self.processes = processes
    self.memory = memory
    self.processorTime = processorTime
  }
}
