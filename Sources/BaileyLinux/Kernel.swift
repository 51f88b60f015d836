internal import CBaileyLinux
internal import Glibc

/// What the running kernel says of itself.
package enum Kernel {
  /// ABI version of Landlock; 0 where it is missing or switched off.
  package static var landlockABI: Int { max(0, Int(bl_landlock_abi())) }

  /// Bytes.
  package static var pageSize: Int { sysconf(Int32(_SC_PAGESIZE)) }

  /// Processors that are there, also those that are switched off.
  package static var processors: Int { sysconf(Int32(_SC_NPROCESSORS_CONF)) }
}
