/// What takes one coding off bytes, piece by piece.
protocol Decoder: AnyObject {
  /// Takes some of the input and fills some of the room, which has at least 16 KiB.
  func step(_ input: Span<UInt8>, into room: inout [UInt8]) -> DecoderStep
}

struct DecoderStep {
  enum State {
    case more, end, broken
    /// It needs more memory than it gets.
    case refused
  }

  var used: Int
  var made: Int
  var state: State
}

/// One coding of bytes: of a container, of a protocol, of a document.
enum Filter: Equatable {
  case inflate(Inflater.Format)
  /// zlib, or deflate without a wrapper: both are sent under that name.
  case deflate
  case ascii85, asciiHex, lzw, runLength, pdfText, gitPack

  /// - Parameter head: the first bytes.
  func decoder(for head: Span<UInt8>) -> any Decoder {
    switch self {
    case .inflate(let format): Inflater(format)
    case .deflate: Inflater(Zlib.begins(head) ? .zlib : .deflate)
    case .ascii85: Bytewise(ASCII85Reader())
    case .asciiHex: Bytewise(ASCIIHexReader())
    case .lzw: Bytewise(LZWReader())
    case .runLength: Bytewise(RunLengthReader())
    case .pdfText: Bytewise(PDFTextReader())
    case .gitPack: GitPackReader()
    }
  }

  /// As findings name it.
  var name: String {
    switch self {
    case .inflate(let format): "\(format)"
    case .deflate: "deflate"
    case .ascii85: "base85"
    case .asciiHex: "hex"
    case .lzw: "lzw"
    case .runLength: "run-length"
    case .pdfText: "pdf-text"
    case .gitPack: "git pack"
    }
  }

  /// Bytes of memory that it may take, about.
  var cost: Int {
    switch self {
    case .inflate(.brotli), .inflate(.xz): 16 << 20
    case .inflate(.zstd): 8 << 20
    case .inflate(.bzip2): 4 << 20
    default: 64 << 10
    }
  }

  /// Whether what it ends may begin again: members of gzip, frames of zstd, streams of bzip2 and xz.
  var mayRepeat: Bool { self == .inflate(.gzip) || self == .inflate(.zstd) }
}

enum Zlib {
  /// RFC 1950, section 2.2.
  static func begins(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count >= 2, bytes[0] & 0x0F == 8, bytes[0] >> 4 <= 7, bytes[1] & 0x20 == 0 else { return false }
    return (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
  }
}
