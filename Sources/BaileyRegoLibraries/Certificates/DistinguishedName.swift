internal import BaileyRego

/// Who a certificate is for, or from.
struct DistinguishedName: Equatable {
  struct Attribute: Equatable {
    let type: [Int]
    let value: String
  }

  let whole: ArraySlice<UInt8>
  private(set) var attributes: [Attribute] = []

  init(_ element: DERElement) throws(BuiltinFailure) {
    whole = element.whole
    var reader = element.reader
    while !reader.isAtEnd {
      guard var set = reader.next(DER.set)?.reader, attributes.count < 100 else { throw Certificate.malformed }
      while !set.isAtEnd {
        guard var pair = set.next(DER.sequence)?.reader, let type = pair.next(DER.objectIdentifier)?.identifier,
          let value = pair.next().flatMap(Self.text)
        else { throw Certificate.malformed }
        attributes.append(Attribute(type: type, value: value))
      }
    }
  }

  /// Strings of ASN.1's types.
  static func text(_ element: DERElement) -> String? {
    switch element.tag {
    case 12: return String(validating: element.content, as: UTF8.self)
    case 18, 19, 22:
      return element.content.allSatisfy { $0 < 0x80 } ? String(decoding: element.content, as: UTF8.self) : nil
    case 20: return String(String.UnicodeScalarView(element.content.map { Unicode.Scalar($0) }))
    case 30:
      let bytes = Array(element.content)
      guard bytes.count % 2 == 0 else { return nil }
      let units = stride(from: 0, to: bytes.count, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
      return String(decoding: units, as: UTF16.self)
    default: return nil
    }
  }

  /// All values of X.500's attribute 2.5.4.n.
  func values(_ number: Int) -> [String] { attributes.filter { $0.type == [2, 5, 4, number] }.map(\.value) }

  static func == (left: Self, right: Self) -> Bool { left.whole == right.whole }
}

/// UTCTime or GeneralizedTime, always in UTC.
struct CertificateTime {
  /// As RFC 3339 writes it.
  let text: String
  /// Since 1970.
  let seconds: Int

  init?(_ element: DERElement?) {
    guard let element, element.tag == 23 || element.tag == 24, element.content.last == 0x5A else { return nil }
    let digits = element.content.dropLast().map { Int($0) - 0x30 }
    let wanted = element.tag == 23 ? 12 : 14
    guard digits.count == wanted, digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
    let pairs = stride(from: 0, to: wanted, by: 2).map { digits[$0] * 10 + digits[$0 + 1] }
    let rest = Array(pairs.suffix(5))
    let year = element.tag == 23 ? pairs[0] + (pairs[0] < 50 ? 2000 : 1900) : pairs[0] * 100 + pairs[1]
    guard (1...12).contains(rest[0]), (1...31).contains(rest[1]), rest[2] < 24, rest[3] < 60, rest[4] < 60 else {
      return nil
    }
    seconds = Self.days(year, rest[0], rest[1]) * 86_400 + rest[2] * 3600 + rest[3] * 60 + rest[4]
    let two = rest.map { ($0 < 10 ? "0" : "") + String($0) }
    let four = String(repeating: "0", count: 4 - String(year).count) + String(year)
    text = "\(four)-\(two[0])-\(two[1])T\(two[2]):\(two[3]):\(two[4])Z"
  }

  /// Days since 1970; years start in March, so that leap days come last.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
  }
}
