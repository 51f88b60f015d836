// SAFETY (whole file): chunks are never moved and are freed only with their heap; every block is written whole before its handle is
// given out, and never again. A handle is valid as long as its heap: a program's heap outlives its evaluations, and what leaves an
// evaluation is exported first. A frozen heap is only read, so it may be shared.

/// An arena of immutable values, with one copy of each string.
///
/// A heap may stand on a frozen one: strings of the base are found there, so equal strings are equal handles across both.
/// Running out sets `exhausted` and yields empty values: whoever runs a loop looks at the flag.
@safe package final class Heap: @unchecked Sendable {
  private var chunks: [(start: UnsafeMutableRawPointer, size: Int)]
  private var next: UInt = 0
  private var end: UInt = 0
  private let base: Heap?
  private var slots: [UInt64]
  private var used = 0
  private let limit: Int
  private(set) var allocated = 0
  private(set) package var exhausted = false
  /// How often it was reset: values of another generation are gone.
  private(set) var generation = 0

  /// For what keeps its heap; others borrow one from `Heap.lending` or keep a `Document`.
  init(base: Heap? = nil, limit: Int = 1 << 30) {
    unsafe chunks = []
    self.base = base
    self.limit = limit
    slots = [UInt64](repeating: 0, count: base == nil ? 1024 : 64)
  }

  deinit { for index in unsafe chunks.indices { unsafe chunks[index].start.deallocate() } }

  /// What a heap keeps over a reset: one large evaluation must not stay in memory for the life of a session.
  private static let kept = (chunk: 1 << 18, slots: 1 << 13)

  /// Forgets every value but keeps one chunk, for the next evaluation.
  package func reset() {
    let count = unsafe chunks.first.map { unsafe $0.size <= Self.kept.chunk } == true ? 1 : 0
    for index in unsafe chunks.indices.dropFirst(count) { unsafe chunks[index].start.deallocate() }
    unsafe chunks.removeSubrange(count...)
    (next, end) = (0, 0)
    if unsafe !chunks.isEmpty {
      next = unsafe UInt(bitPattern: chunks[0].start)
      end = unsafe next + UInt(chunks[0].size)
    }
    allocated = unsafe chunks.isEmpty ? 0 : chunks[0].size
    exhausted = false
    generation += 1
    used = 0
    if slots.count > Self.kept.slots {
      slots = [UInt64](repeating: 0, count: base == nil ? 1024 : 64)
    } else {
      for index in slots.indices { slots[index] = 0 }
    }
  }

  /// Whether a value lies in this heap rather than in its base.
  package func owns(_ value: Value) -> Bool {
    guard value.tag.rawValue >= Value.Tag.number.rawValue else { return false }
    let address = UInt(value.bits & ~15)
    for index in unsafe chunks.indices {
      let chunk = unsafe chunks[index]
      let start = unsafe UInt(bitPattern: chunk.start)
      if address >= start, unsafe address < start + UInt(chunk.size) { return true }
    }
    return false
  }

  /// How many bytes there is room for.
  package var room: Int { limit - allocated }

  private static let chunkSize = 1 << 15

  /// A block of so many bytes, aligned to 16; nil when the limit is reached.
  private func block(_ size: Int) -> UnsafeMutableRawPointer? {
    let rounded = (size + 15) & ~15
    if next + UInt(rounded) > end, !grow(rounded) { return nil }
    let at = unsafe UnsafeMutableRawPointer(bitPattern: next)
    next += UInt(rounded)
    return unsafe at
  }

  private func grow(_ size: Int) -> Bool {
    let wanted = unsafe chunks.isEmpty ? Self.chunkSize : max(Self.chunkSize, min(allocated, 1 << 22))
    let count = max(size, wanted)
    if allocated + count > limit {
      exhausted = true
      return false
    }
    let chunk = UnsafeMutableRawPointer.allocate(byteCount: count, alignment: 16)
    unsafe chunks.append((chunk, count))
    allocated += count
    next = UInt(bitPattern: chunk)
    end = next + UInt(count)
    return true
  }

  // MARK: Strings

  package func string(_ bytes: Text) -> Value {
    unsafe bytes.withBytes { unsafe intern($0) }
  }

  package func string(_ bytes: [UInt8]) -> Value {
    unsafe bytes.withUnsafeBufferPointer { unsafe intern($0) }
  }

  package func string(slice bytes: [UInt8], _ start: Int, _ end: Int) -> Value {
    unsafe bytes[start..<end].withUnsafeBufferPointer { unsafe intern($0) }
  }

  package func string(_ text: String) -> Value {
    var text = text
    return text.withUTF8 { unsafe intern($0) }
  }

  /// A number that is no small integer, as its text.
  func numberText(_ bytes: [UInt8]) -> Value {
    unsafe bytes.withUnsafeBufferPointer { unsafe write($0, hash: 0, tag: .number) ?? Value(integer: 0) }
  }

  private func intern(_ bytes: UnsafeBufferPointer<UInt8>) -> Value {
    // One handle each, the empty string included.
    if bytes.isEmpty { return .emptyString }
    let hash = unsafe Self.hash(bytes)
    var heap: Heap? = self
    while let at = heap {
      if let found = unsafe at.find(bytes, hash) { return found }
      heap = at.base
    }
    guard let value = unsafe write(bytes, hash: hash, tag: .string) else { return .emptyString }
    insert(value.bits, hash)
    return value
  }

  private func write(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt32, tag: Value.Tag) -> Value? {
    guard bytes.count < Int(UInt32.max), let block = unsafe block(8 + bytes.count) else { return nil }
    unsafe block.storeBytes(of: UInt32(bytes.count), as: UInt32.self)
    unsafe block.storeBytes(of: hash, toByteOffset: 4, as: UInt32.self)
    if let start = bytes.baseAddress { unsafe (block + 8).copyMemory(from: start, byteCount: bytes.count) }
    return unsafe Value(block: block, tag: tag)
  }

  private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Value? {
    let mask = slots.count - 1
    var at = Int(hash) & mask
    while case let bits = slots[at], bits != 0 {
      let value = Value(bits: bits)
      if value.hash == hash, unsafe value.text.equals(bytes) { return value }
      at = (at + 1) & mask
    }
    return nil
  }

  private func insert(_ bits: UInt64, _ hash: UInt32) {
    if used * 2 >= slots.count { rehash() }
    used += 1
    place(bits, hash)
  }

  private func place(_ bits: UInt64, _ hash: UInt32) {
    let mask = slots.count - 1
    var at = Int(hash) & mask
    while slots[at] != 0 { at = (at + 1) & mask }
    slots[at] = bits
  }

  private func rehash() {
    let old = slots
    slots = [UInt64](repeating: 0, count: old.count * 2)
    for bits in old where bits != 0 { place(bits, Value(bits: bits).hash) }
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
    var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
    var at = 0
    while at + 8 <= bytes.count {
      let word = unsafe UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped + at).loadUnaligned(as: UInt64.self)
      hash = (hash ^ word) &* 0xFF51_AFD7_ED55_8CCD
      hash ^= hash >> 32
      at += 8
    }
    while at < bytes.count {
      hash = unsafe (hash ^ UInt64(bytes[at])) &* 0x0000_0100_0000_01B3
      at += 1
    }
    hash = (hash ^ (hash >> 29)) &* 0xC4CE_B9FE_1A85_EC53
    return UInt32(truncatingIfNeeded: hash >> 32)
  }

  // MARK: Collections

  package func array(_ items: [Value]) -> Value {
    items.isEmpty ? .emptyArray : (words(items, count: items.count, tag: .array) ?? .emptyArray)
  }

  /// Items in order, each once.
  func set(sorted items: [Value]) -> Value {
    items.isEmpty ? .emptySet : (words(items, count: items.count, tag: .set) ?? .emptySet)
  }

  /// First the keys in order, each once, then as many values.
  func object(sortedKeysThenValues words: [Value]) -> Value {
    words.isEmpty ? .emptyObject : (self.words(words, count: words.count / 2, tag: .object) ?? .emptyObject)
  }

  private func words(_ items: [Value], count: Int, tag: Value.Tag) -> Value? {
    guard let block = unsafe block(8 + items.count * 8) else { return nil }
    unsafe block.storeBytes(of: UInt64(count), as: UInt64.self)
    unsafe items.withUnsafeBytes { bytes in
      unsafe (block + 8).copyMemory(from: bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
    }
    return unsafe Value(block: block, tag: tag)
  }
}
