/// What the controller needs of its resources. Each is filled in by `baileyd`; none knows another.
///
/// A descriptor crosses these protocols as `Int32`, and its ownership with it: the receiver closes it.

/// A descriptor that pid 1 of a sandbox opened in the sandbox's namespaces and handed to the controller.
package enum SandboxChannel: Sendable, Hashable {
  /// Stream listeners to which all TCP of the sandbox is redirected; the original destination is `SO_ORIGINAL_DST`.
  case captureIPv4, captureIPv6
  /// Datagram and stream sockets to which all DNS is redirected.
  case resolverIPv4, resolverIPv6, resolverStreamIPv4, resolverStreamIPv6
  /// Stream listener at the address that the proxy variables name: CONNECT, absolute-form HTTP, SOCKS5.
  case proxy
  /// Stream listener inside that stands for a service on the host's loopback.
  case hostPort(UInt16)
  /// Master side of the agent's pseudo-terminal.
  case terminal
}

/// The standard streams of a program to be started inside.
package struct StandardStreams: Sendable {
  /// Descriptors for 0, 1, 2; `nil` is the pseudo-terminal, or /dev/null where there is none.
  package var input: Int32?
  package var output: Int32?
  package var error: Int32?

  package init(input: Int32?, output: Int32?, error: Int32?) {
    self.input = input
    self.output = output
    self.error = error
  }
}

/// How a program ended.
package enum ExitStatus: Sendable, Equatable {
  case exited(code: Int32)
  case signalled(Int32)
  /// The sandbox was killed as a whole.
  case killed
  /// The kernel ended the sandbox as a whole, at this limit: `memory`.
  case limit(String)
  /// No candidate of the command could be executed; 127 not found, 126 not executable.
  case notStarted(code: Int32)
}

package enum SandboxEvent: Sendable, Equatable {
  /// The program in the foreground stopped (job control); the person's terminal should stop with it.
  case stopped(signal: Int32)
  case exited(ExitStatus)
}

/// Starts sandboxes.
package protocol SandboxLauncher: Sendable {
  /// Builds the walls and starts the program, or throws without having started anything.
  ///
  /// - Parameters:
  ///   - observer: hears of what only the kernel sees.
  ///   - permit: awaited when the plan stands, before any process is started; its fault ends the launch.
  func launch(
    _ request: SandboxRequest, streams: StandardStreams, observer: any SandboxObserver,
    permit: @Sendable () async throws(Fault) -> Void
  ) async throws(Fault) -> any RunningSandbox
}

extension SandboxLauncher {
  package func launch(_ request: SandboxRequest, streams: StandardStreams, observer: any SandboxObserver)
    async throws(Fault) -> any RunningSandbox
  {
    try await launch(request, streams: streams, observer: observer) {}
  }
}

/// Hears what the seccomp listener saw. Called from the supervisor's thread: it must not block.
package protocol SandboxObserver: Sendable {
  func observed(_ event: ObservedEvent)
  /// What the session read, once, after its last event; only where reads are recorded.
  func finished(_ reads: ReadLedger)
}

extension SandboxObserver {
  package func finished(_ reads: ReadLedger) {}
}

/// A system call of the agent, as its memory said at the time. Evidence, not proof: see DESIGN.md section 5.
package struct ObservedEvent: Sendable, Equatable {
  package enum Operation: String, Sendable { case exec, connect, open, read, rename, unlink, mkdir, symlink, link }

  /// What the supervisor found where a read leads; the kernel may have found something else.
  package enum Found: String, Sendable {
    case opened, denied
    /// Not to be told: a path of /proc, or a link that leads there.
    case unclear
  }

  package var operation: Operation
  package var process: Int32
  package var path: String
  package var arguments: [String]
  /// Second path of a rename or link; of a read, where links led.
  package var target: String?
  /// For what the supervisor decided itself (connects to Unix sockets): whether it let it happen.
  package var refused: Bool
  /// Of a read.
  package var found: Found?

  package init(
    operation: Operation, process: Int32, path: String, arguments: [String] = [], target: String? = nil,
    refused: Bool = false, found: Found? = nil
  ) {
    self.found = found
    self.operation = operation
    self.process = process
    self.path = path
    self.arguments = arguments
    self.target = target
    self.refused = refused
  }
}

