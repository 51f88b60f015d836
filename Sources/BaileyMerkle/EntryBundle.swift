/// The bytes of an entry tile: each entry after its length as a big-endian 16-bit number.
public enum EntryBundle {
  /// Bytes that one entry can have at most.
  public static let maximumEntry = 65_535

  /// `false`, and nothing appended, if the entry is too long.
  public static func append(_ entry: some Collection<UInt8>, to bundle: inout [UInt8]) -> Bool {
    guard let length = UInt16(exactly: entry.count) else { return false }
    bundle.append(UInt8(length >> 8))
    bundle.append(UInt8(length & 0xFF))
    bundle += entry
    return true
  }

  /// Where the entries lie in a bundle of exactly `width`; `nil` if bytes are missing or left over.
  public static func ranges(in bundle: Span<UInt8>, width: Int) -> [Range<Int>]? {
    guard (1...Tile.fullWidth).contains(width) else { return nil }
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(width)
    var offset = 0
    while ranges.count < width {
      guard bundle.count - offset >= 2 else { return nil }
      let length = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
      offset += 2
      guard bundle.count - offset >= length else { return nil }
      ranges.append(offset..<offset + length)
      offset += length
    }
    return offset == bundle.count ? ranges : nil
  }
}
