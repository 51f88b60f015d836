import BaileyCore
import BaileyInspect
import Synchronization

/// What each session knows as secret, ready to be found; in memory only, until it is forgotten.
final class SessionSecrets: Sendable {
  private struct Known {
    /// No other set of values has it; 0 is none.
    var number: Int
    var secrets: [KnownSecret]
    var values: KnownValues
  }

  private struct State {
    var sessions: [SessionID: Known] = [:]
    var last = 0
  }

  private let state = Mutex(State())

  /// What is known already makes no new set.
  func add(_ secrets: [KnownSecret], of session: SessionID) {
    state.withLock { state in
      let old = state.sessions[session]
      let all = (old?.secrets ?? []) + secrets.filter { old?.secrets.contains($0) != true }
      if let old, old.secrets.count == all.count { return }
      let values = KnownValues(all.map { KnownValue(name: $0.name, value: $0.value) })
      if !values.isEmpty { state.last += 1 }
      state.sessions[session] = Known(number: values.isEmpty ? 0 : state.last, secrets: all, values: values)
    }
  }

  func isTold(_ session: SessionID) -> Bool { state.withLock { $0.sessions[session] != nil } }

  func forget(_ session: SessionID) { state.withLock { $0.sessions[session] = nil } }

  func values(of session: SessionID?) -> KnownValues? {
    session.flatMap { session in state.withLock { $0.sessions[session]?.values } }
  }

  func number(of session: SessionID?) -> Int {
    session.flatMap { session in state.withLock { $0.sessions[session]?.number } } ?? 0
  }
}
