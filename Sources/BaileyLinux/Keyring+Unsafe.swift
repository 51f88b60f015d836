internal import CBaileyLinux

// SAFETY (whole file): names are C strings for the call; counts are those of the buffers.

/// Keys in the user's kernel keyring, keyrings(7): they outlive a process, and not the machine.
package enum Keyring {
  package static func put(_ name: String, _ bytes: Span<UInt8>) throws(Errno) {
    try unsafe name.withCPath { name throws(Errno) in
      _ = try Errno.checkNegated(
        unsafe bytes.withUnsafeBytes { unsafe bl_keyring_put(name, $0.baseAddress, $0.count) })
    }
  }

  /// The whole key, into a buffer of exactly its size; anything else is `EINVAL`.
  package static func get(_ name: String, into buffer: inout [UInt8]) throws(Errno) {
    let count = try unsafe name.withCPath { name throws(Errno) in
      try Errno.checkNegated(
        unsafe buffer.withUnsafeMutableBytes { unsafe bl_keyring_get(name, $0.baseAddress, $0.count) })
    }
    if count != buffer.count { throw .invalid }
  }

  package static func remove(_ name: String) throws(Errno) {
    try unsafe name.withCPath { name throws(Errno) in _ = try Errno.checkNegated(unsafe bl_keyring_remove(name)) }
  }
}
