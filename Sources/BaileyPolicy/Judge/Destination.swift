package import BaileyCore

/// Why an action names no destination that could be judged.
package struct DestinationError: Error, Sendable, Equatable {
  package var reason: Reason
}

/// A destination as an action names it.
package struct Destination: Sendable, Equatable {
  package var host: HostName?
  package var address: IPAddress?
  package var port: UInt16
  /// How the name was learned; see `Action.connect`.
  package var transport: String

  package init(host: HostName?, address: IPAddress?, port: UInt16, transport: String) {
    self.host = host
    self.address = address
    self.port = port
    self.transport = transport
  }

  /// Whether the host's own loopback is meant: the one case in which the controller dials it for the agent.
  ///
  /// A name or another address beside it is none of ours; such an action is judged like any other, and denied.
  package var isHostPort: Bool {
    transport == "host-port" && host == nil && address?.addressClass == .loopback
  }

  /// `host:port`, or the address where there is no name.
  package var text: String {
    let target = host?.text ?? address.map { $0.isIPv4 ? $0.description : "[\($0)]" } ?? "?"
    return "\(target):\(port)"
  }
}

extension Destination {
  /// Reads `net.connect` and `http.request`; what is malformed is a reason to deny.
  init(_ action: Action) throws(DestinationError) {
    let resource = action.resource
    guard let number = resource["port"]?.int, let port = UInt16(exactly: number), port > 0 else {
      throw DestinationError(reason: Reason(.deny, "action-malformed", "the action names no port"))
    }
    self.init(host: nil, address: nil, port: port, transport: try Self.transport(action))
    if let raw = resource["address"]?.string {
      guard let address = try? IPAddress(raw) else {
        throw DestinationError(reason: Reason(.deny, "address-malformed", "this is not an address"))
      }
      self.address = address
    }
    try read(host: resource["host"]?.string)
    if host == nil, address == nil {
      throw DestinationError(reason: Reason(.deny, "action-malformed", "the action names no destination"))
    }
  }

  private static func transport(_ action: Action) throws(DestinationError) -> String {
    if action.verb == .netConnect, let transport = action.resource["transport"]?.string { return transport }
    switch action.resource["scheme"]?.string {
    case "http": return "http"
    case "https": return "tls"
    default: throw DestinationError(reason: Reason(.deny, "action-malformed", "the action names no protocol"))
    }
  }

  /// A client may put an address where a name belongs; it then counts as an address.
  private mutating func read(host raw: String?) throws(DestinationError) {
    guard let raw else { return }
    let bare = raw.hasPrefix("[") && raw.hasSuffix("]") ? String(raw.dropFirst().dropLast()) : raw
    if let literal = try? IPAddress(bare) {
      guard address == nil || address == literal else {
        throw DestinationError(
          reason: Reason(.deny, "address-mismatch", "the name is an address, and not the one that was dialled"))
      }
      address = literal
      return
    }
    guard let host = try? HostName(raw) else {
      throw DestinationError(
        reason: Reason(.deny, "host-malformed", "`\(printable(String(raw.prefix(300))))` is not a host name"))
    }
    self.host = host
  }
}
