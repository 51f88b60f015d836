internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// An anonymous file.
  package static func memory(_ name: String, sealable: Bool = true) throws(Errno) -> Descriptor {
    // SAFETY: the C string lives for the call.
    let number = try unsafe name.withCPath { pointer throws(Errno) in
      // 2 is MFD_ALLOW_SEALING.
      try Errno.checkNegated(unsafe bl_memfd_create(pointer, sealable ? 2 : 0))
    }
    return Descriptor(owning: number)
  }

  /// An anonymous file with this content that nobody can change any more, offset 0.
  package static func sealedMemory(_ name: String, _ content: [UInt8]) throws(Errno) -> Descriptor {
    let file = try memory(name)
    try file.writeAll(content)
    // F_ADD_SEALS: seal, shrink, grow, write.
    try Errno.checkNegated(bl_fcntl(file.raw, 1033, 0xf))
    try file.seek(to: 0)
    return file
  }
}
