internal import Glibc

/// Memory that held a secret.
package enum Erasing {
  /// Overwrites the bytes, also where nobody reads them again, and lets go of them.
  package static func erase(_ bytes: inout [UInt8]) {
    // SAFETY: the pointer has `count` bytes and lives for the call.
    unsafe bytes.withUnsafeMutableBytes { memory in
      if let start = memory.baseAddress { unsafe explicit_bzero(start, memory.count) }
    }
    bytes = []
  }
}
