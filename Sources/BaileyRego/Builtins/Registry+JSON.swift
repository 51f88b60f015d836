extension Registry {
  static let json: [Builtin] = [
    Builtin("json.marshal", 1) { (a, c) in c.heap.string(JSONWriter.write(a[0], limit: c.heap.room)) },
    Builtin("json.unmarshal", 1) { (a, c) throws(BuiltinFailure) in
      let bytes = Array(try a.string(0))
      do throws(RegoError) {
        return try JSONReader.read(bytes, into: c.heap)
      } catch {
        throw BuiltinFailure(error.message)
      }
    },
    Builtin("json.is_valid", 1) { (a, c) in
      guard a[0].tag == .string else { return .false }
      return Value((try? JSONReader.read(Array(a[0].text), into: c.heap)) != nil)
    },
  ]

  static let encodings: [Builtin] = [
    Builtin("base64.encode", 1) { (a, c) throws(BuiltinFailure) in c.heap.string(Base64.encode(try a.string(0))) },
    Builtin("base64.decode", 1) { (a, c) throws(BuiltinFailure) in
      guard let bytes = Base64.decode(try a.string(0)) else {
        throw BuiltinFailure("illegal base64 data at input byte 0")
      }
      return c.heap.string(String(decoding: bytes, as: UTF8.self))
    },
    Builtin("base64.is_valid", 1) { (a, _) throws(BuiltinFailure) in Value(Base64.decode(try a.string(0)) != nil) },
    Builtin("base64url.encode", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Base64.encode(try a.string(0), url: true))
    },
    Builtin("base64url.encode_no_pad", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(Base64.encode(try a.string(0), url: true).filter { $0 != 0x3D })
    },
    Builtin("base64url.decode", 1) { (a, c) throws(BuiltinFailure) in
      guard let bytes = Base64.decode(try a.string(0), url: true) else {
        throw BuiltinFailure("illegal base64 data at input byte 0")
      }
      return c.heap.string(String(decoding: bytes, as: UTF8.self))
    },
    Builtin("hex.encode", 1) { (a, c) throws(BuiltinFailure) in c.heap.string(Hex.encode(try a.string(0))) },
    Builtin("hex.decode", 1) { (a, c) throws(BuiltinFailure) in
      guard let bytes = Hex.decode(try a.string(0)) else { throw Hex.failure(a[0].text) }
      return c.heap.string(String(decoding: bytes, as: UTF8.self))
    },
    Builtin("urlquery.encode", 1) { (a, c) throws(BuiltinFailure) in c.heap.string(URLQuery.escape(try a.string(0))) },
    Builtin("urlquery.decode", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(try URLQuery.unescape(try a.string(0)))
    },
    Builtin("urlquery.encode_object", 1) { (a, c) throws(BuiltinFailure) in
      c.heap.string(try URLQuery.encode(try a.object(0)))
    },
    Builtin("urlquery.decode_object", 1) { (a, c) throws(BuiltinFailure) in
      try URLQuery.decode(try a.string(0), c.heap)
    },
  ]
}

package enum Hex {
  package static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  }

  static func failure(_ text: Text) -> BuiltinFailure {
    guard let byte = text.first(where: { StringLiteral.hexDigit($0) == nil }) else {
      return BuiltinFailure("encoding/hex: odd length hex string")
    }
    let code = String(byte, radix: 16, uppercase: true)
    let padded = String(repeating: "0", count: 4 - code.count) + code
    return BuiltinFailure("encoding/hex: invalid byte: U+\(padded) '\(String(Character(Unicode.Scalar(byte))))'")
  }

  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count % 2 == 0 else { return nil }
    let digits = text.compactMap(StringLiteral.hexDigit)
    guard digits.count == text.count else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}

