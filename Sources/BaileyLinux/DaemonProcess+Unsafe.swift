internal import Glibc

// SAFETY (whole file): the limits live for their calls; descriptor 3 is owned once, since systemd passes it for this process alone.

/// What a long-lived process sets once, before it starts any thread.
package enum DaemonProcess {
  private static let stopping: [Int32] = [SIGTERM, SIGINT, SIGHUP]

  /// Private files by default, no death by a closed pipe, as many descriptors as the hard limit allows, stop signals kept for `stopSignal`.
  package static func prepare() throws(Errno) {
    umask(0o077)
    signal(SIGPIPE, SIG_IGN)
    var limit = rlimit()
    let openFiles = __rlimit_resource_t(7)  // RLIMIT_NOFILE
    try Errno.check(unsafe getrlimit(openFiles, &limit))
    limit.rlim_cur = limit.rlim_max
    try Errno.check(unsafe setrlimit(openFiles, &limit))
    try Signals.block(stopping)
  }

  /// Waits for a stop signal, or for somebody to call `stop()`.
  package static func stopSignal() async throws(Errno) {
    let signals = try Descriptor.signals(stopping).take()
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let wait: @Sendable () -> Void = {
        let descriptor = Descriptor(owning: signals)
        while (try? poll([(descriptor.raw, .input)])) == nil {}
        continuation.resume()
      }
      do { try startThread("signals", wait) } catch { continuation.resume() }
    }
  }

  /// Asks this process to stop, as a SIGTERM from outside would.
  package static func stop() { _ = kill(getpid(), SIGTERM) }

  /// The listening socket that systemd passed (sd_listen_fds(3)): descriptor 3, if `LISTEN_PID` names this process.
  ///
  /// More than one is refused with `EINVAL`, since which is meant could only be guessed, and so is what is not a listening Unix socket.
  package static func inheritedSocket() throws(Errno) -> Descriptor? {
    guard let process = CurrentProcess.variable("LISTEN_PID"), Int32(process) == getpid() else { return nil }
    guard CurrentProcess.variable("LISTEN_FDS") == "1" else { throw .invalid }
    let socket = Descriptor(owning: 3)
    guard try socket.isUnixListener() else { throw .invalid }
    try socket.setCloseOnExec(true)
    return socket
  }
}

extension Descriptor {
  /// Descriptor 2, for messages; never closed.
  package static let standardError = Descriptor(owning: 2)
}
