internal import BaileyLinux

/// The name of a write-ahead segment: `<first index>-<serial>.wal`, zero-padded so that names sort in order.
///
/// From a segment's first index on, it supersedes the segments before it: what those hold beyond is a cut tail or was written again.
struct SegmentName: Comparable, Sendable {
  var first: UInt64
  /// Tells segments apart that begin at the same index.
  var serial: UInt64

  init(first: UInt64, serial: UInt64) {
    self.first = first
    self.serial = serial
  }

  var text: String { "\(Self.padded(first))-\(Self.padded(serial)).wal" }

  init?(_ text: String) {
    guard text.hasSuffix(".wal"), text.utf8.count <= 64 else { return nil }
    let parts = text.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let first = UInt64(parts[0]), let serial = UInt64(parts[1]) else { return nil }
    self.init(first: first, serial: serial)
    guard self.text == text else { return nil }
  }

  static func < (left: SegmentName, right: SegmentName) -> Bool {
    (left.first, left.serial) < (right.first, right.serial)
  }

  /// All segments of a folder, in order. Other names are left alone.
  static func list(_ directory: String) throws(Errno) -> [SegmentName] {
    try Descriptor.entries(of: directory).compactMap { SegmentName($0.text) }.sorted()
  }

  private static func padded(_ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: 20 - digits.utf8.count) + digits
  }
}

/// What a segment's bytes hold, read without trust.
struct SegmentReading {
  var entries: [[UInt8]] = []
  /// Bytes after the last whole frame.
  var rest: ArraySlice<UInt8> = []
  /// The highest count of durable entries that a whole frame after the broken place bears witness to.
  var witnessed: UInt64 = 0

  /// Frames must follow each other from index `first`; the first that does not ends the reading.
  init(_ bytes: [UInt8], first: UInt64, upTo limit: UInt64? = nil) {
    var offset = 0
    var index = first
    while limit.map({ index < $0 }) ?? true, let frame = Frame(in: bytes, at: offset), frame.index == index {
      entries.append(frame.entry)
      offset += frame.size
      index += 1
    }
    rest = bytes[offset...]
    if limit.map({ index < $0 }) ?? true { witnessed = Self.witness(in: bytes, from: offset) }
  }

  private static func witness(in bytes: [UInt8], from start: Int) -> UInt64 {
    var highest: UInt64 = 0
    var offset = start
    let first = UInt8(truncatingIfNeeded: Frame.magic)
    while let found = bytes[offset...].firstIndex(of: first) {
      if let frame = Frame(in: bytes, at: found) {
        highest = max(highest, frame.durable)
        offset = found + frame.size
      } else {
        offset = found + 1
      }
    }
    return highest
  }
}
