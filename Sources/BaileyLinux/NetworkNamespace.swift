internal import CBaileyLinux

/// The network namespace of a thread.
package enum NetworkNamespace {
  /// Puts the calling thread alone into a new, empty network namespace; its descriptors stay as they are.
  ///
  /// - Throws: `EPERM` without CAP_SYS_ADMIN.
  package static func enterNew() throws(Errno) { try Errno.checkNegated(bl_unshare(0x4000_0000)) }
}
