internal import CBaileyLinux
internal import Glibc

/// The settings of a terminal, to be put back later.
package struct TerminalMode: Sendable {
  var settings: termios
}

// SAFETY (whole file): the structure lives for the call.
extension Descriptor {
  package borrowing func isTerminal() -> Bool { isatty(raw) == 1 }

  package borrowing func windowSize() throws(Errno) -> (rows: UInt16, columns: UInt16) {
    var (rows, columns): (UInt16, UInt16) = (0, 0)
    try Errno.checkNegated(unsafe bl_window_size(raw, &rows, &columns))
    return (rows, columns)
  }

  package borrowing func setWindowSize(rows: UInt16, columns: UInt16) throws(Errno) {
    try Errno.checkNegated(bl_set_window_size(raw, rows, columns))
  }

  package borrowing func terminalMode() throws(Errno) -> TerminalMode {
    var settings = termios()
    try Errno.check(unsafe tcgetattr(raw, &settings))
    return TerminalMode(settings: settings)
  }

  /// Sets the mode once all output is written.
  package borrowing func setTerminalMode(_ mode: TerminalMode) throws(Errno) {
    var settings = mode.settings
    let number = raw
    try Errno.retrying { unsafe tcsetattr(number, TCSADRAIN, &settings) }
  }

  /// Raw: every byte at once, nothing echoed or interpreted. Returns the mode to put back.
  package borrowing func makeRaw() throws(Errno) -> TerminalMode {
    let before = try terminalMode()
    var mode = before
    unsafe cfmakeraw(&mode.settings)
    try setTerminalMode(mode)
    return before
  }
}
