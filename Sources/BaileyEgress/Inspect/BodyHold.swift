import NIOCore

/// The bytes of a body that are held back, in order.
///
/// They are copied into pieces of 16 KiB, so that what is held is what is kept in memory, however small the parts were in which it came.
struct BodyHold {
  /// What is held of a body between two calls, bytes.
  static let most = 64 << 10
  private static let piece = 16 << 10

  private var pieces: [ByteBuffer] = []
  private(set) var count = 0

  mutating func add(_ bytes: ByteBuffer) {
    var rest = bytes
    count += rest.readableBytes
    while rest.readableBytes > 0 {
      if pieces.last.map({ $0.readableBytes >= Self.piece }) ?? true { pieces.append(ByteBuffer()) }
      let last = pieces.count - 1
      let room = Self.piece - pieces[last].readableBytes
      guard let part = rest.readSlice(length: min(room, rest.readableBytes)) else { return }
      pieces[last].writeImmutableBuffer(part)
    }
  }

  /// Gives up what is more than may be held.
  ///
  /// - Parameter open: so many of the last bytes have not been read yet.
  mutating func surplus(behind open: Int = 0) -> [ByteBuffer] {
    var given: [ByteBuffer] = []
    while count > Self.most + open, !pieces.isEmpty { given.append(takeFirst()) }
    return given
  }

  /// Gives up all but so many bytes.
  mutating func all(but kept: Int = 0) -> [ByteBuffer] {
    var given: [ByteBuffer] = []
    while let first = pieces.first, count - first.readableBytes >= kept { given.append(takeFirst()) }
    guard count > kept, let part = pieces.first?.readableBytesView.prefix(count - kept) else { return given }
    given.append(ByteBuffer(bytes: part))
    pieces[0] = ByteBuffer(bytes: pieces[0].readableBytesView.dropFirst(part.count))
    count = kept
    return given
  }

  private mutating func takeFirst() -> ByteBuffer {
    let first = pieces.removeFirst()
    count -= first.readableBytes
    return first
  }

  mutating func drop() { (pieces, count) = ([], 0) }

  /// How many bytes at the end belong to a word that may go on: of letters, digits and the signs that secrets have.
  var openWord: Int {
    var length = 0
    for piece in pieces.reversed() {
      for byte in piece.readableBytesView.reversed() {
        guard length < Self.longestWord, Self.isWord(byte) else { return length }
        length += 1
      }
    }
    return length
  }

  /// As long as a match of the inspection may be.
  private static let longestWord = 4096

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "%"), UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
