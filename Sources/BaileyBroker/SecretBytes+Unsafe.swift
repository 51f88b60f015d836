package import BaileyCore
internal import BaileyLinux
internal import CBaileySodium

/// A secret's bytes, in memory that is never swapped, left out of core dumps, and zeroed when the last owner lets go.
///
/// They are lent, not given, and never printed. Who copies what he is lent answers for the copy.
@safe package final class SecretBytes: SecretValue, CustomStringConvertible, CustomReflectable {
  // SAFETY (whole file): the memory has `count` bytes (one where there are none), is written before `init` returns and never after, and
  // lives as long as the object; what is lent does not escape the body.
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<UInt8>
  package let count: Int

  private init(owning memory: UnsafeMutablePointer<UInt8>, _ count: Int) {
    unsafe self.memory = memory
    self.count = count
  }

  deinit { unsafe bailey_secret_free(memory) }

  package func lend<V, E: Error>(_ body: (Span<UInt8>) throws(E) -> V) throws(E) -> V {
    try body(unsafe Span(_unsafeStart: memory, count: count))
  }

  func lendPointer<V>(_ body: (UnsafePointer<UInt8>) -> V) -> V { unsafe body(memory) }

  package var description: String { "a secret" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretBytes {
  /// A copy of what is lent; the caller zeroes his own.
  package static func copy(_ bytes: Span<UInt8>) throws(Fault) -> SecretBytes {
    try unsafe make(bytes.count) { memory in
      for index in 0..<bytes.count { unsafe memory[index] = bytes[index] }
      return true
    }
  }

  static func empty() throws(Fault) -> SecretBytes { try unsafe make(0) { _ in true } }

  package static func random(_ count: Int) throws(Fault) -> SecretBytes {
    try unsafe make(count) { memory in
      unsafe bailey_random(memory, count)
      return true
    }
  }

  /// Moves bytes out of an array, which is zeroed.
  package static func taking(_ bytes: inout [UInt8]) throws(Fault) -> SecretBytes {
    defer { erase(&bytes) }
    return try copy(bytes.span)
  }

  package static func erase(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe bailey_zero($0.baseAddress, $0.count) }
    bytes = []
  }

  /// - Parameter fill: `false` when there is nothing to hold.
  /// - Throws: `secret-memory` when no memory can be locked: then no secret is held at all.
  static func make(_ count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Bool) throws(Fault) -> SecretBytes {
    // Nobody but root looks into a process that holds a secret; no other process of the agent's user, and no crash handler.
    guard (try? ProcessMemory.setDumpable(false)) != nil, let memory = unsafe bailey_secret_new(max(count, 1)) else {
      throw Fault(
        "secret-memory", why: "no memory could be locked for a secret",
        hint: "raise the limit of locked memory (`ulimit -l`, LimitMEMLOCK=)")
    }
    let secret = unsafe SecretBytes(owning: memory, count)
    guard unsafe fill(memory) else {
      throw Fault("secret-unreadable", why: "the bytes were not sealed with this key, or were changed")
    }
    return secret
  }

  package func isEqual(to other: SecretBytes) -> Bool {
    guard count == other.count else { return false }
    return unsafe lendPointer { one in unsafe other.lendPointer { unsafe bailey_differ(one, $0, count) == 0 } }
  }
}
