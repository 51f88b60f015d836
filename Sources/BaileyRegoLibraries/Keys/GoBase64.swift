internal import BaileyRego

/// Base64 as Go's `encoding/base64` reads it, with the place of the first wrong byte.
enum GoBase64 {
  /// Padding is needed; line ends are skipped.
  static func decode(_ text: some Collection<UInt8>, url: Bool = false) throws(BuiltinFailure) -> [UInt8] {
    let source = Array(text)
    var (out, at) = ([UInt8](), 0)
    while true {
      var (word, letters) = (UInt32(0), 0)
      while letters < 4 {
        guard at < source.count else {
          if letters == 0 { return out }
          throw corrupt(at - letters)
        }
        let byte = source[at]
        at += 1
        if byte == 0x0A || byte == 0x0D { continue }
        if byte == 0x3D { return out + (try end(source, at, letters, word)) }
        guard let value = value(byte, url) else { throw corrupt(at - 1) }
        word = word << 6 | value
        letters += 1
      }
      out += [UInt8(word >> 16), UInt8(word >> 8 & 255), UInt8(word & 255)]
    }
  }

  /// What follows the first padding character: another one after two letters, and nothing else.
  private static func end(_ source: [UInt8], _ start: Int, _ letters: Int, _ word: UInt32) throws(BuiltinFailure)
    -> [UInt8]
  {
    var at = start
    func skip() { while at < source.count, source[at] == 0x0A || source[at] == 0x0D { at += 1 } }
    guard letters >= 2 else { throw corrupt(at - 1) }
    if letters == 2 {
      skip()
      guard at < source.count else { throw corrupt(source.count) }
      guard source[at] == 0x3D else { throw corrupt(at - 1) }
      at += 1
    }
    skip()
    guard at == source.count else { throw corrupt(at) }
    return letters == 2 ? [UInt8(word >> 4)] : [UInt8(word >> 10), UInt8(word >> 2 & 255)]
  }

  /// With padding or without, as JSON web tokens have it.
  static func decodeURL(_ text: some Collection<UInt8>) throws(BuiltinFailure) -> [UInt8] {
    var padded = Array(text)
    if padded.last != 0x3D {
      switch padded.count % 4 {
      case 0: break
      case 1: throw BuiltinFailure("illegal base64url string: \(String(decoding: padded, as: UTF8.self))")
      case 2: padded += [0x3D, 0x3D]
      default: padded += [0x3D]
      }
    }
    return try decode(padded, url: true)
  }

  static func encodeURL(_ bytes: [UInt8]) -> [UInt8] { Base64.encode(bytes, url: true).filter { $0 != 0x3D } }

  private static func corrupt(_ position: Int) -> BuiltinFailure {
    BuiltinFailure("illegal base64 data at input byte \(position)")
  }

  private static func value(_ byte: UInt8, _ url: Bool) -> UInt32? {
    switch byte {
    case 0x41...0x5A: UInt32(byte - 0x41)
    case 0x61...0x7A: UInt32(byte - 0x61 + 26)
    case 0x30...0x39: UInt32(byte - 0x30 + 52)
    case 0x2B where !url, 0x2D where url: 62
    case 0x2F where !url, 0x5F where url: 63
    default: nil
    }
  }
}
