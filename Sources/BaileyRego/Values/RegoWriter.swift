/// Writes values in Rego's own notation, as `sprintf("%v")` shows collections.
package enum RegoWriter {
  package static func write(_ value: Value) -> [UInt8] {
    var out: [UInt8] = []
    write(value, &out)
    return out
  }

  private static func write(_ value: Value, _ out: inout [UInt8]) {
    switch value.tag {
    case .undefined: out += "undefined".utf8
    case .array: list(value, "[", "]", &out)
    case .set where value.count == 0: out += "set()".utf8
    case .set: list(value, "{", "}", &out)
    case .object: object(value, &out)
    case .string: string(value.text, &out)
    default: out += JSONWriter.write(value)
    }
  }

  private static func list(_ value: Value, _ open: String, _ close: String, _ out: inout [UInt8]) {
    out += open.utf8
    for index in 0..<value.count {
      if index > 0 { out += ", ".utf8 }
      write(value.item(index), &out)
    }
    out += close.utf8
  }

  private static func object(_ value: Value, _ out: inout [UInt8]) {
    out.append(0x7B)
    for index in 0..<value.count {
      if index > 0 { out += ", ".utf8 }
      write(value.item(index), &out)
      out += ": ".utf8
      write(value.value(index), &out)
    }
    out.append(0x7D)
  }

  /// Go's `strconv.Quote`.
  static func string(_ text: some Collection<UInt8>, _ out: inout [UInt8]) { GoQuote.quote(text, into: &out) }
}
