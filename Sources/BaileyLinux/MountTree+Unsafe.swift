internal import CBaileyLinux
internal import Glibc

/// Attributes of a mount, as `MOUNT_ATTR_*`.
extension Descriptor {
  /// A detached copy of the mount tree at this descriptor; seen by nobody until it is moved somewhere.
  package borrowing func cloneTree(recursive: Bool) throws(Errno) -> Descriptor {
    // OPEN_TREE_CLONE is 1.
    let flags = 1 | UInt32(BL_AT_EMPTY_PATH) | (recursive ? UInt32(BL_AT_RECURSIVE) : 0)
    let number = raw
    // SAFETY: the C string lives for the call.
    let tree = try unsafe "".withCPath { empty throws(Errno) in
      try Errno.checkNegated(unsafe bl_open_tree(number, empty, flags))
    }
    return Descriptor(owning: tree)
  }

  /// Sets `MOUNT_ATTR_*` bits of a detached tree; with a user namespace, ids are mapped through it (`MOUNT_ATTR_IDMAP`).
  package borrowing func setMountAttributes(_ set: UInt64, userNamespace: Int32? = nil, recursive: Bool)
    throws(Errno)
  {
    let number = raw
    let flags = UInt32(BL_AT_EMPTY_PATH) | (recursive ? UInt32(BL_AT_RECURSIVE) : 0)
    let bits = set | (userNamespace == nil ? 0 : 0x100000)
    // SAFETY: the C string lives for the call.
    try unsafe "".withCPath { empty throws(Errno) in
      try Errno.checkNegated(unsafe bl_mount_setattr(number, empty, flags, bits, 0, 0, userNamespace ?? -1))
    }
  }
}
