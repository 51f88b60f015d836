import BaileyCore

/// A host as a client names it: a DNS name, or an address in its one accepted spelling.
enum NamedHost: Sendable, Hashable {
  case name(HostName)
  case address(IPAddress)

  /// - Throws: what is neither; `127.1`, `0x7f.1`, `%2e`, zone identifiers and their like are.
  init(_ text: String) throws(HostNameError) {
    if let address = try? IPAddress(text) {
      self = .address(address)
    } else {
      self = .name(try HostName(text))
    }
  }

  var text: String {
    switch self {
    case .name(let name): name.text
    case .address(let address): address.description
    }
  }

  /// As it stands before a port: an IPv6 address in brackets (RFC 3986 section 3.2.2).
  var bracketed: String {
    if case .address(let address) = self, !address.isIPv4 { "[\(address)]" } else { text }
  }

  var name: HostName? {
    if case .name(let name) = self { return name }
    return nil
  }
}

/// `host`, `host:port` or `[address]:port` (RFC 3986 section 3.2) without user information.
struct Authority: Sendable, Equatable {
  var host: NamedHost
  var port: UInt16?

  init?(_ text: String) {
    guard text.utf8.count <= 300 else { return nil }
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]"),
        let address = try? IPAddress(String(text[text.index(after: text.startIndex)..<end])),
        !address.isIPv4
      else { return nil }
      self.init(.address(address), rest: text[text.index(after: end)...])
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let host = try? NamedHost(String(parts[0])) else { return nil }
    self.init(host, rest: parts.count == 2 ? ":" + parts[1] : "")
  }

  private init?(_ host: NamedHost, rest: Substring) {
    self.host = host
    if rest.isEmpty { return }
    let digits = rest.dropFirst().utf8
    guard rest.hasPrefix(":"), (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(rest.dropFirst()), port > 0
    else { return nil }
    self.port = port
  }
}
