internal import CBaileyLinux
internal import Glibc

extension Descriptor {
  /// Starts a program and returns its process number; the caller reaps it.
  ///
  /// It has exactly these descriptors, from 0 on (`nil`: closed; at most 16), an empty signal mask and no ignored signals.
  package static func spawn(
    _ path: String, arguments: [String], environment: [String] = [], descriptors: [Int32?]
  ) throws(Errno) -> Int32 {
    let numbers = descriptors.map { $0 ?? -1 }
    // SAFETY: all strings and lists live for the call and end with NUL or null.
    return try unsafe path.withCPath { program throws(Errno) in
      try Errno.checkNegated(
        unsafe withCStrings(arguments) { arguments in
          unsafe withCStrings(environment) { environment in
            unsafe bl_spawn(program, arguments, environment, numbers, Int32(numbers.count))
          }
        })
    }
  }

  private static func withCStrings(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Int32
  ) -> Int32 {
    // SAFETY: every copy is freed after the body, which does not keep the list.
    let copies = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe copies.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -EINVAL }
      return unsafe body(start)
    }
  }
}
