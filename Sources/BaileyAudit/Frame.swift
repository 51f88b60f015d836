/// One record in a write-ahead segment.
///
///     u32 magic | u32 CRC-32C of all that follows | u32 length | u64 index | u64 durable | entry
///
/// All little-endian. `durable` is how many entries were known to be on disk when the frame was written: a later frame thus
/// witnesses that an earlier one was synced, which tells a torn tail (cut) from damage (refused).
struct Frame: Equatable {
  static let headerSize = 28
  static let magic: UInt32 = 0x3157_4C42
  /// Bytes that one entry can have at most: what an entry bundle can hold.
  static let maximumEntry = 65_535

  var index: UInt64
  var durable: UInt64
  var entry: [UInt8]

  static func append(_ entry: [UInt8], index: UInt64, durable: UInt64, to buffer: inout [UInt8]) {
    let start = buffer.count
    append(magic, to: &buffer)
    append(UInt32(0), to: &buffer)
    append(UInt32(entry.count), to: &buffer)
    append(index, to: &buffer)
    append(durable, to: &buffer)
    buffer += entry
    let checksum = CRC32C.checksum(buffer.span.extracting((start + 8)...))
    for byte in 0..<4 { buffer[start + 4 + byte] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * byte)) }
  }

  /// The frame that begins at `offset`, if a whole and valid one does.
  init?(in bytes: [UInt8], at offset: Int) {
    guard offset >= 0, bytes.count - offset >= Self.headerSize,
      Self.read(UInt32.self, bytes, offset) == Self.magic
    else { return nil }
    let length = Int(Self.read(UInt32.self, bytes, offset + 8))
    guard length <= Self.maximumEntry, bytes.count - offset - Self.headerSize >= length else { return nil }
    let end = offset + Self.headerSize + length
    let checksum = CRC32C.checksum(bytes.span.extracting((offset + 8)..<end))
    guard checksum == Self.read(UInt32.self, bytes, offset + 4) else { return nil }
    index = Self.read(UInt64.self, bytes, offset + 12)
    durable = Self.read(UInt64.self, bytes, offset + 20)
    entry = Array(bytes[(offset + Self.headerSize)..<end])
  }

  var size: Int { Self.headerSize + entry.count }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to buffer: inout [UInt8]) {
    for byte in 0..<Value.bitWidth / 8 { buffer.append(UInt8(truncatingIfNeeded: value >> Value(8 * byte))) }
  }

  private static func read<Value: FixedWidthInteger>(_: Value.Type, _ bytes: [UInt8], _ offset: Int) -> Value {
    (0..<Value.bitWidth / 8).reduce(Value(0)) { $0 | Value(truncatingIfNeeded: bytes[offset + $1]) << Value(8 * $1) }
  }
}
