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
  let result: Result<Value, Fault> = await withCheckedContinuation { continuation in
    do throws(Errno) {
      try startThread(name, stackBytes: 8 << 20) {
        do throws(Fault) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } catch {
      continuation.resume(
        returning: .failure(
          Fault("thread-missing", subject: name, why: "no thread for the work: \(error)", hint: "try again later")))
    }
  }
  return try result.get()
}
