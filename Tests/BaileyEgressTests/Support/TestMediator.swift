import BaileyCore
import Synchronization

/// Decides by a closure, and remembers everything that it was asked and told.
final class TestMediator: Mediator {
  struct Memory: Sendable {
    var requests: [Action] = []
    var completions: [(Action, Outcome)] = []
    var observations: [(Action, Outcome)] = []
    var labels: Set<String> = []
    var reconsidered = 0
  }

  let memory = Mutex(Memory())
  private let policy: Mutex<(number: Int, decide: @Sendable (Action) -> [Reason])>

  init(_ decide: @escaping @Sendable (Action) -> [Reason] = { _ in [Reason(.allow, "test-allows", "allowed")] }) {
    policy = Mutex((0, decide))
  }

  /// From now on this decides.
  func replace(_ decide: @escaping @Sendable (Action) -> [Reason]) {
    policy.withLock { $0 = ($0.number + 1, decide) }
  }

  var policies: Int { policy.withLock(\.number) }

  func reconsider(_ ruling: Ruling) async -> Ruling {
    memory.withLock { $0.reconsidered += 1 }
    return Ruling(action: ruling.action, decision: decide(ruling.action), record: ruling.record)
  }

  private func decide(_ action: Action) -> Decision {
    let decide = policy.withLock(\.decide)
    return Decision(combining: decide(action))
  }

  /// Allows these hosts, and everything that names none.
  convenience init(hosts: Set<String>) {
    self.init { action in
      guard let host = (action.resource["host"] ?? action.resource["name"])?.string else {
        return [Reason(.allow, "test-allows", "an address")]
      }
      if hosts.contains(host) { return [Reason(.allow, "test-allows", "allowed")] }
      return [
        Reason(.deny, "nothing-allows", "no rule allows \(host)", source: SourceLocation(file: "m.yaml", line: 7))
      ]
    }
  }

  func request(_ action: Action) async -> Ruling {
    let index = memory.withLock { memory in
      memory.requests.append(action)
      return UInt64(memory.requests.count)
    }
    return Ruling(action: action, decision: decide(action), record: index)
  }

  func complete(_ ruling: Ruling, _ outcome: Outcome) async {
    memory.withLock { $0.completions.append((ruling.action, outcome)) }
  }

  func observe(_ action: Action, _ outcome: Outcome) async {
    memory.withLock { $0.observations.append((action, outcome)) }
  }

  func expose(to labels: Set<String>) { memory.withLock { $0.labels.formUnion(labels) } }

  var requests: [Action] { memory.withLock { $0.requests } }
  var completions: [(Action, Outcome)] { memory.withLock { $0.completions } }
  var observations: [(Action, Outcome)] { memory.withLock { $0.observations } }

  /// Codes of what the gate refused by itself, or of what failed after it was allowed.
  var refusalCodes: [String] {
    observations.compactMap { $0.1.detail["code"]?.string }
      + completions.compactMap { $0.1.detail["reason"]?["code"]?.string }
  }
}
