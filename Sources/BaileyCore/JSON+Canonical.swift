/// Canonical JSON: what is hashed and signed.
///
/// RFC 8785 (JCS) restricted to integers: members sorted by UTF-16 code units, no white space, the shortest escapes. Integers
/// beyond 2^53 are written in full, which RFC 8785 leaves undefined.
extension JSON {
  package var canonical: [UInt8] {
    var out: [UInt8] = []
    appendCanonical(to: &out)
    return out
  }

  package var canonicalText: String { String(decoding: canonical, as: UTF8.self) }

  private func appendCanonical(to out: inout [UInt8]) {
    switch self {
    case .null: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .int(let value): out += String(value).utf8
    case .string(let value): appendQuoted(value, to: &out)
    case .array(let elements):
      out.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        element.appendCanonical(to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.sorted(by: { precedes($0.key, $1.key) }).enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        appendQuoted(member.key, to: &out)
        out.append(UInt8(ascii: ":"))
        member.value.appendCanonical(to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }
}

/// RFC 8785, section 3.2.3: the order of UTF-16 code units, which is not the order of code points.
///
/// Below U+E000 it is that of the bytes, which are at hand; keys of records are ASCII.
private func precedes(_ left: String, _ right: String) -> Bool {
  for (here, there) in zip(left.utf8, right.utf8) where here != there {
    return max(here, there) < 0xEE ? here < there : left.utf16.lexicographicallyPrecedes(right.utf16)
  }
  return left.utf8.count < right.utf8.count
}

private func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }

private func appendQuoted(_ text: String, to out: inout [UInt8]) {
  out.append(UInt8(ascii: "\""))
  defer { out.append(UInt8(ascii: "\"")) }
  // Most texts are as they are, and are copied at once.
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
    return out.append(contentsOf: text.utf8)
  }
  for byte in text.utf8 {
    switch byte {
    case UInt8(ascii: "\""): out += "\\\"".utf8
    case UInt8(ascii: "\\"): out += "\\\\".utf8
    case 0x08: out += "\\b".utf8
    case 0x09: out += "\\t".utf8
    case 0x0A: out += "\\n".utf8
    case 0x0C: out += "\\f".utf8
    case 0x0D: out += "\\r".utf8
    case 0..<0x20:
      out += "\\u00".utf8
      out.append(hexDigit(byte >> 4))
      out.append(hexDigit(byte & 15))
    default: out.append(byte)
    }
  }
}
