internal import CBaileyLinux

/// What this process has freed and the C library keeps for later.
package enum FreeMemory {
  /// Gives it back to the kernel (malloc_trim(3)). Looks through the whole heap: for after work that needed much.
  package static func giveBack() { _ = malloc_trim(0) }
}
