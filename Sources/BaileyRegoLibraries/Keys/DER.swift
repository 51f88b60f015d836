/// One element of DER (X.690): its tag, what it holds, and all its bytes.
struct DERElement {
  let tag: UInt8
  let content: ArraySlice<UInt8>
  let whole: ArraySlice<UInt8>

  var reader: DERReader { DERReader(content) }

  /// An integer's bytes without leading zeros; nil for a negative one.
  var magnitude: [UInt8]? {
    guard let first = content.first, first < 0x80 else { return nil }
    return Array(content.drop { $0 == 0 })
  }

  /// A small integer that is not negative.
  var smallInteger: Int? {
    guard let magnitude, magnitude.count < 8 else { return nil }
    return magnitude.reduce(0) { $0 << 8 | Int($1) }
  }

  /// The arcs of an object identifier.
  var identifier: [Int]? {
    var (arcs, value) = ([Int](), 0)
    for byte in content {
      guard value < 1 << 48 else { return nil }
      value = value << 7 | Int(byte & 0x7F)
      if byte & 0x80 != 0 { continue }
      if arcs.isEmpty {
        let first = min(value / 40, 2)
        arcs = [first, value - first * 40]
      } else {
        arcs.append(value)
      }
      value = 0
    }
    guard let last = content.last, last & 0x80 == 0 else { return nil }
    return arcs
  }

  /// The bytes of a bit string, without the count of unused bits.
  var bits: (unused: Int, bytes: ArraySlice<UInt8>)? {
    guard tag == DER.bitString, let unused = content.first, unused < 8, content.count > 1 || unused == 0 else {
      return nil
    }
    return (Int(unused), content.dropFirst())
  }
}

/// Tags of universal types.
enum DER {
  static let boolean: UInt8 = 0x01
  static let integer: UInt8 = 0x02
  static let bitString: UInt8 = 0x03
  static let octetString: UInt8 = 0x04
  static let null: UInt8 = 0x05
  static let objectIdentifier: UInt8 = 0x06
  static let sequence: UInt8 = 0x30
  static let set: UInt8 = 0x31

  /// A context-specific tag.
  static func context(_ number: UInt8, constructed: Bool = true) -> UInt8 { 0x80 | (constructed ? 0x20 : 0) | number }

  static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = content.count
    repeat {
      length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
      rest >>= 8
    } while rest > 0
    if content.count >= 0x80 { length.insert(0x80 | UInt8(length.count), at: 0) }
    return [tag] + length + content
  }

  static func integer(_ magnitude: [UInt8]) -> [UInt8] {
    let digits = Array(magnitude.drop { $0 == 0 })
    return element(integer, (digits.first ?? 0x80) >= 0x80 ? [0] + digits : digits)
  }
}

/// Reads elements one behind the other. Lengths are definite and as short as they can be; nothing is read beyond the bytes given.
struct DERReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  var isAtEnd: Bool { rest.isEmpty }
  var nextTag: UInt8? { rest.first }

  mutating func next() -> DERElement? {
    guard let tag = rest.first, tag & 0x1F != 0x1F, let (count, header) = length() else { return nil }
    guard count <= rest.count - header else { return nil }
    let whole = rest.prefix(header + count)
    rest = rest.dropFirst(header + count)
    return DERElement(tag: tag, content: whole.dropFirst(header), whole: whole)
  }

  /// Only an element of this type.
  mutating func next(_ tag: UInt8) -> DERElement? { nextTag == tag ? next() : nil }

  /// How many bytes follow, and how long tag and length are.
  private func length() -> (Int, Int)? {
    guard let first = rest.dropFirst().first else { return nil }
    if first < 0x80 { return (Int(first), 2) }
    let count = Int(first & 0x7F)
    let bytes = rest.dropFirst(2).prefix(count)
    guard count > 0, count <= 4, bytes.count == count, bytes.first != 0 else { return nil }
    let value = bytes.reduce(0) { $0 << 8 | Int($1) }
    return value < 0x80 ? nil : (value, 2 + count)
  }

  /// All elements; nil when one is malformed or there are too many.
  mutating func all(limit: Int = 10_000) -> [DERElement]? {
    var found: [DERElement] = []
    while !isAtEnd {
      guard found.count < limit, let element = next() else { return nil }
      found.append(element)
    }
    return found
  }
}
