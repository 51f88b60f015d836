import BaileyCore
import BaileyLinux
import Glibc
import Synchronization

@testable import BaileyWorkspace

/// A hash for tests: not secure, but different for different content.
struct TestHasher: ContentHasher {
  private var states: [UInt64] = [0xcbf2_9ce4_8422_2325, 0x9ae1_6a3b_2f90_404f]

  mutating func update(_ bytes: [UInt8]) {
    for byte in bytes {
      states[0] = (states[0] ^ UInt64(byte)) &* 0x100_0000_01b3
      states[1] = (states[1] &+ UInt64(byte)) &* 0xc4ce_b9fe_1a85_ec53 ^ states[0]
    }
  }

  func finish() -> [UInt8] { states.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } } }
}

/// A project and a state directory of one test, removed with it. The session's upper layer is written by hand, as overlayfs would.
final class WorkspaceFixture: Sendable {
  let root: String
  let session = SessionID.random()
  let workspaces: Workspaces
  /// What the workspace shows beside the project.
  let mounts = Mutex<[WorkspaceMount]>([])

  var project: String { root + "/project" }
  var state: String { root + "/state" }
  var upper: String { state + "/sessions/\(session.text)/upper" }
  var copy: String { state + "/sessions/\(session.text)/copy" }

  init(_ base: String = "/tmp", inspector: (any ContentInspector)? = nil) throws {
    root = try Descriptor.makeTemporaryDirectory(prefix: base + "/bailey-workspace-")
    try Descriptor.makeDirectories(root + "/project", mode: 0o755)
    workspaces = Workspaces(stateDirectory: root + "/state", inspector: inspector, hasher: { TestHasher() })
  }

  /// For the process that is killed: a fixture that exists already and is not its own.
  deinit {
    let split = root.split(separator: "/")
    let parent = "/" + split.dropLast().joined(separator: "/")
    if let name = split.last { try? Descriptor.open(parent, [.readOnly, .directory]).removeTree(String(name)) }
  }

  func open(_ mode: WorkspaceMode = .staged, sensitive: [Glob] = []) async throws {
    let opening = try await workspaces.open(session: session, project: project, mode: mode, sensitive: sensitive)
    mounts.withLock { $0 = opening.mounts }
    await workspaces.awaitBase(of: session)
    // What a test does to the project from here on is after the start, by a clock that ticks every 10 ms at most.
    usleep(15000)
  }

  func changes() async throws -> ChangeSet { try await workspaces.changes(of: session) }

  @discardableResult
  func apply(_ selection: ChangeSelection = ChangeSelection(includesRisky: true)) async throws -> ApplyReport {
    try await workspaces.apply(selection, of: session, digest: changes().digest, approve: { _ in })
  }

  @discardableResult
  func undo() async throws -> ApplyReport { try await workspaces.undo(session: session) }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Writes a file with its directories, replacing its content in place.
func put(_ path: [UInt8], _ content: String, mode: UInt32 = 0o644) throws {
  let (parent, _) = Tree.split(path)
  try Descriptor.makeDirectories(String(decoding: parent, as: UTF8.self), mode: 0o755)
  let file = try Descriptor.open(path, [.writeOnly, .create, .truncate, .noFollow])
  try file.writeAll(content)
  try file.setMode(mode)
}

func put(_ path: String, _ content: String, mode: UInt32 = 0o644) throws { try put(bytes(path), content, mode: mode) }

func link(_ path: String, _ target: String) throws {
  try Descriptor.workingDirectory.symlink(target: target, at: path)
}

func remove(_ path: String) throws {
  let (parent, name) = Tree.split(bytes(path))
  try Descriptor.open(parent, [.readOnly, .directory]).removeTree(name)
}

/// A deletion as overlayfs records it.
func whiteout(_ path: String) throws {
  try Descriptor.makeDirectories(String(decoding: Tree.split(bytes(path)).parent, as: UTF8.self), mode: 0o755)
  try Descriptor.workingDirectory.makeNode(path, mode: 0o020000, device: 0)
}

func text(_ path: String) -> String? {
  guard let file = try? Descriptor.open(path, [.readOnly, .noFollow, .nonBlocking]),
    let content = try? file.readAll(limit: 1 << 26)
  else { return nil }
  return String(decoding: content, as: UTF8.self)
}

/// Everything in a tree: types, modes, content, targets.
func snapshot(_ path: String) throws -> [[UInt8]: NodeState] {
  let tree = try Tree(path)
  var result: [[UInt8]: NodeState] = [:]
  func visit(_ directory: [UInt8]) throws {
    for entry in try tree.directory(directory).entries() {
      let child = join(directory, entry.name)
      let state = try tree.state(child, { TestHasher() })
      result[child] = state
      if state.type == .directory { try visit(child) }
    }
  }
  try visit([])
  return result
}

/// The fault that something throws.
func fault(_ body: () async throws -> Void) async -> String? {
  do { try await body() } catch let fault as Fault { return fault.code } catch { return "\(error)" }
  return nil
}
