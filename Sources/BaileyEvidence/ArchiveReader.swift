import BaileyCore
package import BaileyMerkle

/// Bytes to be read at any place: a file, or memory.
package protocol EvidenceBytes {
  var length: Int64 { get }
  /// At least one byte, unless the place is at the end.
  func read(at offset: Int64, upTo count: Int) throws(EvidenceFinding) -> [UInt8]
}

extension [UInt8]: EvidenceBytes {
  package var length: Int64 { Int64(count) }

  package func read(at offset: Int64, upTo count: Int) throws(EvidenceFinding) -> [UInt8] {
    let start = Int(clamping: Swift.max(0, Swift.min(offset, length)))
    return Array(self[start..<Swift.min(endIndex, start + Swift.max(0, count))])
  }
}

/// The files of an archive, in order, and where their bytes lie. Nothing of their content is held.
package struct ArchiveReader<Bytes: EvidenceBytes> {
  package static var maximumFiles: Int { 4096 }

  package struct Member: Sendable, Equatable {
    package var file: EvidenceFile
    package var offset: Int64
    package var size: Int64
  }

  package let bytes: Bytes
  package private(set) var members: [Member] = []

  /// Errors: `archive-malformed` for anything but what a writer would have written: names in order, each once, zeros between, nothing after.
  package init(_ bytes: Bytes) throws(EvidenceFinding) {
    self.bytes = bytes
    var offset: Int64 = 0
    while true {
      let block = try exactly(TarHeader.block, at: offset)
      if block.allSatisfy({ $0 == 0 }) { break }
      guard members.count < Self.maximumFiles else { throw Self.malformed("\(offset)", "it has too many files") }
      offset = try take(block, at: offset)
    }
    guard bytes.length == offset + 1024, try exactly(1024, at: offset) == TarHeader.end else {
      throw Self.malformed("\(offset)", "something follows its end")
    }
  }

  private mutating func take(_ block: [UInt8], at offset: Int64) throws(EvidenceFinding) -> Int64 {
    guard let header = TarHeader(parsing: block), let file = EvidenceFile(name: header.name) else {
      throw Self.malformed("\(offset)", "this is no header of a file that evidence has")
    }
    if let last = members.last, !last.file.name.utf8.lexicographicallyPrecedes(header.name.utf8) {
      throw Self.malformed(header.name, "the files are not in order, or one is there twice")
    }
    let (start, padding) = (offset + Int64(TarHeader.block), TarHeader.padding(after: header.size))
    let end = start + header.size
    guard header.size <= file.limit, end + Int64(padding) <= bytes.length else {
      throw Self.malformed(header.name, "it is too large, or was cut")
    }
    guard try exactly(padding, at: end).allSatisfy({ $0 == 0 }) else {
      throw Self.malformed(header.name, "something is between it and the next file")
    }
    members.append(Member(file: file, offset: start, size: header.size))
    return end + Int64(padding)
  }

  private static func malformed(_ place: String, _ why: String) -> EvidenceFinding {
    EvidenceFinding("archive-malformed", place, why)
  }

  private func exactly(_ count: Int, at offset: Int64) throws(EvidenceFinding) -> [UInt8] {
    var read: [UInt8] = []
    while read.count < count {
      let piece = try bytes.read(at: offset + Int64(read.count), upTo: count - read.count)
      if piece.isEmpty { throw Self.malformed("\(offset)", "it was cut") }
      read += piece
    }
    return read
  }

  package subscript(file: EvidenceFile) -> Member? { members.first { $0.file == file } }

  /// All of a small file.
  package func content(_ member: Member) throws(EvidenceFinding) -> [UInt8] {
    try exactly(Int(member.size), at: member.offset)
  }

  /// Piece by piece.
  package func pieces(_ member: Member, _ body: ([UInt8]) throws(EvidenceFinding) -> Void) throws(EvidenceFinding) {
    var done: Int64 = 0
    while done < member.size {
      let piece = try bytes.read(at: member.offset + done, upTo: Int(min(1 << 20, member.size - done)))
      if piece.isEmpty { throw Self.malformed(member.file.name, "it was cut") }
      try body(piece)
      done += Int64(piece.count)
    }
  }

  /// Lower-case hex of its SHA-256, or what `Hash` is.
  package func digest<Hash: TreeHash>(_ member: Member, _: Hash.Type) throws(EvidenceFinding) -> String {
    var hash = Hash()
    try pieces(member) { hash.update($0.span) }
    return hexadecimal(hash.finish().bytes)
  }
}

/// The lines of a file, one after the other.
struct LineReader<Bytes: EvidenceBytes> {
  private let archive: ArchiveReader<Bytes>
  private let member: ArchiveReader<Bytes>.Member
  private var offset: Int64 = 0
  private var buffer: [UInt8] = []
  private var start = 0

  static var maximumLine: Int { 65_536 }

  init(_ archive: ArchiveReader<Bytes>, _ member: ArchiveReader<Bytes>.Member) {
    self.archive = archive
    self.member = member
  }

  /// Without its newline; `nil` at the end.
  mutating func next() throws(EvidenceFinding) -> [UInt8]? {
    while true {
      if let end = buffer[start...].firstIndex(of: 0x0A) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      guard buffer.count - start <= Self.maximumLine else { throw malformed("a line is too long") }
      buffer.removeFirst(start)
      start = 0
      let piece = try archive.bytes.read(at: member.offset + offset, upTo: Int(min(1 << 18, member.size - offset)))
      if piece.isEmpty {
        if buffer.isEmpty { return nil }
        throw malformed("the last line has no end")
      }
      offset += Int64(piece.count)
      buffer += piece
    }
  }

  private func malformed(_ why: String) -> EvidenceFinding {
    EvidenceFinding("records-malformed", member.file.name, why)
  }
}
