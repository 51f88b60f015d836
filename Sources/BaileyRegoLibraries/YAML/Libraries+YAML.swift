internal import BaileyRego

extension Libraries {
  static let documents: [Builtin] = [
    Builtin("yaml.marshal", 1) { (a, c) throws(BuiltinFailure) in
      // The emitter has no limit, and few values that share their parts can be a very long text.
      let room = c.heap.room / 8
      if JSONWriter.write(a[0], limit: room).count > room {
        throw BuiltinFailure("yaml: the result is too large", kind: .halt)
      }
      let emitter = YAMLEmitter()
      YAMLWriter(emitter: emitter).write(a[0])
      guard let text = emitter.finish() else { throw BuiltinFailure("yaml: cannot write the value") }
      // A mark of the end, which Go leaves out.
      let mark = Array("\n...\n".utf8)
      return c.heap.string(text.suffix(mark.count).elementsEqual(mark) ? Array(text.dropLast(4)) : text)
    },
    Builtin("yaml.unmarshal", 1) { (a, c) throws(BuiltinFailure) in
      try YAMLReader.read(Array(try a.string(0)), into: c.heap)
    },
    Builtin("yaml.is_valid", 1) { (a, _) in
      guard a[0].tag == .string else { return .false }
      let text = Array(a[0].text)
      return Value(Heap.lending(limit: 64 << 20) { (try? YAMLReader.read(text, into: $0)) != nil })
    },
  ]
}

/// Writes values as Go's `yaml.v2` does.
struct YAMLWriter {
  let emitter: YAMLEmitter

  func write(_ value: Value) {
    switch value.tag {
    case .undefined, .null: emitter.scalar("null".utf8, .plain)
    case .boolean: emitter.scalar(JSONWriter.write(value), .plain)
    case .integer, .number: emitter.scalar(number(value), .plain)
    case .string: string(value.text)
    case .array, .set:
      emitter.startSequence()
      for item in value.items { write(item) }
      emitter.endSequence()
    case .object: object(value)
    }
  }

  private func object(_ value: Value) {
    emitter.startMapping()
    let pairs = value.pairs.map { pair in
      (key: pair.key.tag == .string ? Array(pair.key.text) : JSONWriter.write(pair.key), value: pair.value)
    }
    for pair in pairs.sorted(by: { NaturalOrder.isLess($0.key, $1.key) }) {
      string(pair.key)
      write(pair.value)
    }
    emitter.endMapping()
  }

  /// Quoted where it would be read as something else, literal when it has lines.
  private func string(_ bytes: some Collection<UInt8>) {
    let text = String(decoding: bytes, as: UTF8.self)
    if bytes.contains(0x0A) { return emitter.scalar(bytes, .literal) }
    let scalar = YAMLScalar(text)
    let isPlain = (scalar == .text || scalar == .merge) && !YAMLScalar.isSexagesimal(text)
    emitter.scalar(bytes, isPlain ? .plain : .doubleQuoted)
  }

  private func number(_ value: Value) -> [UInt8] {
    let text = JSONWriter.write(value)
    if text.count < 19, !text.contains(where: { [0x2E, 0x65, 0x45].contains($0) }) { return text }
    let string = String(decoding: text, as: UTF8.self)
    if Int(string) != nil || UInt(string) != nil { return text }
    guard let double = Double(string) else { return text }
    return Array(GoDouble(double).general.utf8)
  }
}

/// How Go's `yaml.v2` orders keys: digits by their number, letters behind everything else.
enum NaturalOrder {
  static func isLess(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let (first, second) = (
      Array(String(decoding: left, as: UTF8.self).unicodeScalars),
      Array(String(decoding: right, as: UTF8.self).unicodeScalars)
    )
    var digits = false
    for index in 0..<min(first.count, second.count) {
      let (a, b) = (first[index], second[index])
      if a == b {
        digits = isDigit(a)
        continue
      }
      let (aLetter, bLetter) = (a.properties.isAlphabetic, b.properties.isAlphabetic)
      if aLetter && bLetter { return a < b }
      if aLetter || bLetter { return digits ? aLetter : bLetter }
      return numbers(first, second, index)
    }
    return first.count < second.count
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .decimalNumber }

  private static func numbers(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar], _ index: Int) -> Bool {
    if first[index] == "0" || second[index] == "0" {
      // Zeros in front: the number that goes on is the larger one.
      for at in stride(from: index - 1, through: 0, by: -1) where isDigit(first[at]) {
        if first[at] != "0" { return plain(first, second, index) }
      }
    }
    return plain(first, second, index)
  }

  private static func plain(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar], _ index: Int) -> Bool {
    let (a, b) = (first[index...].prefix(while: isDigit), second[index...].prefix(while: isDigit))
    if a.count != b.count { return a.count < b.count }
    return first[index] < second[index]
  }
}
