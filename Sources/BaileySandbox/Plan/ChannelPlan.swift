import BaileyCore

/// The sockets that pid 1 opens in the sandbox's network namespace and hands out.
struct ChannelPlan {
  private(set) var slots: [SandboxChannel: Int] = [:]
  private(set) var listeners: [JailOperation] = []
  private(set) var nextSlot = 0
  let includesIPv6: Bool

  private static let stream: UInt16 = 1
  private static let datagram: UInt16 = 2
  private static let backlog: UInt16 = 1024

  init(_ request: SandboxRequest, includesIPv6: Bool) {
    self.includesIPv6 = includesIPv6
    let dns = SandboxPlanner.resolverPort
    listen(.captureIPv4, Self.stream, Self.ipv4(SandboxPlanner.capturePort))
    listen(.resolverIPv4, Self.datagram, Self.ipv4(dns))
    listen(.resolverStreamIPv4, Self.stream, Self.ipv4(dns))
    listen(.proxy, Self.stream, Self.ipv4(SandboxPlanner.proxyPort))
    if includesIPv6 {
      listen(.captureIPv6, Self.stream, Self.ipv6(SandboxPlanner.capturePort))
      listen(.resolverIPv6, Self.datagram, Self.ipv6(dns))
      listen(.resolverStreamIPv6, Self.stream, Self.ipv6(dns))
    }
    let taken: Set<UInt16> = [0, dns, SandboxPlanner.proxyPort, SandboxPlanner.capturePort]
    for port in Set(request.manifest.hostPorts).subtracting(taken).sorted().prefix(128) {
      listen(.hostPort(port), Self.stream, Self.ipv4(port))
    }
    if request.terminal != nil {
      slots[.terminal] = nextSlot
      nextSlot += 1
    }
  }

  func terminal(_ size: TerminalSize) -> JailOperation {
    .pseudoTerminal(slot: slots[.terminal] ?? 0, rows: size.rows, columns: size.columns)
  }

  private mutating func listen(_ channel: SandboxChannel, _ type: UInt16, _ address: [UInt8]) {
    let family: UInt16 = address.count == 16 ? 2 : 10
    slots[channel] = nextSlot
    listeners.append(
      .listen(slot: nextSlot, family: family, type: type, address: address, backlog: Self.backlog))
    nextSlot += 1
  }

  /// `struct sockaddr_in` of 127.0.0.1.
  private static func ipv4(_ port: UInt16) -> [UInt8] {
    [2, 0, UInt8(port >> 8), UInt8(port & 0xFF), 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
  }

  /// `struct sockaddr_in6` of ::1.
  private static func ipv6(_ port: UInt16) -> [UInt8] {
    [10, 0, UInt8(port >> 8), UInt8(port & 0xFF), 0, 0, 0, 0] + [UInt8](repeating: 0, count: 15) + [1, 0, 0, 0, 0]
  }
}
