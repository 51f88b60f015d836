internal import BaileyCore
internal import BaileyLinux
internal import Synchronization

/// Opens a store on a thread of its own, once for all who wait; none of them waits longer than `patience`.
///
/// The Secret Service may ask the person on the desktop; a request of an agent is answered before that.
actor StoreOpening {
  private let store: SecretStore
  private let patience: Duration
  private var attempt: Task<Result<Void, Fault>, Never>?

  init(_ store: SecretStore, patience: Duration) {
    self.store = store
    self.patience = patience
  }

  /// - Throws: what `SecretStore.unlock` does; `secrets-locked` where that takes too long.
  func open() async throws(Fault) {
    if store.isUnlocked { return }
    let attempt = attempt ?? begin()
    guard let result = await Self.first(of: attempt, within: patience) else {
      throw Fault(
        "secrets-locked", why: "the secrets are locked, and what opens them has not answered yet",
        hint: "is a question open on the desktop? Then try again")
    }
    try result.get()
  }

  private func begin() -> Task<Result<Void, Fault>, Never> {
    let new = Task {
      let result = await Self.unlock(self.store)
      self.attempt = nil
      return result
    }
    attempt = new
    return new
  }

  private static func unlock(_ store: SecretStore) async -> Result<Void, Fault> {
    do throws(Fault) {
      return .success(try await onOwnThread("secrets") { () throws(Fault) in try store.unlock() })
    } catch {
      return .failure(error)
    }
  }

  private static func first(of attempt: Task<Result<Void, Fault>, Never>, within patience: Duration) async
    -> Result<Void, Fault>?
  {
    await withCheckedContinuation { (continuation: CheckedContinuation<Result<Void, Fault>?, Never>) in
      let waiting = Waiting(continuation)
      let timer = Task {
        try? await Task.sleep(for: patience)
        waiting.resume(nil)
      }
      Task {
        waiting.resume(await attempt.value)
        timer.cancel()
      }
    }
  }
}

/// Goes on once.
private final class Waiting: Sendable {
  private let continuation: Mutex<CheckedContinuation<Result<Void, Fault>?, Never>?>

  init(_ continuation: CheckedContinuation<Result<Void, Fault>?, Never>) { self.continuation = Mutex(continuation) }

  func resume(_ result: Result<Void, Fault>?) {
    let one = continuation.withLock { one in
      defer { one = nil }
      return one
    }
    one?.resume(returning: result)
  }
}
