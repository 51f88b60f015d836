/// What a sandbox is to be: everything the planner needs, already resolved. A value; nothing here is looked up again.
package struct SandboxRequest: Sendable {
  package var session: SessionID
  /// The real directories behind the project's view.
  package var workspace: WorkspaceLayers
  /// What the workspace shows beside the project.
  package var mounts: [WorkspaceMount]
  /// The private, per-project home on the host; appears inside as `homePath`.
  package var homeDirectory: String
  package var homePath: String
  /// Where the agent starts: a path inside the view.
  package var workingDirectory: String
  package var command: [String]
  /// The caller's environment, whole; the planner lets through what the manifest names.
  package var environment: [String: String]
  package var terminal: TerminalSize?
  package var manifest: Manifest
  /// Absolute paths that exist and must not be readable inside.
  package var masks: [String]
  /// What some of `masks` hold inside, by path: placeholders.
  package var standIns: [String: String] = [:]
  /// Paths of the workspace that exist and must not be changed, and directories above them that must stay where they are. Absolute.
  package var readOnly: [String] = []
  package var pinned: [String] = []
  package var caller: Caller
  /// What the programs inside are to trust beside nothing of their own; `nil` leaves the host's stores as they are.
  package var trust: SandboxTrust?
  /// Lines for git's settings (`GitAccess`).
  package var gitAccess = ""

  package init(
    session: SessionID, workspace: WorkspaceLayers, mounts: [WorkspaceMount] = [], homeDirectory: String,
    homePath: String, workingDirectory: String, command: [String], environment: [String: String],
    terminal: TerminalSize?,
    manifest: Manifest, masks: [String], caller: Caller
  ) {
    self.session = session
    self.workspace = workspace
    self.mounts = mounts
    self.homeDirectory = homeDirectory
    self.homePath = homePath
    self.workingDirectory = workingDirectory
    self.command = command
    self.environment = environment
    self.terminal = terminal
    self.manifest = manifest
    self.masks = masks
    self.caller = caller
  }
}

package struct TerminalSize: Sendable, Equatable {
  package var rows: UInt16
  package var columns: UInt16
  package init(rows: UInt16, columns: UInt16) {
    self.rows = rows
    self.columns = columns
  }

  /// Where nobody has said one.
  package static let usual = TerminalSize(rows: 24, columns: 80)
}

/// The host account that starts the session, and the host ids that the agent's processes get.
package struct Caller: Sendable, Equatable {
  package var user: UInt32
  package var group: UInt32
  /// Equal to `user` and `group` unless the caller is root, who gives the agent an unprivileged id.
  package var agentUser: UInt32
  package var agentGroup: UInt32
  package var name: String
  /// The caller's real home on the host.
  package var home: String

  package var isRoot: Bool { user == 0 }

  package init(user: UInt32, group: UInt32, agentUser: UInt32, agentGroup: UInt32, name: String, home: String) {
    self.user = user
    self.group = group
    self.agentUser = agentUser
    self.agentGroup = agentGroup
    self.name = name
    self.home = home
  }
}

/// What the project's view is made of. `path` is where it appears, inside as outside.
package enum WorkspaceLayers: Sendable, Equatable {
  case overlay(path: String, lower: String, upper: String, work: String)
  case bind(path: String, source: String, readOnly: Bool)

  package var path: String {
    switch self {
    case .overlay(let path, _, _, _), .bind(let path, _, _): path
    }
  }
}

/// A directory of the host that a workspace shows beside the project: a session's own git directory, or an object store to read from.
package struct WorkspaceMount: Sendable, Equatable {
  /// Where it appears inside.
  package var path: String
  package var source: String
  package var isWritable: Bool

  package init(path: String, source: String, isWritable: Bool) {
    self.path = path
    self.source = source
    self.isWritable = isWritable
  }
}
