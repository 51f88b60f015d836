import BaileyLinux

/// How a value is written in its place.
enum ValueEncoding {
  case field, percent, json

  /// - Returns: `nil` where the value cannot stand there.
  func encode(_ value: [UInt8]) -> [UInt8]? {
    switch self {
    case .field: value.allSatisfy(HTTPToken.isFieldByte) && value.first != 32 && value.last != 32 ? value : nil
    case .percent: Self.percent(value)
    case .json: Self.json(value)
    }
  }

  private static let digits = Array("0123456789ABCDEF".utf8)

  /// All but the unreserved characters of RFC 3986, section 2.3.
  static func percent(_ bytes: some Sequence<UInt8>, keeping kept: UInt8? = nil) -> [UInt8] {
    var out: [UInt8] = []
    for byte in bytes {
      let isPlain =
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte) || byte == kept
      if isPlain { out.append(byte) } else { out += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    }
    return out
  }

  /// What stands between the quotes of a string (RFC 8259, section 7); `nil` for what is no UTF-8.
  private static func json(_ value: [UInt8]) -> [UInt8]? {
    guard String(validating: value, as: UTF8.self) != nil else { return nil }
    var out: [UInt8] = []
    for byte in value {
      switch byte {
      case 0x22, 0x5C: out += [0x5C, byte]
      case 0..<0x20: out += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: out.append(byte)
      }
    }
    return out
  }

  /// `nil` where a `%` is not followed by two digits.
  static func decoded(_ text: some Sequence<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
    var (out, rest) = ([UInt8](), text.makeIterator())
    while let byte = rest.next() {
      guard byte == 0x25 else {
        out.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
        continue
      }
      guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit) else { return nil }
      out.append(high << 4 | low)
    }
    return out
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case 0x30...0x39: letter - 0x30
    case 0x41...0x46, 0x61...0x66: (letter | 0x20) - 0x57
    default: nil
    }
  }
}
