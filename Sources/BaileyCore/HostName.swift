/// Why a text does not name a host.
package enum HostNameError: Error, Sendable, Equatable {
  case empty
  case tooLong
  /// NUL, percent, space, slash, control or any other character that no host name has.
  case forbiddenCharacter(UInt8)
  case emptyLabel
  case labelTooLong
  case hyphenAtEdge
  /// Letters beyond ASCII: the A-label (`xn--…`) must be written, so that what is shown is what is matched.
  case notASCII
  case looksLikeAddress
}

/// A DNS name in the one form in which Bailey compares names: lower case, no trailing dot, ASCII.
///
/// RFC 1123 section 2.1 and RFC 5891 A-labels; underscores are accepted inside labels because real service names have them.
/// Nothing is repaired: a name with a NUL, a percent sign or a letter beyond ASCII is refused, because two parsers that repair
/// differently see two names. A name whose last label is all digits, or a hexadecimal number, is an address in disguise and refused
/// (WHATWG URL, "ends in a number").
package struct HostName: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  package init(_ raw: String) throws(HostNameError) {
    var bytes = Array(raw.utf8)
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    if bytes.isEmpty { throw .empty }
    if bytes.count > 253 { throw .tooLong }
    for index in bytes.indices {
      let byte = bytes[index]
      if byte >= 0x80 { throw .notASCII }
      if (0x41...0x5A).contains(byte) { bytes[index] = byte | 0x20 }
      guard Self.isAllowed(bytes[index]) else { throw .forbiddenCharacter(byte) }
    }
    let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for label in labels { try Self.check(label) }
    if let last = labels.last, Self.isNumber(last) { throw .looksLikeAddress }
    text = String(decoding: bytes, as: UTF8.self)
  }

  package var description: String { text }

  package var labels: [Substring] { text.split(separator: ".") }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7A, 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func check(_ label: ArraySlice<UInt8>) throws(HostNameError) {
    if label.isEmpty { throw .emptyLabel }
    if label.count > 63 { throw .labelTooLong }
    if label.first == UInt8(ascii: "-") || label.last == UInt8(ascii: "-") { throw .hyphenAtEdge }
  }

  private static func isNumber(_ label: ArraySlice<UInt8>) -> Bool {
    if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
    guard label.starts(with: "0x".utf8) else { return false }
    return label.dropFirst(2).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

/// A host name, or `*.` followed by one: any depth below it, but not itself.
///
/// No other wildcard exists: `api.*.example.com` and `*example.com` are errors, as is `*` over a single label such as `*.com`.
package struct HostPattern: Sendable, Hashable, CustomStringConvertible {
  package let isWildcard: Bool
  package let name: HostName

  package init(_ raw: String) throws(HostNameError) {
    isWildcard = raw.hasPrefix("*.")
    name = try HostName(isWildcard ? String(raw.dropFirst(2)) : raw)
    if isWildcard, name.labels.count < 2 { throw .forbiddenCharacter(UInt8(ascii: "*")) }
  }

  package func matches(_ host: HostName) -> Bool {
    isWildcard ? host.text.hasSuffix("." + name.text) : host == name
  }

  package var description: String { isWildcard ? "*." + name.text : name.text }
}
