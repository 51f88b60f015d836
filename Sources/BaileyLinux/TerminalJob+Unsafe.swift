internal import CBaileyLinux
internal import Glibc

// SAFETY (whole file): the structures live for their calls.
extension Descriptor {
  /// Whether the caller's process group may read from this terminal and change it.
  package borrowing func isForegroundTerminal() -> Bool {
    let group = tcgetpgrp(raw)
    return group > 0 && group == getpgrp()
  }

  /// Whether the terminal gathers lines: programs that take single keys (pagers, editors) turn this off.
  package borrowing func gathersLines() -> Bool {
    var settings = termios()
    guard unsafe tcgetattr(raw, &settings) == 0 else { return false }
    return settings.c_lflag & tcflag_t(ICANON) != 0
  }

  /// Turns the echo of this terminal on or off; on the master of a pair as on its slave.
  package borrowing func setEcho(_ on: Bool) throws(Errno) {
    var settings = termios()
    try Errno.check(unsafe tcgetattr(raw, &settings))
    let flags = tcflag_t(ECHO | ECHOE | ECHOK | ECHONL)
    settings.c_lflag = on ? settings.c_lflag | tcflag_t(ECHO | ECHOE | ECHOK) : settings.c_lflag & ~flags
    try Errno.check(unsafe tcsetattr(raw, TCSANOW, &settings))
  }

  /// A new pseudo-terminal of this process's mount namespace: `first` is the master, `second` the slave.
  package static func pseudoTerminal() throws(Errno) -> DescriptorPair {
    var (master, slave): (Int32, Int32) = (-1, -1)
    try Errno.checkNegated(unsafe bl_pseudo_terminal(&master, &slave))
    return DescriptorPair(first: Descriptor(owning: master), second: Descriptor(owning: slave))
  }

  /// `send` fails with `EAGAIN` after so long; 0 is never.
  package borrowing func setSendTimeout(seconds: Int) throws(Errno) {
    var time = timeval(tv_sec: seconds, tv_usec: 0)
    try Errno.check(unsafe setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size)))
  }
}

extension Descriptor {
  /// Throws away what was typed and not yet read.
  package borrowing func discardInput() { _ = tcflush(raw, TCIFLUSH) }
}
