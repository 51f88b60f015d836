package import BaileyCore

/// Runs work that blocks, or takes long, on a thread of its own, so that the tasks of other sessions go on.
///
/// The stack is that of a main thread: what runs here may recurse as deep as an agent can nest directories. Errors: those of `body`, and
/// `thread-missing` at the limit of threads.
///
/// - Parameter name: at most 15 bytes.
package func onOwnThread<Value: Sendable>(
  _ name: String, _ body: @escaping @Sendable () throws(Fault) -> Value
) async throws(Fault) -> Value {
  try await onOwnThread(
    name, stackBytes: 8 << 20,
    else: { Fault("thread-missing", subject: name, why: "no thread for the work: \($0)", hint: "try again later") },
    body)
}

/// The same where another stack does, or other errors are thrown.
///
/// - Parameter unable: what to throw at the limit of threads.
package func onOwnThread<Value: Sendable, Failure: Error>(
  _ name: String, stackBytes: Int = 512 << 10, else unable: @escaping @Sendable (Errno) -> Failure,
  _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
    do throws(Errno) {
      try startThread(name, stackBytes: stackBytes) {
        do throws(Failure) { continuation.resume(returning: .success(try body())) } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } catch {
      continuation.resume(returning: .failure(unable(error)))
    }
  }
  return try result.get()
}
