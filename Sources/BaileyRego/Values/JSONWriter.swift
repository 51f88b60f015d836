/// Writes values as JSON in OPA's form: keys sorted, sets as arrays, `<`, `>`, `&` escaped as Go does.
package struct JSONWriter {
  private var out: [UInt8] = []
  private let escapesHTML: Bool
  private let limit: Int

  private init(escapesHTML: Bool, limit: Int) {
    self.escapesHTML = escapesHTML
    self.limit = limit
  }

  /// Stops soon after so many bytes: a small value that shares its parts may be a long text.
  package static func write(_ value: Value, escapesHTML: Bool = true, limit: Int = .max) -> [UInt8] {
    var writer = JSONWriter(escapesHTML: escapesHTML, limit: limit)
    writer.write(value)
    return writer.out
  }

  private mutating func write(_ value: Value) {
    if out.count > limit { return }
    switch value.tag {
    case .undefined, .null: out += "null".utf8
    case .boolean: out += (value.bits == Value.true.bits ? "true" : "false").utf8
    case .integer: out += String(value.integer).utf8
    case .number: out += value.text.prefix(room)
    case .string: string(value.text)
    case .array, .set: list(value)
    case .object: object(value)
    }
  }

  /// One more than may be written, so that what was cut can be told by its length.
  private var room: Int { max(0, limit - out.count) + (limit == .max ? 0 : 1) }

  private mutating func list(_ value: Value) {
    out.append(0x5B)
    for index in 0..<value.count where out.count <= limit {
      if index > 0 { out.append(0x2C) }
      write(value.item(index))
    }
    out.append(0x5D)
  }

  private mutating func object(_ value: Value) {
    out.append(0x7B)
    for index in 0..<value.count where out.count <= limit {
      if index > 0 { out.append(0x2C) }
      let key = value.item(index)
      if key.tag == .string {
        string(key.text)
      } else {
        string(JSONWriter.write(key, escapesHTML: escapesHTML, limit: max(0, limit - out.count)))
      }
      out.append(0x3A)
      write(value.value(index))
    }
    out.append(0x7D)
  }

  private mutating func string(_ text: some Collection<UInt8>) {
    out.append(0x22)
    JSONWriter.escape(text.prefix(room), escapesHTML: escapesHTML, into: &out)
    out.append(0x22)
  }

  /// Go's escapes; U+2028 and U+2029 too.
  static func escape(_ text: some Collection<UInt8>, escapesHTML: Bool, into out: inout [UInt8]) {
    var (last, beforeLast): (UInt8, UInt8) = (0, 0)
    for byte in text {
      switch byte {
      case 0x22, 0x5C: out += [0x5C, byte]
      case 0x0A: out += "\\n".utf8
      case 0x0D: out += "\\r".utf8
      case 0x09: out += "\\t".utf8
      case 0x08: out += "\\b".utf8
      case 0x0C: out += "\\f".utf8
      case 0..<0x20: out += unicode(UInt32(byte))
      case 0x3C, 0x3E, 0x26: if escapesHTML { out += unicode(UInt32(byte)) } else { out.append(byte) }
      case 0xA8, 0xA9:
        if beforeLast == 0xE2, last == 0x80 {
          out.removeLast(2)
          out += unicode(UInt32(byte) - 0xA8 + 0x2028)
        } else {
          out.append(byte)
        }
      default: out.append(byte)
      }
      (beforeLast, last) = (last, byte)
    }
  }

  private static func unicode(_ scalar: UInt32) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return [0x5C, 0x75] + [12, 8, 4, 0].map { digits[Int(scalar >> UInt32($0) & 15)] }
  }
}
