private import CBaileyVectorscan

// SAFETY (whole file): each handle is made and freed once, by the class that holds it. An automaton does not change after it is made and
// may be used by several threads; scratch and streams belong to one inspection, which is used by one thread at a time. Hits are copied
// out before the next scan.

/// All literals of all rules as one automaton.
@safe final class Automaton: @unchecked Sendable {
  struct Literal: Hashable {
    var bytes: [UInt8]
    var ignoresCase: Bool
  }

  fileprivate let handle: OpaquePointer
  /// Bytes of state that each open stream has.
  let streamSize: Int

  /// Nil when it needs too much memory.
  init?(_ literals: [Literal]) {
    let bytes = literals.flatMap(\.bytes)
    let lengths = literals.map(\.bytes.count)
    let caseless = literals.map { $0.ignoresCase ? UInt8(1) : 0 }
    let made = unsafe bytes.withUnsafeBytes { bytes in
      unsafe bailey_automaton_new(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), lengths, caseless, UInt32(literals.count))
    }
    guard let made = unsafe made else { return nil }
    unsafe handle = made
    streamSize = unsafe bailey_automaton_stream_size(made)
  }

  deinit { unsafe bailey_automaton_free(handle) }
}

/// What scans with an automaton share, one after the other.
@safe final class AutomatonScratch {
  fileprivate let handle: OpaquePointer?
  private let automaton: Automaton

  init(_ automaton: Automaton) {
    self.automaton = automaton
    unsafe handle = bailey_automaton_scratch_new(automaton.handle)
  }

  deinit { if let handle = unsafe handle { unsafe bailey_automaton_scratch_free(handle) } }
}

/// Where a literal ended.
struct LiteralHit {
  var literal: Int
  /// In the stream, behind the last byte.
  var end: Int
}

/// The automaton's state in one stream.
@safe final class AutomatonStream {
  private let handle: OpaquePointer?
  private let automaton: Automaton

  init(_ automaton: Automaton) {
    self.automaton = automaton
    unsafe handle = bailey_automaton_open(automaton.handle)
  }

  private init(copying other: AutomatonStream) {
    automaton = other.automaton
    if let original = unsafe other.handle {
      unsafe handle = bailey_automaton_copy(original)
    } else {
      unsafe handle = nil
    }
  }

  func copy() -> AutomatonStream { AutomatonStream(copying: self) }

  deinit { if let handle = unsafe handle { unsafe bailey_automaton_close(handle) } }

  /// Reads on; false when memory ran out, and then nothing may be believed clean.
  func scan(_ bytes: Span<UInt8>, with scratch: AutomatonScratch, into hits: inout [LiteralHit]) -> Bool {
    hits.removeAll(keepingCapacity: true)
    defer { withExtendedLifetime((self, scratch)) {} }
    guard let handle = unsafe handle, let room = unsafe scratch.handle else { return false }
    var raw: UnsafePointer<bailey_automaton_hit>?
    let count = unsafe bytes.withUnsafeBytes { bytes in
      let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return unsafe bailey_automaton_scan(handle, start, bytes.count, room, &raw)
    }
    guard count >= 0 else { return false }
    guard let found = unsafe raw else { return true }
    for index in 0..<Int(count) {
      let hit = unsafe found[index]
      hits.append(LiteralHit(literal: Int(hit.literal), end: Int(hit.end)))
    }
    return true
  }
}
