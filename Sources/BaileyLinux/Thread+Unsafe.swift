internal import CBaileyLinux
internal import Glibc

/// Starts a thread of its own for work that blocks, which tasks must not.
///
/// The thread has all signals blocked and ends with `body`. Nobody waits for it: what must be waited for says so itself.
///
/// - Parameters:
///   - name: at most 15 bytes, as /proc/PID/task/TID/comm shows it.
///   - stackBytes: a multiple of the page size.
/// - Throws: `EAGAIN` at the limit of threads.
package func startThread(
  _ name: String, stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void
) throws(Errno) {
  // SAFETY: the box is retained for the thread and released by it, exactly once; it is Sendable.
  let box = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: body))
  var attributes = pthread_attr_t()
  unsafe pthread_attr_init(&attributes)
  defer { unsafe pthread_attr_destroy(&attributes) }
  unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  unsafe pthread_attr_setstacksize(&attributes, stackBytes)
  var thread = pthread_t()
  let result = unsafe pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument = unsafe argument else { return nil }
      let body = unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
      var all = sigset_t()
      unsafe sigfillset(&all)
      _ = unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
      if let comm = try? Descriptor.open("/proc/thread-self/comm", .writeOnly) { try? comm.writeAll(body.name) }
      body.run()
      return nil
    }, box.toOpaque())
  if result != 0 {
    unsafe box.release()
    throw Errno(result)
  }
}

private final class ThreadBody: Sendable {
  let name: String
  let run: @Sendable () -> Void

  init(name: String, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

/// Lets others run that wait for this processor (sched_yield(2)).
package func yieldProcessor() { sched_yield() }
