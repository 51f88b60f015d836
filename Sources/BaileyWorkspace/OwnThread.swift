import BaileyCore
import BaileyLinux

/// Runs work that blocks on a thread of its own, so that the tasks of other sessions go on.
///
/// The stack is that of a main thread: the walks recurse as deep as an agent can nest directories. Errors: those of `body`, and `workspace-io`
/// at the limit of threads.
func onOwnThread<Value: Sendable>(
  _ body: @escaping @Sendable () throws(Fault) -> Value
) async throws(Fault) -> Value {
  let result: Result<Value, Fault> = await withCheckedContinuation { continuation in
    do throws(Errno) {
      try startThread("workspace", stackBytes: 8 << 20) {
        do throws(Fault) {
          continuation.resume(returning: .success(try body()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    } catch {
      continuation.resume(
        returning: .failure(Fault("workspace-io", why: "no thread for the work: \(error)", hint: "try again later")))
    }
  }
  return try result.get()
}
