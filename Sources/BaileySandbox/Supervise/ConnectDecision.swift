import BaileyLinux

/// What is to be done with one connect(2), from the single copy of its address.
enum ConnectTarget: Equatable {
  /// The kernel takes the address as it is: the network namespace of the socket decides where it leads.
  case network([UInt8])
  /// A name in the abstract space, which belongs to the socket's network namespace.
  case abstract([UInt8])
  /// A path as the agent gave it.
  case path([UInt8])
  case refused(Errno)

  private static let unix: Int32 = 1
  private static let internet: Int32 = 2
  private static let internet6: Int32 = 10
  private static let netlink: Int32 = 16

  /// - Parameter domain: `SO_DOMAIN` of the very socket that will be connected.
  init(domain: Int32, address: [UInt8]) {
    guard address.count >= 2, address.count <= 128 else {
      self = .refused(.invalid)
      return
    }
    let family = Int32(address[0]) | Int32(address[1]) << 8
    switch domain {
    case Self.internet, Self.internet6, Self.netlink: self = .network(address)
    case Self.unix: self = family == Self.unix ? Self.unixTarget(Array(address.dropFirst(2))) : .refused(.invalid)
    default: self = .refused(.accessDenied)
    }
  }

  private static func unixTarget(_ name: [UInt8]) -> ConnectTarget {
    guard name.count <= 108, let first = name.first else { return .refused(.invalid) }
    if first == 0 { return .abstract([1, 0] + name) }
    return .path(Array(name.prefix { $0 != 0 }))
  }

  /// As the log shows it.
  func shown(_ absolute: ([UInt8]) -> String) -> String {
    switch self {
    case .network(let address): Self.endpoint(address)
    case .abstract(let address): "@" + String(decoding: address.dropFirst(3), as: UTF8.self)
    case .path(let path): absolute(path)
    case .refused: "?"
    }
  }

  private static func endpoint(_ address: [UInt8]) -> String {
    guard address.count >= 8 else { return "?" }
    let port = UInt16(address[2]) << 8 | UInt16(address[3])
    if address[0] == internet { return address[4..<8].map { String($0) }.joined(separator: ".") + ":\(port)" }
    guard address[0] == internet6, address.count >= 24 else { return "family \(address[0])" }
    let groups = stride(from: 8, to: 24, by: 2).map { UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]) }
    return "[" + groups.map { String($0, radix: 16) }.joined(separator: ":") + "]:\(port)"
  }
}
