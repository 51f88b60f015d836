/// Formats that hold other bytes compressed.
enum Container {
  enum Format: Sendable, CaseIterable {
    case gzip, zstd, bzip2, zip, zlib

    /// What each begins with. Bare zlib has too short a mark to be looked for anywhere but in PDF's streams.
    var magics: [[UInt8]] {
      switch self {
      case .gzip: [[0x1F, 0x8B, 0x08]]
      case .zstd: [[0x28, 0xB5, 0x2F, 0xFD]]
      case .bzip2: [Array("1AY&SY".utf8)]
      case .zip: [Array("PK".utf8) + [3, 4]]
      case .zlib:
        ["stream\n", "stream\r\n"].flatMap { mark in
          [0x01, 0x5E, 0x9C, 0xDA].map { Array(mark.utf8) + [0x78, $0] }
        }
      }
    }

    var name: String {
      switch self {
      case .gzip: "gzip"
      case .zstd: "zstd"
      case .bzip2: "bzip2"
      case .zip: "zip"
      case .zlib: "zlib"
      }
    }

    var inflater: Inflater.Format {
      switch self {
      case .gzip: .gzip
      case .zstd: .zstd
      case .bzip2: .bzip2
      case .zip: .deflate
      case .zlib: .zlib
      }
    }
  }

  /// Where the compressed bytes begin, given where the mark ended; nil when that is no such thing.
  static func start(_ format: Format, _ bytes: Span<UInt8>, markAt start: Int, end: Int) -> Int? {
    switch format {
    case .gzip, .zstd: return start
    case .bzip2:
      // The mark of the first block stands four bytes behind the beginning.
      return start >= 4 && bytes[start - 4] == 0x42 && bytes[start - 3] == 0x5A ? start - 4 : nil
    case .zlib: return end - 2
    case .zip:
      guard start + 30 <= bytes.count else { return nil }
      let method = Int(bytes[start + 8]) | Int(bytes[start + 9]) << 8
      let name = Int(bytes[start + 26]) | Int(bytes[start + 27]) << 8,
        extra = Int(bytes[start + 28]) | Int(bytes[start + 29]) << 8
      return method == 8 ? start + 30 + name + extra : nil
    }
  }
}
