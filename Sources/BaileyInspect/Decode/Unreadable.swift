/// Archives and documents that are encrypted, or of a format that is not unpacked.
enum Unreadable {
  /// What it is; nil when only the mark is there.
  static func name(
    _ format: Container.Format, _ bytes: Span<UInt8>, _ mark: Range<Int>, seen: Set<Container.Format>
  ) -> String? {
    let end = mark.upperBound
    switch format {
    case .encryptedPDF: return seen.contains(.pdf) && isReference(bytes, end) ? "encrypted pdf" : nil
    case .encryptedPackage: return seen.contains(.compoundFile) ? "encrypted office document" : nil
    case .sevenZip: return "7z"
    case .rar: return byte(bytes, end).map { $0 <= 1 } ?? false ? "rar" : nil
    case .lz4: return isFrame(bytes, end) ? "lz4" : nil
    case .age: return "age"
    case .armor: return hasLetters(bytes, end) ? "pgp or age message" : nil
    case .luks: return "luks"
    default: return nil
    }
  }

  /// Binary messages of OpenPGP have no mark, but begin with a session key for somebody (RFC 9580, 5.1 and 5.3).
  static func isMessage(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count > 32 else { return false }
    switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
    case (0x84, _, 3, _), (0x85, 1...4, _, 3), (0xC1, 0x20..., 3, _), (0xC1, 0xC0..., _, 3): return true
    case (0x8C, 8...0x40, 4...6, 1...13), (0xC3, 8...0x40, 4...6, 1...13): return true
    default: return false
    }
  }

  private static func byte(_ bytes: Span<UInt8>, _ place: Int) -> UInt8? { place < bytes.count ? bytes[place] : nil }

  /// The version, no reserved bits, and a block size that exists.
  private static func isFrame(_ bytes: Span<UInt8>, _ end: Int) -> Bool {
    guard end + 1 < bytes.count else { return false }
    return bytes[end] & 0xC2 == 0x40 && bytes[end + 1] & 0x8F == 0 && bytes[end + 1] >= 0x40
  }

  /// `12 0 R`, or the dictionary itself.
  private static func isReference(_ bytes: Span<UInt8>, _ end: Int) -> Bool {
    let text = Array(bytes.extracting(end..<min(end + 12, bytes.count)))
    let rest = text.drop { Bytes.isSpace($0) }
    if rest.starts(with: [0x3C, 0x3C]) { return true }
    let number = rest.drop { Bytes.isDigit($0) }
    return number.count < rest.count && number.starts(with: [0x20, 0x30, 0x20, 0x52])
  }

  /// A line of base 64 follows soon.
  private static func hasLetters(_ bytes: Span<UInt8>, _ end: Int) -> Bool {
    var run = 0
    for place in end..<min(end + 512, bytes.count) {
      run = Alphabet.base64[Int(bytes[place])] < 64 ? run + 1 : 0
      if run == 40 { return true }
    }
    return false
  }
}
