import BaileyCore
import BaileyLinux

/// Runs work that blocks on a thread of its own: what a slow disk or receiver holds up is nothing but its sink.
func onOwnThread<Value: Sendable, Failure: Error>(
  else unable: @escaping @Sendable (Errno) -> Failure, _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
    do throws(Errno) {
      try startThread("export") {
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
