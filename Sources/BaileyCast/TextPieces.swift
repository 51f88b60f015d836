/// Makes text of bytes that come in pieces: a character that is not whole yet waits for its rest; what is no UTF-8 becomes U+FFFD.
struct TextPieces: Sendable {
  private var rest: [UInt8] = []

  mutating func take(_ bytes: [UInt8]) -> String {
    let all = rest + bytes
    let whole = all.count - Self.unfinished(all)
    rest = Array(all[whole...])
    return String(decoding: all[..<whole], as: UTF8.self)
  }

  mutating func finish() -> String {
    defer { rest = [] }
    return String(decoding: rest, as: UTF8.self)
  }

  /// Bytes at the end that begin a character and do not end it.
  private static func unfinished(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let byte = bytes[bytes.count - count]
      if byte & 0xC0 == 0x80 { continue }
      let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return length > count ? count : 0
    }
    return 0
  }
}
