/// The bytes of a hash tile: its hashes, one after the other.
public enum HashTile {
  public static func encode(_ hashes: [Digest]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(hashes.count * Digest.count)
    for hash in hashes { bytes += hash.bytes }
    return bytes
  }

  /// `nil` unless there are exactly `width` hashes.
  public static func decode(_ bytes: [UInt8], width: Int) -> [Digest]? {
    guard (1...Tile.fullWidth).contains(width), bytes.count == width * Digest.count else { return nil }
    return (0..<width).compactMap { Digest(bytes[$0 * Digest.count..<($0 + 1) * Digest.count]) }
  }
}
