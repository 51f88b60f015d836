internal import CBaileyLinux

extension Descriptor {
  /// All names of this directory, in the order of the file system. The descriptor must be open for reading; it is read from its start.
  package borrowing func entries() throws(Errno) -> [DirectoryEntry] {
    try seek(to: 0)
    let number = raw
    var entries: [DirectoryEntry] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      // SAFETY: the kernel writes at most `$0.count` bytes.
      let count = try Errno.retryingNegated {
        unsafe buffer.withUnsafeMutableBytes { unsafe bl_getdents64(number, $0.baseAddress, $0.count) }
      }
      if count == 0 { return entries }
      DirectoryEntry.parse(buffer[..<count], into: &entries)
    }
  }

  package static func entries(of path: some PathText) throws(Errno) -> [DirectoryEntry] {
    try open(path, [.readOnly, .directory]).entries()
  }
}
