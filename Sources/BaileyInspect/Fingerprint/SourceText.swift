/// A file of a source without its notices.
///
/// Comments that speak of copyright and licences are their publishers', and stand in files of many projects.
package enum SourceText {
  private static let signs: [[UInt8]] = ["//", "/*", "*", "#", ";", "--", "<!--", "-->", "%"].map { Array($0.utf8) }
  private static let words: [[UInt8]] = ["copyright", "licen", "spdx", "warrant", "do not edit", "(c) "].map {
    Array($0.utf8)
  }

  package static func withoutNotices(_ file: [UInt8]) -> [UInt8] {
    var (kept, comment, isInBlock) = ([UInt8](), [UInt8](), false)
    kept.reserveCapacity(file.count)
    var at = 0
    while at < file.count {
      let end = (file[at...].firstIndex(of: 0x0A) ?? file.count - 1) + 1
      let line = file[at..<end]
      at = end
      if isInBlock || isComment(line) {
        isInBlock = isOpen(line, isInBlock)
        comment += line
      } else {
        flush(&comment, to: &kept)
        kept += line
      }
    }
    flush(&comment, to: &kept)
    return kept
  }

  private static func flush(_ comment: inout [UInt8], to kept: inout [UInt8]) {
    guard !comment.isEmpty else { return }
    if !isNotice(comment) { kept += comment }
    comment.removeAll(keepingCapacity: true)
  }

  private static func isNotice(_ comment: [UInt8]) -> Bool {
    let lowered = comment.map { Bytes.lowered($0) }
    return words.contains { Bytes.contains(lowered, $0) }
  }

  private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
    let text = line.drop { Bytes.isSpace($0) }
    return signs.contains { text.starts(with: $0) }
  }

  /// Whether the next line is still in a block of C's or of HTML's.
  private static func isOpen(_ line: ArraySlice<UInt8>, _ isInBlock: Bool) -> Bool {
    let text = Array(line.drop { Bytes.isSpace($0) })
    let begins = isInBlock || text.starts(with: "/*".utf8) || text.starts(with: "<!--".utf8)
    return begins && !Bytes.contains(text, "*/".utf8) && !Bytes.contains(text, "-->".utf8)
  }
}
