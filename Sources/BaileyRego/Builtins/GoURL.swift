/// A URL as Go's `net/url` reads it, without the user's part.
struct GoURL {
  private(set) var scheme: [UInt8] = []
  private(set) var hostname: ArraySlice<UInt8> = []
  private(set) var port: ArraySlice<UInt8> = []
  private(set) var path: [UInt8] = []
  private(set) var rawPath: ArraySlice<UInt8> = []
  private(set) var query: ArraySlice<UInt8> = []
  private(set) var fragment: [UInt8] = []

  struct Problem: Error { var message: String }

  init(_ bytes: [UInt8]) throws(Problem) {
    var rest = bytes[...]
    if let hash = rest.firstIndex(of: 0x23) {
      fragment = try Self.unescape(rest[(hash + 1)...])
      rest = rest[..<hash]
    }
    if rest.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      throw Problem(message: "net/url: invalid control character in URL")
    }
    if rest.elementsEqual("*".utf8) {
      (path, rawPath) = (Array(rest), rest)
      return
    }
    try takeScheme(&rest)
    if let mark = rest.firstIndex(of: 0x3F) {
      query = rest[(mark + 1)...]
      rest = rest[..<mark]
    }
    if rest.first != 0x2F {
      // `mailto:x`: what follows is no path.
      if !scheme.isEmpty { return }
      if rest.prefix(while: { $0 != 0x2F }).contains(0x3A) {
        throw Problem(message: "first path segment in URL cannot contain colon")
      }
    } else if rest.starts(with: "//".utf8), !scheme.isEmpty || !rest.starts(with: "///".utf8) {
      let authority = rest.dropFirst(2).prefix { $0 != 0x2F }
      rest = rest[authority.endIndex...]
      try takeAuthority(authority)
    }
    path = try Self.unescape(rest)
    rawPath = rest
  }

  private mutating func takeScheme(_ rest: inout ArraySlice<UInt8>) throws(Problem) {
    for index in rest.indices {
      switch rest[index] {
      case 0x41...0x5A, 0x61...0x7A: continue
      case 0x30...0x39, 0x2B, 0x2D, 0x2E: if index == rest.startIndex { return }
      case 0x3A:
        if index == rest.startIndex { throw Problem(message: "missing protocol scheme") }
        scheme = rest[..<index].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        rest = rest[(index + 1)...]
        return
      default: return
      }
    }
  }

  private mutating func takeAuthority(_ authority: ArraySlice<UInt8>) throws(Problem) {
    var host = authority
    if let at = authority.lastIndex(of: 0x40) {
      let allowed = Set("-._:~!$&'()*+,;=%@".utf8)
      for byte in authority[..<at] where !Self.isAlphanumeric(byte) && !allowed.contains(byte) {
        throw Problem(message: "net/url: invalid userinfo")
      }
      _ = try Self.unescape(authority[..<at])
      host = authority[(at + 1)...]
    }
    try takeHost(host)
  }

  private mutating func takeHost(_ host: ArraySlice<UInt8>) throws(Problem) {
    var (name, tail) = (host, host[host.endIndex...])
    if host.first == 0x5B {
      guard let close = host.lastIndex(of: 0x5D) else { throw Problem(message: "missing ']' in host") }
      (name, tail) = (host[(host.startIndex + 1)..<close], host[(close + 1)...])
      try Self.checkAddress(name)
    } else if let colon = host.firstIndex(of: 0x3A) {
      (name, tail) = (host[..<colon], host[colon...])
    }
    guard tail.isEmpty || (tail.first == 0x3A && tail.dropFirst().allSatisfy { (0x30...0x39).contains($0) }) else {
      throw Problem(message: "invalid port \(GoURL.quote(tail)) after host")
    }
    hostname = try Self.unescapeHost(name)[...]
    port = tail.dropFirst()
  }

  private static func checkAddress(_ name: ArraySlice<UInt8>) throws(Problem) {
    let text = String(decoding: name.prefix { $0 != 0x25 }, as: UTF8.self)
    guard text.contains(":"), Heap.lending({ NetworkAddress.address($0.string(text).text) != nil }) else {
      throw Problem(message: "invalid host: ParseAddr(\(quote(name))): unable to parse IP")
    }
  }

  // MARK: Escapes

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }

  private static func unescape(_ text: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
    var (out, rest) = ([UInt8](), text)
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        out.append(byte)
        continue
      }
      guard let value = escaped(rest) else { throw wrongEscape(rest) }
      out.append(value)
      rest = rest.dropFirst(2)
    }
    return out
  }

  /// In a host only what is no ASCII may be escaped.
  private static func unescapeHost(_ text: ArraySlice<UInt8>) throws(Problem) -> [UInt8] {
    let allowed = Set("-._~!$&'()*+,;=:[]<>\"".utf8)
    var (out, rest) = ([UInt8](), text)
    while let byte = rest.popFirst() {
      if byte == 0x25 {
        guard let value = escaped(rest), value >= 0x80 || rest.starts(with: "25".utf8) else { throw wrongEscape(rest) }
        out.append(value)
        rest = rest.dropFirst(2)
      } else if byte < 0x80, !isAlphanumeric(byte), !allowed.contains(byte) {
        throw Problem(message: "invalid character \(quote([byte])) in host name")
      } else {
        out.append(byte)
      }
    }
    return out
  }

  private static func escaped(_ rest: ArraySlice<UInt8>) -> UInt8? {
    let digits = rest.prefix(2).compactMap(StringLiteral.hexDigit)
    return digits.count == 2 ? digits[0] << 4 | digits[1] : nil
  }

  private static func wrongEscape(_ rest: ArraySlice<UInt8>) -> Problem {
    Problem(message: "invalid URL escape \(quote([0x25] + rest.prefix(2)))")
  }

  static func quote(_ bytes: some Collection<UInt8>) -> String {
    var out: [UInt8] = []
    GoQuote.quote(bytes, into: &out)
    return String(decoding: out, as: UTF8.self)
  }
}
