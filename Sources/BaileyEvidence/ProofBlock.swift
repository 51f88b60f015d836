package import BaileyMerkle

/// The part of a `.tlog-proof` (C2SP tlog-proof) that differs from record to record: its index and the hashes.
///
/// The file `proofs` is a row of them, each ending in an empty line; they share the archive's `checkpoint`. The header line of the format, a
/// block and the checkpoint, one behind the other, are the `.tlog-proof` of that record.
package struct ProofBlock: Sendable, Equatable {
  package var index: UInt64
  /// Leaf first.
  package var path: [TreeDigest]

  package init(index: UInt64, path: [TreeDigest]) {
    self.index = index
    self.path = path
  }

  package var encoded: [UInt8] {
    Array((["index \(index)"] + path.map(\.base64)).map { $0 + "\n" }.joined().utf8) + [0x0A]
  }

  /// - Parameter lines: without the empty one.
  package init?(_ lines: [[UInt8]]) {
    guard let first = lines.first, lines.count <= 64 else { return nil }
    let text = String(decoding: first, as: UTF8.self)
    guard text.hasPrefix("index "), let index = UInt64(text.dropFirst(6)), index <= UInt64(Int64.max) else {
      return nil
    }
    self.init(index: index, path: [])
    for line in lines.dropFirst() {
      guard line.count == 44, let hash = TreeDigest(base64: String(decoding: line, as: UTF8.self)) else { return nil }
      path.append(hash)
    }
    guard Array(lines.joined(separator: [0x0A])) + [0x0A, 0x0A] == encoded else { return nil }
  }
}
