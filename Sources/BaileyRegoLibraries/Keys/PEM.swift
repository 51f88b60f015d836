/// A block of PEM (RFC 7468), found as Go's `encoding/pem` finds it.
struct PEM {
  let label: String
  let bytes: [UInt8]

  private static let begin = Array("-----BEGIN ".utf8)
  private static let dashes = Array("-----".utf8)

  /// The first block, and what stands behind it.
  static func first(in text: ArraySlice<UInt8>) -> (PEM, rest: ArraySlice<UInt8>)? {
    var rest = text
    while !rest.isEmpty {
      let line = Self.line(&rest)
      guard line.starts(with: begin), line.suffix(5).elementsEqual(dashes), line.count >= begin.count + 5 else {
        continue
      }
      let label = line.dropFirst(begin.count).dropLast(5)
      var after = rest
      if let bytes = body(&after, label) {
        return (PEM(label: String(decoding: label, as: UTF8.self), bytes: bytes), after)
      }
    }
    return nil
  }

  /// A line without its end and the blanks before that.
  private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var line = rest.prefix { $0 != 0x0A }
    rest = rest.dropFirst(line.count + 1)
    while let last = line.last, last == 0x20 || last == 0x09 || last == 0x0D { line.removeLast() }
    return line
  }

  private static func body(_ rest: inout ArraySlice<UInt8>, _ label: ArraySlice<UInt8>) -> [UInt8]? {
    let end = Array("-----END ".utf8) + label + dashes
    var (text, isHeader) = ([UInt8](), true)
    while !rest.isEmpty {
      let line = Self.line(&rest)
      if line.elementsEqual(end) { return try? GoBase64.decode(text) }
      if line.starts(with: dashes) { return nil }
      if isHeader, line.contains(0x3A) { continue }
      isHeader = false
      text += line.filter { $0 != 0x20 && $0 != 0x09 }
    }
    return nil
  }
}
