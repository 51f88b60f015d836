import BaileyCore

/// Takes objects one after the other.
protocol BatchSink: AnyObject {
  /// - Parameter object: `nil` for one that is missing, of which nothing follows.
  func begin(_ object: BatchReader.Object?) throws(Fault)
  func feed(_ bytes: [UInt8])
  /// Whether to go on.
  func end() -> Bool
}

/// Reads what `git cat-file --batch` writes: `OBJECT TYPE SIZE REST`, the bytes, a newline; or a line that says that there is none.
struct BatchReader {
  struct Object {
    var isBlob: Bool
    var rest: [UInt8]
  }

  /// A path may be long, a tree deep.
  private static let longestLine = 1 << 20
  private static let types = ["blob", "tree", "commit", "tag"]
  private var line: [UInt8] = []
  /// Bytes of the content that are to come; then the newline.
  private var left: Int64?

  /// - Returns: whether to go on.
  mutating func read(_ block: [UInt8], _ sink: some BatchSink) throws(Fault) -> Bool {
    var place = 0
    while place < block.count {
      if let left, left > 0 {
        let end = place + Int(min(left, Int64(block.count - place)))
        sink.feed(Array(block[place..<end]))
        (self.left, place) = (left - Int64(end - place), end)
      } else if left != nil {
        (left, place) = (nil, place + 1)
        if !sink.end() { return false }
      } else {
        let end = block[place...].firstIndex(of: 0x0A) ?? block.count
        line += block[place..<end]
        place = end + 1
        if line.count > Self.longestLine { throw GitQuarantine.refusal("a path in a tree is too long") }
        if end < block.count { try begin(sink) }
      }
    }
    return true
  }

  private mutating func begin(_ sink: some BatchSink) throws(Fault) {
    let words = line.split(separator: 0x20, maxSplits: 3, omittingEmptySubsequences: false)
    line = []
    let type = words.count >= 3 ? String(decoding: words[1], as: UTF8.self) : ""
    guard Self.types.contains(type), RefValue.objectName(words[0]) != nil,
      let size = Int64(String(decoding: words[2], as: UTF8.self)), size >= 0
    else { return try sink.begin(nil) }
    left = size
    try sink.begin(Object(isBlob: type == "blob", rest: words.count > 3 ? Array(words[3]) : []))
  }
}
