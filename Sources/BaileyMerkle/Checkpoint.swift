/// Why a note's text is not a checkpoint.
public enum CheckpointError: Error, Sendable, Equatable { case malformed, badOrigin, badSize, badRoot }

/// The head of a log: what a log signs (C2SP tlog-checkpoint).
public struct Checkpoint: Sendable, Equatable {
  /// The log's name, unique in the world, without a scheme.
  public var origin: String
  public var size: UInt64
  public var root: TreeDigest
  /// Further lines; the specification recommends none.
  public var extensions: [String]

  public init(origin: String, size: UInt64, root: TreeDigest, extensions: [String] = []) {
    self.origin = origin
    self.size = size
    self.root = root
    self.extensions = extensions
  }

  /// The text of the note.
  public var text: String {
    ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
  }

  public init(parsing text: String) throws(CheckpointError) {
    let bytes = Array(text.utf8)
    guard bytes.last == UInt8(ascii: "\n") else { throw .malformed }
    let lines = bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard lines.count >= 3, lines.dropFirst(3).allSatisfy({ !$0.isEmpty }) else { throw .malformed }
    if lines[0].isEmpty { throw .badOrigin }
    guard let size = UInt64(decimal: lines[1]) else { throw .badSize }
    guard let root = TreeDigest(base64: lines[2]) else { throw .badRoot }
    self.init(origin: lines[0], size: size, root: root, extensions: Array(lines.dropFirst(3)))
  }

  public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }
}

extension UInt64 {
  /// A number up to 2^63 - 1 in the one spelling that it has: no sign, no leading zero.
  init?(decimal text: String) {
    guard (1...19).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      text.utf8.first != 0x30 || text.utf8.count == 1, let value = UInt64(text), value <= UInt64(Int64.max)
    else { return nil }
    self = value
  }
}
