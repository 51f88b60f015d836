/// Writes values in Rego's own notation, as `sprintf("%v")` shows collections.
package enum RegoWriter {
  /// Stops soon after so many bytes, as `JSONWriter` does.
  package static func write(_ value: Value, limit: Int = .max) -> [UInt8] {
    var out: [UInt8] = []
    write(value, limit, &out)
    return out
  }

  private static func write(_ value: Value, _ limit: Int, _ out: inout [UInt8]) {
    if out.count > limit { return }
    switch value.tag {
    case .undefined: out += "undefined".utf8
    case .array: list(value, "[", "]", limit, &out)
    case .set where value.count == 0: out += "set()".utf8
    case .set: list(value, "{", "}", limit, &out)
    case .object: object(value, limit, &out)
    case .string: string(value.text.prefix(room(limit, out)), &out)
    default: out += JSONWriter.write(value, limit: max(0, limit - out.count))
    }
  }

  /// One more than may be written, so that what was cut can be told by its length.
  private static func room(_ limit: Int, _ out: [UInt8]) -> Int {
    max(0, limit - out.count) + (limit == .max ? 0 : 1)
  }

  private static func list(_ value: Value, _ open: String, _ close: String, _ limit: Int, _ out: inout [UInt8]) {
    out += open.utf8
    for index in 0..<value.count where out.count <= limit {
      if index > 0 { out += ", ".utf8 }
      write(value.item(index), limit, &out)
    }
    out += close.utf8
  }

  private static func object(_ value: Value, _ limit: Int, _ out: inout [UInt8]) {
    out.append(0x7B)
    for index in 0..<value.count where out.count <= limit {
      if index > 0 { out += ", ".utf8 }
      write(value.item(index), limit, &out)
      out += ": ".utf8
      write(value.value(index), limit, &out)
    }
    out.append(0x7D)
  }

  /// Go's `strconv.Quote`.
  static func string(_ text: some Collection<UInt8>, _ out: inout [UInt8]) { GoQuote.quote(text, into: &out) }
}
