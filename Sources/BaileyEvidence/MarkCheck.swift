package import BaileyCore
package import BaileyMerkle

/// Hashes a recording as it comes, and compares at each place that the log names.
package struct MarkCheck<Hash: TreeHash> {
  private var hash = Hash()
  private var marks: ArraySlice<TranscriptMark>
  private var offset: Int64 = 0

  package init(_ marks: [TranscriptMark]) { self.marks = marks[...] }

  /// All marks were met.
  package var isComplete: Bool { marks.isEmpty || (offset == 0 && pass()) }

  /// `false` where the log says something else.
  package mutating func take(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard skipMet(), let mark = marks.first else { return false }
      let piece = rest.prefix(Int(clamping: mark.bytes - offset))
      hash.update(Array(piece).span)
      offset += Int64(piece.count)
      rest = rest.dropFirst(piece.count)
    }
    return skipMet()
  }

  /// Passes the marks for what has been hashed.
  private mutating func skipMet() -> Bool {
    while let mark = marks.first, mark.bytes <= offset {
      let now = hash
      guard mark.bytes == offset, hexadecimal(now.finish().bytes) == mark.sha256 else { return false }
      marks.removeFirst()
    }
    return true
  }

  private func pass() -> Bool {
    var copy = self
    return copy.skipMet() && copy.marks.isEmpty
  }
}
