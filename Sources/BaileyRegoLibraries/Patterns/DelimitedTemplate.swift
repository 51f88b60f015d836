internal import BaileyRego

/// Text with patterns between two delimiters, such as `urn:{[a-z]+}`.
enum DelimitedTemplate {
  /// The anchored pattern of the whole.
  static func pattern(_ template: [UInt8], _ start: UInt8, _ end: UInt8) throws(BuiltinFailure) -> [UInt8] {
    var (out, depth, opened, closed) = (Array("^".utf8), 0, 0, 0)
    for (index, byte) in template.enumerated() {
      if byte == start {
        depth += 1
        if depth == 1 { opened = index }
      } else if byte == end {
        depth -= 1
        if depth < 0 { throw unbalanced(template) }
        guard depth == 0 else { continue }
        let inner = template[(opened + 1)..<index]
        _ = try PatternCache.shared.pattern(Array("^".utf8) + inner + Array("$".utf8))
        out += quote(template[closed..<opened]) + [0x28] + inner + [0x29]
        closed = index + 1
      }
    }
    if depth != 0 { throw unbalanced(template) }
    return out + quote(template[closed...]) + [0x24]
  }

  private static func unbalanced(_ template: [UInt8]) -> BuiltinFailure {
    var shown: [UInt8] = []
    GoQuote.quote(template, into: &shown)
    return BuiltinFailure("unbalanced braces in " + String(decoding: shown, as: UTF8.self))
  }

  /// Go's `QuoteMeta`.
  private static func quote(_ text: ArraySlice<UInt8>) -> [UInt8] {
    text.flatMap { #"\.+*?()|[]{}^$"#.utf8.contains($0) ? [0x5C, $0] : [$0] }
  }
}