/// A live sandbox. All of it dies with `kill()`, with its pid 1, or with the controller.
package protocol RunningSandbox: Sendable {
  /// Host pid of the sandbox's pid 1.
  var initProcess: Int32 { get }
  /// Optional features that are missing; said at every start.
  var notices: [String] { get }
  /// Hands over a channel; a second call for the same one is `nil`.
  func take(_ channel: SandboxChannel) -> Int32?
  /// Events of the main program, ending with `exited`.
  var events: AsyncStream<SandboxEvent> { get }
  func signal(_ number: Int32) async throws(Fault)
  func resize(_ size: TerminalSize) async throws(Fault)
  /// Whether the kernel itself holds the limit on memory, so that nobody need watch it.
  var holdsMemory: Bool { get }
  /// `nil` when the sandbox is gone.
  ///
  /// - Parameter memoryLimit: for who only wants to know whether it is exceeded: what is below it may be told as more than it is.
  func usage(memoryLimit: Int64?) -> Usage?
  func freeze() async throws(Fault)
  func thaw() async throws(Fault)
  /// Returns when no process of the sandbox is left, and whether its observer has heard of all that they did.
  ///
  /// Waits for a limited time, and may be called again. Errors: `session-not-killed` while processes may be left.
  @discardableResult
  func kill() async throws(Fault) -> Bool
  /// Makes a host path visible at the same path inside, in the running session.
  func grant(path: String, writable: Bool) async throws(Fault)
  /// Takes a granted path back. Descriptors that the agent holds open stay valid.
  func revoke(path: String) async throws(Fault)
  /// Covers a path of the view with an unreadable empty file or directory.
  func mask(path: String) async throws(Fault)
  /// Makes a path of the view read-only.
  func protect(path: String) async throws(Fault)
  /// Starts another program in the same view.
  func execute(
    command: [String], environment: [String: String], workingDirectory: String, streams: StandardStreams,
    terminal: TerminalSize?
  ) async throws(Fault) -> any RunningProgram
  /// A stream socket of the sandbox's network namespace, connected to this port of its loopback.
  func dial(port: UInt16) async throws(Fault) -> Int32
}

/// A further program in a sandbox, started by `execute`.
package protocol RunningProgram: Sendable {
  /// Master of its pseudo-terminal, if it has one; a second call is `nil`.
  func takeTerminal() -> Int32?
  var events: AsyncStream<SandboxEvent> { get }
  func signal(_ number: Int32) async throws(Fault)
  func resize(_ size: TerminalSize) async throws(Fault)
}

/// Keeps the staged views of projects.
package protocol WorkspaceKeeper: Sendable {
  /// Prepares the layers for a session; the base state of the project is fixed here.
  func open(session: SessionID, project: String, mode: WorkspaceMode, sensitive: [Glob]) async throws(Fault)
    -> WorkspaceOpening
  /// What the session changed, conflicts and risks included.
  func changes(of session: SessionID) async throws(Fault) -> ChangeSet
  /// The same with what the inspection finds in them; takes as long as reading all of it.
  func review(of session: SessionID) async throws(Fault) -> ChangeSet
  /// What a session changed, by plain hashes, and which of these paths are sensitive; for when nothing of it runs any more.
  func account(of session: SessionID, inputs: [[UInt8]]) async throws(Fault) -> WorkspaceAccount
  /// Applies the selected changes; journaled, so that it is whole or can be finished or rolled back.
  ///
  /// - Parameters:
  ///   - digest: of the change set that the person saw; another state is a fault.
  ///   - approve: asked with the change set as it is now, before anything is touched; not for a dry run. What it throws ends the apply.
  func apply(
    _ selection: ChangeSelection, of session: SessionID, digest: String,
    approve: @Sendable (ChangeSet) async throws(Fault) -> Void
  ) async throws(Fault) -> ApplyReport
  /// - Parameter paths: relative to the project, as bytes; `nil` is everything.
  func discard(session: SessionID, paths: [[UInt8]]?) async throws(Fault)
  /// Takes back the last apply of the session that has not been taken back.
  func undo(session: SessionID) async throws(Fault) -> ApplyReport
  /// Finishes or rolls back what a dead controller left in the middle; returns a sentence for each.
  func recover() async throws(Fault) -> [String]
  /// Watches the project for sensitive files while the session runs.
  ///
  /// - Parameter report: called from a thread of the watch, in order, and before this returns for what has appeared since `open`.
  func watch(session: SessionID, report: @escaping @Sendable (WorkspaceEvent) -> Void) async throws(Fault)
  /// Whether something stands at an absolute host path, or that cannot be told: what is gone needs no mask.
  func isPresent(_ path: String) -> Bool
  /// Ends the watch: nothing of the session runs any more, or it is being killed.
  func unwatch(session: SessionID) async
  func close(session: SessionID) async
}

extension WorkspaceKeeper {
  package func review(of session: SessionID) async throws(Fault) -> ChangeSet { try await changes(of: session) }
}

/// What the watch over a running session's project saw. Paths are absolute.
package enum WorkspaceEvent: Sendable, Equatable {
  /// A sensitive file that has no mask yet.
  case appeared(String)
  /// The name that carried a mask was replaced, renamed or removed: its mask may be gone.
  case detached(String)
  /// What a person should know: a limit was reached, or events were lost and made good.
  case notice(String)
  /// The watch has ended: the session must not go on without it.
  case failed(Fault)
}

package struct WorkspaceOpening: Sendable, Equatable {
  package var layers: WorkspaceLayers
  package var mounts: [WorkspaceMount]
  /// Existing sensitive paths, absolute.
  package var masks: [String]
  /// The names of the variables in those of `masks` that are files of variables.
  package var variables: [String: [String]] = [:]
  /// What the person should know: a file system without reflinks, a fall-back that was refused.
  package var notices: [String]
  /// Existing paths of a `direct` project that the session must not change, absolute.
  package var readOnly: [String]
  /// Directories above them that must stay where they are, parents first.
  package var pinned: [String]

  package init(
    layers: WorkspaceLayers, mounts: [WorkspaceMount] = [], masks: [String], notices: [String],
    readOnly: [String] = [], pinned: [String] = []
  ) {
    self.layers = layers
    self.mounts = mounts
    self.masks = masks
    self.notices = notices
    self.readOnly = readOnly
    self.pinned = pinned
  }
}