package enum Base64 {
  private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  package static func encode(_ bytes: some Collection<UInt8>, url: Bool = false) -> [UInt8] {
    let input = Array(bytes)
    var out: [UInt8] = []
    for start in stride(from: 0, to: input.count, by: 3) {
      let group = input[start..<min(start + 3, input.count)]
      let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for index in 0..<4 {
        out.append(index <= group.count ? letter(UInt8(word >> UInt32(18 - 6 * index) & 63), url) : 0x3D)
      }
    }
    return out
  }

  private static func letter(_ value: UInt8, _ url: Bool) -> UInt8 {
    url && value == 62 ? 0x2D : (url && value == 63 ? 0x5F : standard[Int(value)])
  }

  /// Line ends are skipped; padding is needed, in the URL form only allowed.
  static func decode(_ text: some Collection<UInt8>, url: Bool = false) -> [UInt8]? {
    var letters = text.filter { $0 != 0x0A && $0 != 0x0D }
    let padded = letters.count
    while letters.last == 0x3D, padded - letters.count < 2 { letters.removeLast() }
    if padded % 4 != 0, !url || padded != letters.count { return nil }
    if letters.count % 4 == 1 { return nil }
    var (out, word, bits) = ([UInt8](), UInt32(0), UInt32(0))
    for byte in letters {
      guard let value = value(byte, url) else { return nil }
      word = word << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: word >> bits))
      }
    }
    return out
  }

  private static func value(_ byte: UInt8, _ url: Bool) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case 0x2B where !url, 0x2D where url: 62
    case 0x2F where !url, 0x5F where url: 63
    default: nil
    }
  }
}

/// `application/x-www-form-urlencoded`, as Go's `net/url` reads and writes it.
enum URLQuery {
  static func escape(_ text: some Collection<UInt8>) -> [UInt8] {
    text.flatMap { byte -> [UInt8] in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x2E, 0x7E: [byte]
      case 0x20: [0x2B]
      default: [0x25] + Hex.encode([byte]).map { $0 >= 0x61 ? $0 - 0x20 : $0 }
      }
    }
  }

  static func unescape(_ text: some Collection<UInt8>) throws(BuiltinFailure) -> [UInt8] {
    var (out, rest) = ([UInt8](), Array(text)[...])
    while let byte = rest.popFirst() {
      if byte == 0x25 {
        guard let decoded = Hex.decode(rest.prefix(2)), decoded.count == 1 else {
          let shown = String(decoding: [0x25] + rest.prefix(2), as: UTF8.self)
          throw BuiltinFailure("invalid URL escape \"\(shown)\"")
        }
        out += decoded
        rest = rest.dropFirst(2)
      } else {
        out.append(byte == 0x2B ? 0x20 : byte)
      }
    }
    return out
  }

  static func encode(_ object: Value) throws(BuiltinFailure) -> [UInt8] {
    var fields: [[UInt8]] = []
    for pair in object.pairs {
      guard pair.key.tag == .string else { throw BuiltinFailure("keys must be strings", kind: .type) }
      let values = pair.value.tag == .array || pair.value.tag == .set ? pair.value.items : [pair.value]
      for value in values {
        guard value.tag == .string else {
          throw BuiltinFailure(
            "operand 1 values must be string, array of strings or set of strings but got \(value.typeName)", kind: .type
          )
        }
        fields.append(escape(pair.key.text) + [0x3D] + escape(value.text))
      }
    }
    return Array(fields.joined(separator: [0x26]))
  }

  static func decode(_ text: Text, _ heap: Heap) throws(BuiltinFailure) -> Value {
    var fields: [(key: Value, values: [Value])] = []
    for part in text.split(separator: 0x26) {
      let halves = part.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
      let key = heap.string(try unescape(halves[0]))
      let value = heap.string(halves.count > 1 ? try unescape(halves[1]) : [])
      if let at = fields.firstIndex(where: { Value.equal($0.key, key) }) {
        fields[at].values.append(value)
      } else {
        fields.append((key, [value]))
      }
    }
    return heap.object(fields.map { ($0.key, heap.array($0.values)) })
  }
}
