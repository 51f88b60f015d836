import BaileyLinux

/// In which line a place of a stream is, whose blocks are read again where that is asked: few places are.
///
/// A hole of a file comes as one page of zeros, however large it is.
struct LineTable {
  private struct Block {
    /// In the stream, and in the file.
    var place: Int
    var offset: Int64
    /// Ends of lines before it.
    var lines: Int
  }

  private static let page = 4096
  private var blocks: [Block] = []
  private var (place, lines) = (0, 0)
  private var end: Int64 = 0
  private var hasGap = false

  mutating func add(_ block: [UInt8], at offset: Int64) {
    hasGap = offset > end
    if hasGap { place += Self.page }
    blocks.append(Block(place: place, offset: offset, lines: lines))
    place += block.count
    lines += block.count { $0 == 0x0A }
    end = offset + Int64(block.count)
  }

  /// What stands for the hole before the block that was added last.
  func gap(before offset: Int64) -> [UInt8] { hasGap ? Array(repeating: 0, count: Self.page) : [] }

  /// From 1.
  func line(at place: Int, _ file: borrowing Descriptor) throws(Errno) -> Int {
    guard let block = blocks.last(where: { $0.place <= place }) else { return 1 }
    let before = try file.read(upTo: min(place - block.place, Int(BlockHash.size)), at: block.offset)
    return block.lines + before.line(at: before.count)
  }
}
