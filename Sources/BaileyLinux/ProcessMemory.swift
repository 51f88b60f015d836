internal import CBaileyLinux

/// Who may read the memory of this process.
package enum ProcessMemory {
  /// Whether other processes of the user may read it and trace the process, and a crash may leave it on disk (PR_SET_DUMPABLE(2const)).
  ///
  /// Where they may not, `/proc/PID` belongs to root. A program that is started from here is as any other again.
  package static func setDumpable(_ isDumpable: Bool) throws(Errno) {
    _ = try Errno.checkNegated(bl_set_dumpable(isDumpable ? 1 : 0))
  }

  package static var isDumpable: Bool { bl_is_dumpable() == 1 }
}
