package import BaileyCore

/// Where a witness takes heads: `http://ADDRESS:PORT/PREFIX`, with `localhost` for 127.0.0.1.
///
/// An address is a number: who answers for a name could change between two questions. In clear is right: a head is public, and a cosignature
/// proves itself.
package struct WitnessAddress: Sendable, Equatable {
  package let place: HTTPCall.Place
  package let host: String
  /// Path of the request.
  package let target: String

  /// `nil` for anything else.
  package init?(_ url: String) {
    let scheme = "http://"
    guard url.hasPrefix(scheme), url.utf8.count <= 1024, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !url.contains(where: { $0 == "?" || $0 == "#" || $0 == "@" })
    else { return nil }
    let rest = url.dropFirst(scheme.count)
    let host = rest.prefix { $0 != "/" }
    guard let colon = host.lastIndex(of: ":"), let port = UInt16(host[host.index(after: colon)...]), port > 0 else {
      return nil
    }
    var name = String(host[..<colon])
    if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
    guard let address = try? IPAddress(name == "localhost" ? "127.0.0.1" : name) else { return nil }
    place = .address(address, port: port)
    self.host = String(host)
    let prefix = rest.dropFirst(host.count)
    target = (prefix.hasSuffix("/") ? prefix.dropLast() : prefix) + "/add-checkpoint"
  }
}
