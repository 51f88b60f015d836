/// Where in a request a secret's value may stand.
package enum SecretPlace: Sendable, Hashable, CustomStringConvertible {
  /// A header, lower case; in `authorization` also behind a scheme.
  case header(String)
  /// Inside the base 64 of `Authorization: Basic`.
  case basic
  case query(String)
  /// A whole segment of the path.
  case path
  case form(String)
  /// A leaf of a JSON body, by pointer (RFC 6901).
  case json(String)
  /// The first message of a WebSocket.
  case webSocket
  /// The signature of AWS (Signature Version 4), made anew for this service and region; `*` is every region.
  case sigv4(service: String, region: String)

  package init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.count == 2 ? String(parts[1]) : ""
    switch (parts.first, parts.count) {
    case ("basic", 1): self = .basic
    case ("path", 1): self = .path
    case ("websocket", 1): self = .webSocket
    case ("header", 2) where Self.isToken(name): self = .header(name.lowercased())
    case ("query", 2) where Self.isText(name): self = .query(name)
    case ("form", 2) where Self.isText(name): self = .form(name)
    case ("json", 2) where name.hasPrefix("/") && Self.isText(name): self = .json(name)
    case ("sigv4", 2):
      let scope = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      guard scope.count == 2, Self.isToken(scope[0]), Self.isToken(scope[1]) else { return nil }
      self = .sigv4(service: scope[0], region: scope[1])
    default: return nil
    }
  }

  package var description: String {
    switch self {
    case .header(let name): "header:" + name
    case .basic: "basic"
    case .query(let name): "query:" + name
    case .path: "path"
    case .form(let name): "form:" + name
    case .json(let pointer): "json:" + pointer
    case .webSocket: "websocket"
    case .sigv4(let service, let region): "sigv4:\(service)/\(region)"
    }
  }

  /// RFC 9110 section 5.6.2.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
          || "!#$%&'*+-.^_`|~".utf8.contains($0)
      }
  }

  private static func isText(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 256 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}
