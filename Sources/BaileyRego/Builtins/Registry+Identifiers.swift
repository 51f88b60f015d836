extension Registry {
  static let identifiers: [Builtin] = [
    Builtin("uuid.rfc4122", 1) { (a, c) throws(BuiltinFailure) in
      let key = "uuid." + String(decoding: try a.string(0), as: UTF8.self)
      if let known = c.cache[key] { return known }
      var bytes = (0..<2).flatMap { _ in
        let word = c.random()
        return (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
      }
      bytes[6] = bytes[6] & 0x0F | 0x40
      bytes[8] = bytes[8] & 0x3F | 0x80
      let value = c.heap.string(UUIDText.dashed(bytes))
      c.cache[key] = value
      return value
    },
    Builtin("uuid.parse", 1) { (a, c) throws(BuiltinFailure) in
      guard let bytes = UUIDText.parse(try a.string(0)) else { return .undefined }
      return UUIDText.describe(bytes, c.heap)
    },
    Builtin("rand.intn", 2) { (a, c) throws(BuiltinFailure) in
      let (name, limit) = (try a.string(0), try a.integer(1))
      if limit == 0 { return Value(integer: 0) }
      let key = "rand.\(limit)." + String(decoding: name, as: UTF8.self)
      if let known = c.cache[key] { return known }
      let value = c.heap.integer(Int(c.random() % UInt64(limit.magnitude)))
      c.cache[key] = value
      return value
    },
  ]
}

extension BuiltinContext {
  /// SplitMix64 over the decision's seed, so that a decision can be replayed.
  func random() -> UInt64 {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var word = seed
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

enum UUIDText {
  static func dashed(_ bytes: [UInt8]) -> [UInt8] {
    let parts = [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { Hex.encode(bytes[$0]) }
    return Array(parts.joined(separator: [0x2D]))
  }

  /// With or without dashes, in braces, or as a URN.
  static func parse(_ text: Text) -> [UInt8]? {
    var rest = Array(text)[...]
    if rest.count == 45, String(decoding: rest.prefix(9), as: UTF8.self).lowercased() == "urn:uuid:" {
      rest = rest.dropFirst(9)
    } else if rest.count == 38, rest.first == 0x7B, rest.last == 0x7D {
      rest = rest.dropFirst().dropLast()
    }
    let letters = Array(rest)
    if letters.count == 32 { return Hex.decode(letters) }
    guard letters.count == 36, [8, 13, 18, 23].allSatisfy({ letters[$0] == 0x2D }) else { return nil }
    return Hex.decode(letters.filter { $0 != 0x2D }).flatMap { $0.count == 16 ? $0 : nil }
  }

  static func describe(_ bytes: [UInt8], _ heap: Heap) -> Value {
    let version = Int(bytes[6] >> 4)
    var fields: [(String, Value)] = [
      ("version", Value(integer: version)), ("variant", heap.string(variant(bytes[8]))),
    ]
    if version == 1 || version == 2 {
      let node = bytes[10...].map { Array(Hex.encode([$0])) }
      let universal = bytes[10] & 2 == 2 ? "local" : "global"
      fields += [
        ("nodeid", heap.string(Array(node.joined(separator: [0x2D])))),
        ("macvariables", heap.string(universal + ":" + (bytes[10] & 1 == 1 ? "multicast" : "unicast"))),
        ("time", heap.integer(time(bytes))),
        ("clocksequence", Value(integer: Int(bytes[8] & 0x3F) << 8 | Int(bytes[9]))),
      ]
    }
    if version == 2 {
      fields.append(("id", Value(integer: bytes[0..<4].reduce(0) { $0 << 8 | Int($1) })))
      fields.append(
        (
          "domain",
          heap.string(
            ["Person", "Group", "Org"].indices.contains(Int(bytes[9]))
              ? ["Person", "Group", "Org"][Int(bytes[9])] : "Domain\(bytes[9])")
        ))
    }
    return heap.object(fields.map { (heap.string($0.0), $0.1) })
  }

  private static func variant(_ byte: UInt8) -> String {
    if byte & 0xC0 == 0x80 { return "RFC4122" }
    if byte & 0xE0 == 0xC0 { return "Microsoft" }
    return byte & 0xE0 == 0xE0 ? "Future" : "Reserved"
  }

  /// Nanoseconds since 1970 of the 100 ns since 1582.
  private static func time(_ bytes: [UInt8]) -> Int {
    let low = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
    let middle = Int(bytes[4]) << 8 | Int(bytes[5])
    let high = Int(bytes[6] & 0x0F) << 8 | Int(bytes[7])
    let ticks = high << 48 | middle << 32 | low
    return (ticks - 122_192_928_000_000_000) &* 100
  }
}
