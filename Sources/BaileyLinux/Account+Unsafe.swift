internal import Glibc

/// An entry of the user database.
package struct Account: Sendable, Equatable {
  package var user: UInt32
  package var group: UInt32
  package var name: String
  package var home: String
  package var shell: String

  /// `nil` when the database has no such user.
  package static func of(user: UInt32) -> Account? {
    unsafe lookUp { entry, buffer, size, found in unsafe getpwuid_r(user, entry, buffer, size, found) }
  }

  package static func named(_ name: String) -> Account? {
    unsafe lookUp { entry, buffer, size, found in unsafe getpwnam_r(name, entry, buffer, size, found) }
  }

  private static func lookUp(
    _ call: (
      UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32
  ) -> Account? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>? = nil
    var buffer = [CChar](repeating: 0, count: 16384)
    // SAFETY: the entry's strings lie in `buffer`, which lives until they are copied.
    return unsafe buffer.withUnsafeMutableBufferPointer { space in
      guard let start = space.baseAddress, unsafe call(&entry, start, space.count, &found) == 0, unsafe found != nil
      else { return nil }
      return unsafe Account(
        user: entry.pw_uid, group: entry.pw_gid, name: String(cString: entry.pw_name),
        home: String(cString: entry.pw_dir), shell: String(cString: entry.pw_shell))
    }
  }
}

/// The calling process: who it is, and what it was told.
package enum CurrentProcess {
  package static var user: UInt32 { geteuid() }
  package static var group: UInt32 { getegid() }
  package static var number: Int32 { getpid() }
  package static var parent: Int32 { getppid() }

  /// All variables; of one that is set twice, the first. Text that is not UTF-8 is repaired.
  package static var environment: [String: String] {
    var result: [String: String] = [:]
    // SAFETY: nobody in this process calls setenv, so the list does not change under us.
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if pair.count == 2, result[String(pair[0])] == nil { result[String(pair[0])] = String(pair[1]) }
      unsafe entry += 1
    }
    return result
  }

  package static func variable(_ name: String) -> String? {
    // SAFETY: the string is copied at once; nobody calls setenv.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  package static func workingDirectory() throws(Errno) -> [UInt8] {
    guard let path = unsafe getcwd(nil, 0) else { throw .current }
    // SAFETY: getcwd allocated a NUL-terminated string for us.
    defer { unsafe free(path) }
    return unsafe Array(UnsafeRawBufferPointer(start: path, count: strlen(path)))
  }
}
