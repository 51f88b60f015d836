/// Formats that hold other bytes, and those that cannot be read.
enum Container {
  enum Format: Sendable, CaseIterable {
    case gzip, zstd, bzip2, xz, zip, pdfStream, gitPack, part
    /// What says more only together with another mark.
    case pdf, compoundFile
    case encryptedPDF, encryptedPackage, sevenZip, rar, lz4, age, armor, luks

    /// What each begins with. Bare zlib has too short a mark to be looked for anywhere.
    var magics: [[UInt8]] {
      switch self {
      case .gzip: [[0x1F, 0x8B, 0x08]]
      case .zstd: [[0x28, 0xB5, 0x2F, 0xFD]]
      case .bzip2: [Array("1AY&SY".utf8)]
      case .xz: [[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]]
      case .zip: [Array("PK".utf8) + [3, 4]]
      case .pdfStream: [Array("stream\n".utf8), Array("stream\r\n".utf8)]
      case .gitPack: [Array("PACK".utf8) + [0, 0, 0]]
      case .part: [Array("\r\n\r\n".utf8)]
      case .pdf: [Array("%PDF-".utf8)]
      case .compoundFile: [[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]]
      case .encryptedPDF: [Array("/Encrypt".utf8)]
      case .encryptedPackage: ["EncryptedPackage".utf8.flatMap { [$0, 0] }]
      case .sevenZip: [[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C, 0x00]]
      case .rar: [Array("Rar!".utf8) + [0x1A, 0x07]]
      case .lz4: [[0x04, 0x22, 0x4D, 0x18]]
      case .age: [Array("age-encryption.org/v1\n-> ".utf8)]
      case .armor: ["PGP MESSAGE", "AGE ENCRYPTED FILE"].map { Array("-----BEGIN \($0)-----".utf8) }
      case .luks: [Array("LUKS".utf8) + [0xBA, 0xBE, 0x00]]
      }
    }
  }

  /// What a mark turned out to be.
  enum Reading {
    /// Bytes to decode from a place on.
    case filters([Filter], at: Int, name: String)
    /// Something that stays closed.
    case unreadable(String)
  }

  /// Nil when the mark stands there by chance.
  static func read(_ format: Format, _ bytes: Span<UInt8>, _ mark: Range<Int>, seen: Set<Format>) -> Reading? {
    let start = mark.lowerBound
    switch format {
    case .gzip: return .filters([.inflate(.gzip)], at: start, name: "gzip")
    case .zstd: return .filters([.inflate(.zstd)], at: start, name: "zstd")
    case .xz: return .filters([.inflate(.xz)], at: start, name: "xz")
    case .bzip2:
      // The mark of the first block stands four bytes behind the beginning.
      guard start >= 4, bytes[start - 4] == 0x42, bytes[start - 3] == 0x5A else { return nil }
      return .filters([.inflate(.bzip2)], at: start - 4, name: "bzip2")
    case .zip: return zip(bytes, start)
    case .pdfStream:
      return PDFStream.filters(bytes, markAt: start, end: mark.upperBound)
        .map { .filters($0, at: mark.upperBound, name: "pdf") }
    case .gitPack: return gitPack(bytes, start)
    case .part: return speculate(bytes, mark.upperBound)
    case .pdf, .compoundFile: return nil
    default: return Unreadable.name(format, bytes, mark, seen: seen).map { .unreadable($0) }
    }
  }

  /// Not in the side bands in which servers send packs: there it is cut into lines, and comes from where nothing is kept from.
  private static func gitPack(_ bytes: Span<UInt8>, _ start: Int) -> Reading? {
    let isBanded =
      start >= 5 && bytes[start - 1] == 1 && (start - 5..<start - 1).allSatisfy { Bytes.hex(bytes[$0]) != nil }
    guard !isBanded, GitPackReader.begins(bytes, start) else { return nil }
    return .filters([.gitPack], at: start, name: "git pack")
  }

  /// What begins where a stream or a part of a message does, and has no mark.
  static func speculate(_ bytes: Span<UInt8>, _ place: Int) -> Reading? {
    let head = Array(bytes.extracting(min(place, bytes.count)..<min(place + 512, bytes.count)))
    if head.starts(with: [0x5D, 0, 0]), head.count > 13, head[13] == 0 {
      return .filters([.inflate(.xz)], at: place, name: "lzma")
    }
    return Speculation.format(of: head).map { .filters([.inflate($0)], at: place, name: "\($0)") }
  }

  /// A local header (APPNOTE 4.3.7).
  private static func zip(_ bytes: Span<UInt8>, _ start: Int) -> Reading? {
    guard start + 30 <= bytes.count else { return nil }
    func number(_ place: Int) -> Int { Int(bytes[start + place]) | Int(bytes[start + place + 1]) << 8 }
    guard number(4) & 0xFF <= 63 else { return nil }
    let content = start + 30 + number(26) + number(28)
    switch (number(6) & 1, number(8)) {
    case (0, 0), (0, 12), (0, 93), (0, 95): return nil
    case (0, 8): return .filters([.inflate(.deflate)], at: content, name: "zip")
    case (let encrypted, let method):
      // Without bits that mean nothing, with a method that exists, and a name: programs that read archives hold the mark, too.
      guard number(6) & 0xD780 == 0, (0...99).contains(method), (1...1024).contains(number(26)),
        start + 30 < bytes.count, Bytes.isVisible(bytes[start + 30]) || bytes[start + 30] >= 0x80
      else { return nil }
      return .unreadable(encrypted == 0 ? "zip" : "encrypted zip")
    }
  }
}
