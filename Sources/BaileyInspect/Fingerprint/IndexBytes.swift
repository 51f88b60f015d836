/// Writes an index: integers little-endian, texts with their length before them.
struct IndexWriter {
  private(set) var bytes: [UInt8]

  init(_ mark: String, _ key: SipHash) {
    bytes = Array(mark.utf8)
    add(key.check)
  }

  mutating func add<Value: FixedWidthInteger>(_ value: Value) {
    for byte in 0..<Value.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> Value(8 * byte))) }
  }

  mutating func add<Value: FixedWidthInteger>(_ values: [Value]) {
    bytes.reserveCapacity(bytes.count + values.count * Value.bitWidth / 8)
    for value in values { add(value) }
  }

  mutating func add(_ text: String) {
    add(UInt16(text.utf8.count))
    bytes += text.utf8
  }
}

/// Reads an index that anybody may have written: nil where it is none.
struct IndexReader {
  private let bytes: [UInt8]
  private var at = 0

  var left: Int { bytes.count - at }

  /// Nil for another kind of index, and for one that was made with another key.
  init?(_ bytes: [UInt8], _ mark: String, _ key: SipHash) {
    self.bytes = bytes
    guard take(4).map(Array.init) == Array(mark.utf8), integer(UInt64.self) == key.check else { return nil }
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard left >= count else { return nil }
    defer { at += count }
    return bytes[at..<(at + count)]
  }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type) -> Value? {
    let width = Value.bitWidth / 8
    guard left >= width else { return nil }
    var value: Value = 0
    for byte in 0..<width { value |= Value(truncatingIfNeeded: bytes[at + byte]) << Value(8 * byte) }
    at += width
    return value
  }

  mutating func integers<Value: FixedWidthInteger>(_: Value.Type, _ count: Int) -> [Value]? {
    guard left / (Value.bitWidth / 8) >= count else { return nil }
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(integer(Value.self) ?? 0) }
    return values
  }

  /// A text of 1 to `limit` bytes in UTF-8.
  mutating func text(_ limit: Int) -> String? {
    guard let length = integer(UInt16.self), length > 0, length <= limit else { return nil }
    return take(Int(length)).flatMap { String(validating: $0, as: UTF8.self) }
  }
}

extension SipHash {
  /// Tells whether an index was made with this key, and nothing of the key.
  var check: UInt64 { hash(Array("bailey index".utf8)) }
}
