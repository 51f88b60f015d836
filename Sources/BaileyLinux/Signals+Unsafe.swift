internal import CBaileyLinux
internal import Glibc

// SAFETY (whole file): every signal set lives for its call; the handler below touches only memory that is never freed.

/// Signals of the calling process.
package enum Signals {
  /// Sends a signal to the caller's process group, himself included.
  package static func raiseInGroup(_ number: Int32) { _ = Glibc.kill(0, number) }

  package static func raise(_ number: Int32) { _ = Glibc.raise(number) }

  package static func send(_ number: Int32, to process: Int32) throws(Errno) {
    try Errno.check(Glibc.kill(process, number))
  }

  /// Writing to a closed pipe becomes `EPIPE`.
  package static func ignoreBrokenPipes() { _ = signal(SIGPIPE, SIG_IGN) }

  /// Blocks these signals in the calling thread and in those it starts.
  package static func block(_ numbers: [Int32]) throws(Errno) { try mask(Int32(SIG_BLOCK), numbers) }

  package static func unblock(_ numbers: [Int32]) throws(Errno) { try mask(Int32(SIG_UNBLOCK), numbers) }

  private static func mask(_ how: Int32, _ numbers: [Int32]) throws(Errno) {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    for number in numbers { unsafe sigaddset(&set, number) }
    let result = unsafe pthread_sigmask(how, &set, nil)
    if result != 0 { throw Errno(result) }
  }

  /// A symbolic name such as `SIGTERM`.
  package static func name(_ number: Int32) -> String {
    // SAFETY: returns a static string, or null for an unknown number.
    guard let text = unsafe bl_signal_name(number) else { return "signal \(number)" }
    return unsafe "SIG" + String(cString: text)
  }
}

/// The terminal to put right when the process dies of its own fault.
nonisolated(unsafe) private var rescued: (descriptor: Int32, settings: UnsafeMutablePointer<termios>)?

extension TerminalMode {
  /// Puts this mode back on `descriptor` if the process traps or faults; signals that end it otherwise are the caller's.
  ///
  /// Called once, before the mode is changed. tcsetattr(3) is async-signal-safe.
  package func restoreOnCrash(_ descriptor: Int32) {
    let memory = UnsafeMutablePointer<termios>.allocate(capacity: 1)
    unsafe memory.initialize(to: settings)
    unsafe rescued = (descriptor, memory)
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE] {
      var action = sigaction()
      unsafe action.__sigaction_handler.sa_handler = { number in
        if let rescued = unsafe rescued { unsafe tcsetattr(rescued.descriptor, TCSANOW, rescued.settings) }
        _ = Glibc.raise(number)
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
      unsafe sigaction(number, &action, nil)
    }
  }
}

extension Descriptor {
  /// Opens `/dev/null` in the place of each of 0, 1 and 2 that is closed, so that no other file takes their numbers. Called first in `main`.
  package static func fillStandardStreams() {
    for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 {
      _ = unsafe Glibc.open("/dev/null", O_RDWR)
    }
  }
}
