/// The bytes of a hash tile: its hashes, one after the other.
public enum HashTile {
  public static func encode(_ hashes: [TreeDigest]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hashes.count * TreeDigest.count)
    for hash in hashes { bytes += hash.bytes }
    return bytes
  }

  /// `nil` unless there are exactly `width` hashes.
  public static func decode(_ bytes: [UInt8], width: Int) -> [TreeDigest]? {
    guard (1...Tile.fullWidth).contains(width), bytes.count == width * TreeDigest.count else { return nil }
    return (0..<width).compactMap { TreeDigest(bytes[$0 * TreeDigest.count..<($0 + 1) * TreeDigest.count]) }
  }
}
