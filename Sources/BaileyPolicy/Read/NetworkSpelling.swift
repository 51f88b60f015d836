package import BaileyCore

/// Hosts, addresses and ports as manifest and command line write them.
///
/// `host`, `host:port`, `host:8000-8010`, `*.host`, an address, a range, `[IPv6]:port`, or `scheme://host[:port]` with the schemes
/// `https`, `http` and `tcp`. Nothing is repaired.
package enum NetworkSpelling {
  package struct Failure: Error, Sendable, Equatable {
    package var code: String
    package var why: String
    package var hint: String?

    init(_ code: String, _ why: String, hint: String? = nil) {
      self.code = code
      self.why = why
      self.hint = hint
    }
  }

  package static func rule(_ text: String, source: SourceLocation) throws(Failure) -> NetworkRule {
    guard let separator = text.firstRange(of: "://") else { return try plainRule(text, source: source) }
    let scheme = text[..<separator.lowerBound]
    var rest = text[separator.upperBound...]
    guard let (transport, port) = schemes[scheme.lowercased()] else {
      throw Failure(
        "manifest-value", "the scheme `\(printable(String(scheme)))` is not known",
        hint: "it is one of https, http, tcp; a host needs none")
    }
    if rest.hasSuffix("/") { rest = rest.dropLast() }
    if rest.contains(where: { "/?#".contains($0) }) {
      throw Failure(
        "manifest-value", "a rule is for a whole host, not for a path on it", hint: "name the host without the path")
    }
    var rule = try plainRule(String(rest), source: source)
    rule.transport = transport
    if rule.ports.isEmpty {
      guard let port else { throw Failure("manifest-port", "tcp:// needs a port", hint: "write tcp://host:22") }
      rule.ports = [port...port]
    }
    return rule
  }

  private static let schemes: [String: (NetworkRule.Transport, UInt16?)] = [
    "https": (.tls, 443), "http": (.http, 80), "tcp": (.tcp, nil),
  ]

  private static func plainRule(_ text: String, source: SourceLocation) throws(Failure) -> NetworkRule {
    if text.utf8.contains(UInt8(ascii: "@")) {
      throw Failure(
        "manifest-host", "credentials have no place in a host", hint: "write the host without what stands before `@`")
    }
    let (target, port) = split(text)
    var rule = NetworkRule(target: try Self.target(String(target)), source: source)
    if let port {
      guard let range = PortSpelling.range(port) else {
        throw Failure(
          "manifest-port", "`\(printable(String(port)))` is not a port",
          hint: "a port is a number from 1 to 65535, a range is written 8000-8010")
      }
      rule.ports = [range]
    }
    return rule
  }

  /// Splits off the port: after the last colon, unless the text is a bare IPv6 address.
  private static func split(_ text: String) -> (target: Substring, port: Substring?) {
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      let inner = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      if rest.isEmpty { return (inner, nil) }
      // Anything but a port behind the bracket makes a port that does not parse.
      return (inner, rest.hasPrefix(":") ? rest.dropFirst() : rest)
    }
    let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
    guard colons == 1, let colon = text.firstIndex(of: ":") else { return (text[...], nil) }
    return (text[..<colon], text[text.index(after: colon)...])
  }

  package static func target(_ text: String) throws(Failure) -> NetworkRule.Target {
    if text == "*" {
      throw Failure(
        "manifest-host", "`*` would allow every host", hint: "name the hosts; `*.example.com` is a wildcard")
    }
    if text.utf8.contains(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "/") }) || looksNumeric(text) {
      return .address(try address(text))
    }
    do {
      return .host(try HostPattern(text))
    } catch {
      throw Failure("manifest-host", error.why(text), hint: error.hint)
    }
  }

  private static func looksNumeric(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
  }

  private static func address(_ text: String) throws(Failure) -> AddressRange {
    let range: AddressRange
    do {
      range = try AddressRange(text)
    } catch {
      throw Failure("manifest-address", error.why, hint: error.hint)
    }
    switch range.base.addressClass {
    case .metadata, .embedded, .multicast:
      throw Failure(
        "manifest-address", "\(range.base.addressClass.phrase) can never be allowed",
        hint: "see the floor in docs/manifest.md")
    default: return range
    }
  }
}

extension AddressClass {
  /// What a person would call an address of this class.
  package var phrase: String {
    switch self {
    case .global: "a public address"
    case .unspecified: "an unspecified address"
    case .loopback: "a loopback address"
    case .linkLocal: "a link-local address"
    case .privateUse: "a private address"
    case .sharedSpace: "an address of the carrier's shared space"
    case .multicast: "a multicast address"
    case .reserved: "a reserved address"
    case .metadata: "the address of a cloud metadata service"
    case .embedded: "an IPv6 address that carries an IPv4 address"
    }
  }
}

extension AddressError {
  var why: String {
    switch self {
    case .malformed: "not an address in the one accepted spelling"
    case .prefixTooLong: "the prefix is longer than the address"
    case .hostBitsSet: "bits beyond the prefix are set"
    }
  }

  var hint: String? {
    switch self {
    case .malformed: "four decimal numbers without leading zeros, or IPv6 without a zone; a path belongs to no host"
    case .hostBitsSet: "write the first address of the range, such as 10.1.2.0/24"
    case .prefixTooLong: nil
    }
  }
}

extension HostNameError {
  func why(_ text: String) -> String {
    switch self {
    case .empty: "the host is empty"
    case .tooLong: "the host name is longer than 253 bytes"
    case .forbiddenCharacter(0): "the host name holds a NUL"
    case .forbiddenCharacter(let byte):
      "no host name holds `\(printable(String(Character(Unicode.Scalar(byte)))))`"
    case .emptyLabel: "two dots stand side by side"
    case .labelTooLong: "a part between dots is longer than 63 bytes"
    case .hyphenAtEdge: "a part between dots begins or ends with a hyphen"
    case .notASCII: Self.mixesScripts(text) ? "the host name mixes scripts" : "the host name holds letters beyond ASCII"
    case .looksLikeAddress: "the last part is a number, so this is an address in another spelling"
    }
  }

  var hint: String? {
    switch self {
    case .notASCII: "write the xn-- form, so that what is shown is what is matched"
    case .forbiddenCharacter(UInt8(ascii: "*")): "a wildcard is `*.` before a name of at least two parts"
    case .looksLikeAddress: "write the address as four decimal numbers"
    default: nil
    }
  }

  /// Whether one label has Latin letters of ASCII beside others: the look-alike that deceives.
  private static func mixesScripts(_ text: String) -> Bool {
    text.split(separator: ".").contains { label in
      let letters = label.unicodeScalars.filter { $0.properties.isAlphabetic }
      return letters.contains { $0.isASCII } && letters.contains { !$0.isASCII }
    }
  }
}
