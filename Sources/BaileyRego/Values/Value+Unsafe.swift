// SAFETY (whole file): a handle with a pointer tag is made only by Heap, from a block that stays where it is as long as the heap; the
// block says how many words or bytes it holds, and every index is checked against that.

/// A Rego value: a tag and a small payload, or the address of an immutable block in a `Heap`.
///
/// Trivial: copying costs nothing and nothing is counted. It must not outlive the heap it came from: see `Document` for the rule.
/// Equal strings have equal bits.
@safe package struct Value {
  package let bits: UInt64

  /// In OPA's order of types.
  package enum Tag: UInt8 {
    case undefined = 0, null, boolean, integer, number, string, array, object, set

    @inline(__always) var word: UInt64 { UInt64(rawValue) }
  }

  @inline(__always) init(bits: UInt64) { self.bits = bits }

  @inline(__always) init(block: UnsafeMutableRawPointer, tag: Tag) {
    bits = UInt64(UInt(bitPattern: block)) | tag.word
  }

  /// An integer of at most 60 bits.
  @inline(__always) init(integer: Int) { bits = UInt64(bitPattern: Int64(integer)) << 4 | Tag.integer.word }

  package init(_ value: Bool) { self = value ? .true : .false }

  package static var undefined: Value { Value(bits: 0) }
  package static var null: Value { Value(bits: Tag.null.word) }
  package static var `false`: Value { Value(bits: Tag.boolean.word) }
  package static var `true`: Value { Value(bits: 16 | Tag.boolean.word) }
  private static let emptyBlock: UInt64 = {
    let block = UnsafeMutableRawPointer.allocate(byteCount: 16, alignment: 16)
    unsafe block.initializeMemory(as: UInt64.self, repeating: 0, count: 2)
    return UInt64(UInt(bitPattern: block))
  }()
  static var emptyString: Value { Value(bits: emptyBlock | Tag.string.word) }
  package static var emptyArray: Value { Value(bits: emptyBlock | Tag.array.word) }
  package static var emptyObject: Value { Value(bits: emptyBlock | Tag.object.word) }
  package static var emptySet: Value { Value(bits: emptyBlock | Tag.set.word) }

  @inline(__always) package var tag: Tag { Tag(rawValue: UInt8(truncatingIfNeeded: bits & 15)) ?? .undefined }
  @inline(__always) var isUndefined: Bool { bits == 0 }
  @inline(__always) var integer: Int { Int(Int64(bitPattern: bits) >> 4) }

  @inline(__always) private var block: UnsafeRawPointer {
    unsafe UnsafeRawPointer(bitPattern: UInt(bits & ~15)).unsafelyUnwrapped
  }

  var hash: UInt32 { unsafe block.load(fromByteOffset: 4, as: UInt32.self) }

  /// The bytes of a string, or of a number's text.
  package var text: Text {
    precondition(tag == .string || tag == .number)
    let count = unsafe Int(block.load(as: UInt32.self))
    return unsafe Text(start: (block + 8).assumingMemoryBound(to: UInt8.self), count: count)
  }

  /// How many items an array, object or set has.
  @inline(__always) package var count: Int {
    precondition(bits & 15 >= Tag.array.word)
    return unsafe Int(block.load(as: UInt64.self))
  }

  @inline(__always) private func word(_ index: Int) -> Value {
    unsafe Value(bits: (block + 8).load(fromByteOffset: index * 8, as: UInt64.self))
  }

  /// The item of an array or set, or the key of an object.
  @inline(__always) package func item(_ index: Int) -> Value {
    precondition(index >= 0 && index < count)
    return word(index)
  }

  /// The value of an object's key.
  @inline(__always) package func value(_ index: Int) -> Value {
    precondition(tag == .object && index >= 0 && index < count)
    return word(count + index)
  }

  /// Where a key with these very bits is among the items.
  @inline(__always) func scan(_ key: Value) -> Int? {
    let count = count
    for index in 0..<count where word(index).bits == key.bits { return index }
    return nil
  }
}

/// The bytes of a string in a heap.
@safe package struct Text: RandomAccessCollection, @unchecked Sendable {
  private let start: UnsafePointer<UInt8>
  package let count: Int

  @inline(__always) init(start: UnsafePointer<UInt8>, count: Int) {
    unsafe self.start = start
    self.count = count
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { count }
  @inline(__always) package subscript(index: Int) -> UInt8 {
    precondition(index >= 0 && index < count)
    return unsafe start[index]
  }

  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    unsafe body(UnsafeBufferPointer(start: start, count: count))
  }

  func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard other.count == count else { return false }
    for index in 0..<count where unsafe start[index] != other[index] { return false }
    return true
  }

  /// By bytes, which is by code points.
  func compare(_ other: Text) -> Int {
    let shared = Swift.min(count, other.count)
    var index = 0
    while index < shared {
      let (left, right) = unsafe (start[index], other.start[index])
      if left != right { return left < right ? -1 : 1 }
      index += 1
    }
    return count == other.count ? 0 : (count < other.count ? -1 : 1)
  }

  /// Whether the other bytes stand at this place.
  func has(_ other: Text, at offset: Int) -> Bool {
    guard offset >= 0, offset <= count, other.count <= count - offset else { return false }
    for index in 0..<other.count where unsafe start[offset + index] != other.start[index] { return false }
    return true
  }

  /// Where the other bytes first stand, from this place on.
  func find(_ other: Text, from offset: Int = 0) -> Int? {
    guard other.count > 0 else { return offset <= count ? offset : nil }
    // Where both are long, going back costs too much.
    if other.count > 32, count - offset > 4096 { return search(other, from: offset) }
    var at = offset
    let first = unsafe other.start[0]
    while at <= count - other.count {
      if unsafe start[at] == first, has(other, at: at) { return at }
      at += 1
    }
    return nil
  }

  /// The code point that begins at a place, in valid UTF-8.
  func scalar(_ at: Int) -> Unicode.Scalar {
    let first = self[at]
    if first < 0x80 { return Unicode.Scalar(first) }
    let count = scalarLength(at)
    var value = UInt32(first) & (0x7F >> UInt32(count))
    for index in 1..<Swift.max(count, 1) { value = value << 6 | UInt32(self[at + index] & 0x3F) }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  func scalarLength(_ at: Int) -> Int {
    let first = self[at]
    let length = first < 0xE0 ? (first < 0xC0 ? 1 : 2) : (first < 0xF0 ? 3 : 4)
    return Swift.min(length, count - at)
  }

  func has(_ other: [UInt8], at offset: Int) -> Bool {
    unsafe other.withUnsafeBufferPointer { bytes in
      guard let start = bytes.baseAddress else { return true }
      return unsafe has(Text(start: start, count: bytes.count), at: offset)
    }
  }
}

/// So that no closure that borrows a heap can give one back.
@available(*, unavailable)
extension Value: Sendable {}
