import BaileyCore
import Synchronization

/// Turns what the kernel saw into records, off the supervisor's thread.
///
/// The queue holds 8,192 events; what does not fit is counted, and the count becomes a record of its own.
struct Observer: SandboxObserver {
  private let continuation: AsyncStream<ObservedEvent>.Continuation
  private let lost: LostCount

  private final class LostCount: Sendable {
    let value = Mutex(0)
  }

  init(subject: Subject, mediator: any Mediator) {
    let (stream, continuation) = AsyncStream.makeStream(
      of: ObservedEvent.self, bufferingPolicy: .bufferingOldest(8192))
    self.continuation = continuation
    let lost = LostCount()
    self.lost = lost
    Task.detached {
      for await event in stream {
        await mediator.observe(Self.action(event, subject), Self.outcome(event))
        let missed = lost.value.withLock { count in
          defer { count = 0 }
          return count
        }
        if missed > 0 {
          await mediator.observe(Self.gap(subject), Outcome(succeeded: false, detail: ["lost": .int(Int64(missed))]))
        }
      }
    }
  }

  func observed(_ event: ObservedEvent) {
    if case .dropped = continuation.yield(event) { lost.value.withLock { $0 += 1 } }
  }

  private static func action(_ event: ObservedEvent, _ subject: Subject) -> Action {
    var action =
      switch event.operation {
      case .exec: Action.exec(subject, path: event.path, arguments: event.arguments)
      case .connect: Action(.netConnect, subject, resource: ["address": .string(event.path), "transport": "observed"])
      case .open, .rename, .unlink, .mkdir, .symlink, .link:
        Action.write(subject, path: event.path, operation: event.operation.rawValue, to: event.target)
      }
    action.context = action.context.setting("pid", .int(Int64(event.process)))
    return action
  }

  private static func outcome(_ event: ObservedEvent) -> Outcome {
    Outcome(succeeded: !event.refused, detail: ["observed": true])
  }

  private static func gap(_ subject: Subject) -> Action {
    Action(.exec, subject, resource: ["gap": true])
  }
}
