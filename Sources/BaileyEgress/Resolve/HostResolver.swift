package import BaileyCore
import BaileyLinux
import Synchronization

/// The host's own names: its hosts file, then its resolver by getaddrinfo(3), in at most eight threads.
///
/// The question has a trailing dot, so that no search domain is tried, whatever `ndots` says: what was judged is what is asked.
/// A look-up that takes longer than `timeout` fails, but holds its thread until the C library returns; when 256 wait, further
/// ones fail at once.
package final class HostResolver: NameResolver {
  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var threads = 0
  }

  private let state = Mutex(State())
  private let timeout: Duration
  private let hostsFile: String
  private let lookUp: @Sendable (String) -> Result<[IPAddress], ResolveError>
  private static let maximumThreads = 8
  private static let maximumWaiting = 256

  package convenience init(timeout: Duration = .seconds(10)) {
    self.init(timeout: timeout, hostsFile: "/etc/hosts") { question in BaileyEgress.lookUp(question) }
  }

  /// - Parameter lookUp: what is asked after the file; it may block.
  init(
    timeout: Duration, hostsFile: String, lookUp: @escaping @Sendable (String) -> Result<[IPAddress], ResolveError>
  ) {
    self.timeout = timeout
    self.hostsFile = hostsFile
    self.lookUp = lookUp
  }

  package func addresses(of name: HostName) async throws(ResolveError) -> [IPAddress] {
    let answer = OneAnswer()
    guard enqueue({ [self] in answer.give(find(name)) }) else { throw .tooBusy }
    let timer = Task { [timeout] in
      try await Task.sleep(for: timeout)
      answer.give(.failure(.timedOut))
    }
    let result = await answer.wait()
    timer.cancel()
    return try result.get()
  }

  private func find(_ name: HostName) -> Result<[IPAddress], ResolveError> {
    let listed = HostsFile(path: hostsFile).addresses(of: name)
    return listed.isEmpty ? lookUp(name.text + ".") : .success(listed)
  }

  private func enqueue(_ job: @escaping @Sendable () -> Void) -> Bool {
    let startsThread = state.withLock { state -> Bool? in
      guard state.waiting.count < Self.maximumWaiting else { return nil }
      state.waiting.append(job)
      guard state.threads < Self.maximumThreads else { return false }
      state.threads += 1
      return true
    }
    guard let startsThread else { return false }
    if startsThread {
      do { try startThread("bailey-resolve") { [self] in work() } } catch {
        state.withLock { $0.threads -= 1 }
        return false
      }
    }
    return true
  }

  /// Works the queue off, and ends with it: an idle controller has no such threads.
  private func work() {
    while let job = nextJob() { job() }
  }

  private func nextJob() -> (@Sendable () -> Void)? {
    state.withLock { state in
      if state.waiting.isEmpty {
        state.threads -= 1
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}

/// The first answer counts; later ones are dropped.
private final class OneAnswer: Sendable {
  typealias Answer = Result<[IPAddress], ResolveError>

  private enum State {
    case open
    case waiting(CheckedContinuation<Answer, Never>)
    case given(Answer)
    case done
  }

  private let state = Mutex(State.open)

  func give(_ answer: Answer) {
    let waiter = state.withLock { state -> CheckedContinuation<Answer, Never>? in
      switch state {
      case .open: state = .given(answer)
      case .waiting(let continuation):
        state = .done
        return continuation
      case .given, .done: break
      }
      return nil
    }
    waiter?.resume(returning: answer)
  }

  func wait() async -> Answer {
    await withCheckedContinuation { continuation in
      let ready = state.withLock { state -> Answer? in
        if case .given(let answer) = state {
          state = .done
          return answer
        }
        state = .waiting(continuation)
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }
}
