/// One expression of an nftables rule, of the few that the sandbox needs. Register 1 carries every value.
enum NFTExpression {
  enum Verdict: UInt32 { case accept = 1 }
  enum Transport: UInt8 { case tcp = 6, udp = 17 }

  /// Loads a property of the packet: `NFT_META_NFPROTO` is 15, `NFT_META_L4PROTO` is 16.
  case meta(UInt32)
  /// Loads bytes from the network (1) or transport (2) header.
  case payload(base: UInt32, offset: UInt32, length: UInt32)
  case masked([UInt8])
  case equals([UInt8])
  case differs([UInt8])
  /// Loads the state bits of conntrack.
  case connectionState
  case port(UInt16)
  case redirect
  case rejectUnreachable
  case verdict(Verdict)

  static let toLoopbackIPv4: [NFTExpression] = [
    .meta(15), .equals([2]), .payload(base: 1, offset: 16, length: 1), .equals([127]),
  ]

  static let toLoopbackIPv6: [NFTExpression] = [
    .meta(15), .equals([10]), .payload(base: 1, offset: 24, length: 16),
    .equals([UInt8](repeating: 0, count: 15) + [1]),
  ]

  /// Established or related, as bits of `enum ip_conntrack_info` shifted as nft does.
  static let establishedConnection: [NFTExpression] = [
    .connectionState, .masked([0x06, 0, 0, 0]), .differs([0, 0, 0, 0]),
  ]

  static func transport(_ transport: Transport) -> [NFTExpression] { [.meta(16), .equals([transport.rawValue])] }

  static func destinationPort(_ port: UInt16) -> [NFTExpression] {
    [.payload(base: 2, offset: 2, length: 2), .equals([UInt8(port >> 8), UInt8(port & 0xFF)])]
  }

  func write(to list: inout NetlinkPayload) {
    list.nest(1) { element in  // NFTA_LIST_ELEM
      element.attribute(1, text: name)  // NFTA_EXPR_NAME
      element.nest(2) { data in writeData(to: &data) }  // NFTA_EXPR_DATA
    }
  }

  private var name: String {
    switch self {
    case .meta: "meta"
    case .payload: "payload"
    case .masked: "bitwise"
    case .equals, .differs: "cmp"
    case .connectionState: "ct"
    case .port, .verdict: "immediate"
    case .redirect: "redir"
    case .rejectUnreachable: "reject"
    }
  }

  private static let register: UInt32 = 1

  private func writeData(to data: inout NetlinkPayload) {
    switch self {
    case .meta(let key):
      data.attribute(1, bigWord: Self.register)
      data.attribute(2, bigWord: key)
    case .payload(let base, let offset, let length):
      data.attribute(1, bigWord: Self.register)
      for (index, value) in [base, offset, length].enumerated() { data.attribute(UInt16(2 + index), bigWord: value) }
    case .masked(let mask): writeMask(mask, to: &data)
    case .equals(let value): writeComparison(operation: 0, value, to: &data)
    case .differs(let value): writeComparison(operation: 1, value, to: &data)
    case .connectionState:
      data.attribute(1, bigWord: Self.register)
      data.attribute(2, bigWord: 0)  // NFT_CT_STATE
    case .port(let port):
      data.attribute(1, bigWord: Self.register)
      data.nest(2) { $0.attribute(1, [UInt8(port >> 8), UInt8(port & 0xFF)]) }
    case .redirect: data.attribute(1, bigWord: Self.register)  // NFTA_REDIR_REG_PROTO_MIN
    case .rejectUnreachable:
      data.attribute(1, bigWord: 2)  // NFT_REJECT_ICMPX_UNREACH
      data.attribute(2, [1])  // NFT_REJECT_ICMPX_PORT_UNREACH
    case .verdict(let verdict):
      data.attribute(1, bigWord: 0)  // NFT_REG_VERDICT
      data.nest(2) { value in value.nest(2) { $0.attribute(1, bigWord: verdict.rawValue) } }
    }
  }

  private func writeComparison(operation: UInt32, _ value: [UInt8], to data: inout NetlinkPayload) {
    data.attribute(1, bigWord: Self.register)
    data.attribute(2, bigWord: operation)
    data.nest(3) { $0.attribute(1, value) }
  }

  private func writeMask(_ mask: [UInt8], to data: inout NetlinkPayload) {
    data.attribute(1, bigWord: Self.register)
    data.attribute(2, bigWord: Self.register)
    data.attribute(3, bigWord: UInt32(mask.count))
    data.nest(4) { $0.attribute(1, mask) }
    data.nest(5) { $0.attribute(1, [UInt8](repeating: 0, count: mask.count)) }
  }
}
