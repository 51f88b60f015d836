internal import BaileyCore
import BaileyLinux
import Synchronization

/// Moves a directory of a staged project for programs that do not know how.
///
/// overlayfs cannot rename a directory of its lower layer where an ordinary user mounted it, and says EXDEV. mv(1) and npm then copy and remove;
/// `git mv` gives up. So the call is made good by a program inside the walls, with the rights of the agent and no more; where that fails, the
/// kernel answers as it would have.
final class StagedRename: Sendable {
  private static let most = 16

  private struct State {
    weak var sandbox: Sandbox?
    var running = 0
    var isOff = false
  }

  private let project: String
  private let lower: String
  private let state = Mutex(State())

  /// `nil` where no overlay stands in the way.
  init?(_ workspace: WorkspaceLayers) {
    guard case .overlay(let path, let lower, _, _) = workspace else { return nil }
    project = path
    self.lower = lower
  }

  /// Until then every rename is the kernel's.
  func serve(_ sandbox: Sandbox) { state.withLock { $0.sandbox = sandbox } }

  /// From now on every rename is the kernel's again: the helper has the rights of the agent, and so more than a program that gave some of
  /// them up by Landlock. Which programs did cannot be seen.
  func stop() { state.withLock { $0.isOff = true } }

  /// Whether both paths lie in the project, and the lower layer has a directory at the first.
  ///
  /// - Parameter flags: of renameat2(2); an exchange is the kernel's.
  func concerns(from: String, to: String, flags: UInt64) -> Bool {
    guard flags <= Self.noReplace, from.hasPrefix("/"), to.hasPrefix("/") else { return false }
    let (from, to) = (InsidePath.resolve(from, in: "/"), InsidePath.resolve(to, in: "/"))
    guard from != project, InsidePath.contains(project, from), InsidePath.contains(project, to),
      !InsidePath.contains(from, to)
    else { return false }
    let relative = InsidePath.suffix(from, after: project.utf8.count + 1)
    guard let root = try? Descriptor.open(lower, [.path, .directory]) else { return false }
    return (try? root.open(relative, [.path, .directory, .noFollow], resolve: [.beneath, .noSymlinks])) != nil
  }

  private static let noReplace: UInt64 = 1

  /// - Parameter done: called once, with whether the directory was moved.
  func perform(from: String, to: String, flags: UInt64, done: @escaping @Sendable (Bool) -> Void) {
    let sandbox = state.withLock { state -> Sandbox? in
      guard !state.isOff, state.running < Self.most, let sandbox = state.sandbox else { return nil }
      state.running += 1
      return sandbox
    }
    guard let sandbox else { return done(false) }
    Task {
      done(await self.move(in: sandbox, from, to, flags))
      self.state.withLock { $0.running -= 1 }
    }
  }

  private func move(in sandbox: Sandbox, _ from: String, _ to: String, _ flags: UInt64) async -> Bool {
    let command = ["/bin/sh", "-c", Self.script, "rename", from, to, "\(flags)"]
    do {
      let program = try await sandbox.execute(
        command: command, environment: ["PATH": "/usr/bin:/bin"], workingDirectory: "/",
        streams: StandardStreams(input: nil, output: nil, error: nil), terminal: nil)
      for await event in program.events {
        if case .exited(let status) = event { return status == .exited(code: 0) }
      }
    } catch {}
    return false
  }

  /// rename(2) replaces an empty directory, and nothing else; what is half copied goes again.
  private static let script = """
    [ -d "$1" ] && [ ! -L "$1" ] || exit 1
    [ "$3" = 1 ] || rmdir -- "$2" 2> /dev/null
    [ ! -e "$2" ] && [ ! -L "$2" ] || exit 1
    cp -aT -- "$1" "$2" || { rm -rf -- "$2"; exit 1; }
    rm -rf -- "$1"
    """
}
