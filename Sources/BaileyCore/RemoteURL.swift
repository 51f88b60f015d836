/// `http://ADDRESS:PORT` or `https://HOST:PORT`; `localhost` is 127.0.0.1, and https has a port where none is named.
///
/// In clear an address is a number: who answers for a name could change between two decisions. Over TLS the certificate says who answers.
package struct RemoteURL: Sendable {
  package struct Refused: Error {
    package let why: String
    package let hint: String?
  }

  /// As it is written.
  package let host: String
  package let place: HTTPCall.Place
  package let isSecure: Bool
  /// What the certificate must be for, if not the address.
  package let name: HostName?

  /// - Parameter port: of a host over TLS without one.
  package init(_ text: String, port: UInt16 = 443) throws(Refused) {
    guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else {
      throw Refused(why: "only `http://` and `https://` are spoken", hint: nil)
    }
    let rest = text.dropFirst(scheme.count)
    host = String(rest.prefix { $0 != "/" })
    isSecure = scheme == "https://"
    guard rest.dropFirst(host.count).allSatisfy({ $0 == "/" }),
      let (name, port) = Self.split(host, port: isSecure ? port : nil)
    else {
      throw Refused(
        why: "`url` is `http://ADDRESS:PORT` or `https://HOST:PORT`", hint: "the document goes into `path`")
    }
    if let address = try? IPAddress(name == "localhost" ? "127.0.0.1" : name) {
      place = .address(address, port: port)
      self.name = isSecure && name == "localhost" ? try? HostName(name) : nil
    } else if isSecure, let found = try? HostName(name) {
      place = .name(found, port: port)
      self.name = found
    } else {
      throw Refused(
        why: "`\(name)` is no \(isSecure ? "host" : "address")",
        hint: isSecure ? nil : "name a number or `localhost`, or use `https://`")
    }
  }

  /// A URL before its path and from there on; no path is an empty one.
  package static func parts(_ url: String) -> (base: String, path: String) {
    var slashes = 0
    for index in url.indices where url[index] == "/" {
      slashes += 1
      if slashes == 3 { return (String(url[..<index]), String(url[index...])) }
    }
    return (url, "")
  }

  /// An IPv6 address stands in brackets.
  private static func split(_ host: String, port: UInt16?) -> (name: String, port: UInt16)? {
    var name = host[...]
    var tail = Substring()
    if host.hasPrefix("["), let end = host.lastIndex(of: "]") {
      name = host[host.index(after: host.startIndex)..<end]
      tail = host[host.index(after: end)...]
      guard name.contains(":") else { return nil }
    } else if let colon = host.lastIndex(of: ":") {
      name = host[..<colon]
      tail = host[colon...]
      guard !name.contains(":") else { return nil }
    }
    if tail.isEmpty { return port.map { (String(name), $0) } }
    guard tail.first == ":", tail.dropFirst().allSatisfy(\.isNumber), let number = UInt16(tail.dropFirst()), number > 0
    else { return nil }
    return (String(name), number)
  }
}
