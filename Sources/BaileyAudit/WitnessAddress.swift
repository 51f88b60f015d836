package import BaileyCore

/// Where a witness takes heads: `https://HOST[:PORT]/PREFIX` or `http://ADDRESS:PORT/PREFIX`, with `localhost` for 127.0.0.1.
///
/// In clear is allowed: a head is public, and a cosignature proves itself. Only the refusals of a witness do not: over TLS nobody on the way can
/// answer in its place.
package struct WitnessAddress: Sendable, Equatable {
  package let place: HTTPCall.Place
  package let host: String
  /// Path of the request.
  package let target: String
  package let isSecure: Bool
  /// What the certificate must be for, if not the address.
  let name: HostName?

  /// `nil` for anything else.
  package init?(_ url: String) {
    guard url.utf8.count <= 1024, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !url.contains(where: { $0 == "?" || $0 == "#" || $0 == "@" })
    else { return nil }
    let (base, prefix) = RemoteURL.parts(url)
    guard let remote = try? RemoteURL(base) else { return nil }
    (place, host, isSecure, name) = (remote.place, remote.host, remote.isSecure, remote.name)
    target = (prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) + "/add-checkpoint"
  }

  /// - Parameter authorities: PEM, in place of the system's.
  func security(_ authorities: [UInt8]?) -> HTTPSecurity? {
    isSecure ? HTTPSecurity(name: name, authorities: authorities) : nil
  }
}
