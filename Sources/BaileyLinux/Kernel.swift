internal import CBaileyLinux

/// What the running kernel says of itself.
package enum Kernel {
  /// ABI version of Landlock; 0 where it is missing or switched off.
  package static var landlockABI: Int { max(0, Int(bl_landlock_abi())) }
}
