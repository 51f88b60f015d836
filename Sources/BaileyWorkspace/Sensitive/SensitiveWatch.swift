package import BaileyCore
internal import BaileyLinux
internal import Synchronization

/// Watches the host's side of a project for sensitive files that appear while a session runs.
///
/// What the agent writes in a staged workspace lies in the upper layer and is not seen here. In `direct` mode it is: the caller knows.
/// Between the file's appearance and the mask lies a window (measured in Benchmarks, stated in THREATMODEL.md).
package final class SensitiveWatch: Sendable {
  package enum Event: Sendable, Equatable {
    /// An absolute path to be masked.
    case appeared(String)
    /// The name that carried a mask was replaced, renamed or removed: in `direct` mode its mask may be gone.
    case detached(String)
    /// What a person should know: a limit was reached, or events were lost and made good.
    case notice(String)
    /// The watch has ended; the session must not go on as if it had not.
    case failed(Fault)
  }

  private let stopping: Descriptor
  private let state: Mutex<WatchState>
  private let report: @Sendable (Event) -> Void
  /// Readable once the thread has ended.
  private let ended: Descriptor

  /// Starts watching; every directory is watched before it is read, so that nothing falls between `known` and the first event.
  ///
  /// `standing`: what a direct session must not change; its covers are kept in place like masks, and new names of that kind are told of.
  ///
  /// Keeps itself alive until `stop()`. `report` is called from a thread of its own, and before this returns for what has appeared
  /// since `known` was found. Errors: `sensitive-watch-failed`, and those of `SensitiveFiles.scan`.
  package init(
    project: String, patterns: [Glob], known: [String], standing: [String]? = nil,
    report: @escaping @Sendable (Event) -> Void
  ) throws(Fault) {
    let inotify = try Self.instance(project)
    do throws(Errno) {
      stopping = try Descriptor.eventCounter()
      ended = try Descriptor.eventCounter()
    } catch {
      throw Self.fault(project, error)
    }
    state = Mutex(
      WatchState(
        walk: try SensitiveWalk(project: project, patterns: SensitivePatterns(patterns)), known: known,
        standing: standing))
    self.report = report
    try deliver(inotify) { state, inotify throws(Fault) in try state.cover([], inotify) }
    let number = inotify.take()
    do throws(Errno) {
      try startThread("bailey-watch") {
        let inotify = Inotify(owning: number)
        self.run(project, inotify)
        self.ended.notify()
        // Nobody waits for this: the kernel takes some 15 ms to forget the marks.
        _ = consume inotify
      }
    } catch {
      _ = Inotify(owning: number)
      throw Self.fault(project, error)
    }
  }

  private static func instance(_ project: String) throws(Fault) -> Inotify {
    do throws(Errno) { return try Inotify() } catch { throw fault(project, error) }
  }

  /// Ends the watch and waits until no more reports come; a second call does nothing. Not to be called from `report`.
  package func stop() {
    stopping.notify()
    _ = try? poll([(ended.raw, .input)])
  }

  private func run(_ project: String, _ inotify: borrowing Inotify) {
    while true {
      do throws(Errno) {
        let ready = try poll([(inotify.descriptor.raw, .input), (stopping.raw, .input)])
        if !ready[1].isEmpty { return }
        for event in try inotify.read() {
          try deliverOrFail(inotify) { state, inotify throws(Fault) in try state.handle(event, inotify) }
        }
      } catch {
        if error != .canceled { report(.failed(Self.fault(project, error))) }
        return
      }
    }
  }

  private func deliverOrFail(
    _ inotify: borrowing Inotify, _ body: (inout WatchState, borrowing Inotify) throws(Fault) -> [Event]
  ) throws(Errno) {
    do throws(Fault) { try deliver(inotify, body) } catch {
      report(.failed(error))
      throw .canceled
    }
  }

  /// Reports after the lock is free, so that a slow receiver holds up nothing but its own events.
  private func deliver(
    _ inotify: borrowing Inotify, _ body: (inout WatchState, borrowing Inotify) throws(Fault) -> [Event]
  ) throws(Fault) {
    let events = try state.withLock { state throws(Fault) in try body(&state, inotify) }
    for event in events { report(event) }
  }

  private static func fault(_ project: String, _ error: Errno) -> Fault {
    Fault(
      "sensitive-watch-failed", subject: project, why: "cannot watch for new sensitive files: \(error)",
      hint: "raise fs.inotify.max_user_instances, or use --workspace copy, which leaves sensitive files out")
  }
}
