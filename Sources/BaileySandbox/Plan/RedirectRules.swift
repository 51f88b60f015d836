/// The nftables rules of the sandbox: what leaves for another address than loopback comes to the controller's sockets, or is refused.
///
/// One `inet` table with two chains on the output hook. `redirect` (nat) turns TCP and DNS to local ports; `refuse` (filter, afterwards)
/// lets loopback and answers pass and rejects the rest with "port unreachable", which a program sees as ECONNREFUSED.
struct RedirectRules {
  var capturePort: UInt16
  var resolverPort: UInt16

  func batch() -> NetlinkBatch {
    var batch = NetlinkBatch()
    batch.message(type: 0x10, flags: 0) { Self.header(0, resource: 10, &$0) }  // NFNL_MSG_BATCH_BEGIN, for nf_tables
    Self.table(&batch)
    Self.chain(Self.redirectChain, kind: "nat", priority: -100, &batch)
    Self.chain(Self.refuseChain, kind: "filter", priority: 0, &batch)
    for expressions in redirecting { Self.rule(Self.redirectChain, expressions, &batch) }
    for expressions in Self.refusing { Self.rule(Self.refuseChain, expressions, &batch) }
    batch.message(type: 0x11, flags: 0) { Self.header(0, resource: 10, &$0) }  // NFNL_MSG_BATCH_END
    return batch
  }

  private var redirecting: [[NFTExpression]] {
    [
      // DNS first: also what is sent to a resolver on loopback (127.0.0.53 of systemd) is answered by ours.
      NFTExpression.transport(.udp) + NFTExpression.destinationPort(53) + [.port(resolverPort), .redirect],
      NFTExpression.transport(.tcp) + NFTExpression.destinationPort(53) + [.port(resolverPort), .redirect],
      NFTExpression.toLoopbackIPv4 + [.verdict(.accept)],
      NFTExpression.toLoopbackIPv6 + [.verdict(.accept)],
      NFTExpression.transport(.tcp) + [.port(capturePort), .redirect],
    ]
  }

  private static let refusing: [[NFTExpression]] = [
    NFTExpression.establishedConnection + [.verdict(.accept)],
    NFTExpression.toLoopbackIPv4 + [.verdict(.accept)],
    NFTExpression.toLoopbackIPv6 + [.verdict(.accept)],
    [.rejectUnreachable],
  ]

  // MARK: messages of nf_tables.h

  private static let tableName = "bailey"
  private static let redirectChain = "redirect"
  private static let refuseChain = "refuse"
  private static let subsystem: UInt16 = 10 << 8
  private static let inet: UInt8 = 1

  private static func header(_ family: UInt8, resource: UInt16, _ payload: inout NetlinkPayload) {
    payload.byte(family)
    payload.byte(0)
    payload.bigHalf(resource)
  }

  private static func table(_ batch: inout NetlinkBatch) {
    batch.message(type: subsystem | 0, flags: NetlinkBatch.create | NetlinkBatch.acknowledge) { payload in
      header(inet, resource: 0, &payload)
      payload.attribute(1, text: tableName)  // NFTA_TABLE_NAME
    }
  }

  private static func chain(_ name: String, kind: String, priority: Int32, _ batch: inout NetlinkBatch) {
    batch.message(type: subsystem | 3, flags: NetlinkBatch.create | NetlinkBatch.acknowledge) { payload in
      header(inet, resource: 0, &payload)
      payload.attribute(1, text: tableName)  // NFTA_CHAIN_TABLE
      payload.attribute(3, text: name)  // NFTA_CHAIN_NAME
      payload.nest(4) { hook in  // NFTA_CHAIN_HOOK
        hook.attribute(1, bigWord: 3)  // NF_INET_LOCAL_OUT
        hook.attribute(2, bigWord: UInt32(bitPattern: priority))
      }
      payload.attribute(5, bigWord: 1)  // NFTA_CHAIN_POLICY: accept; the last rule of `refuse` says no
      payload.attribute(7, text: kind)  // NFTA_CHAIN_TYPE
    }
  }

  private static func rule(_ chain: String, _ expressions: [NFTExpression], _ batch: inout NetlinkBatch) {
    let flags = NetlinkBatch.create | NetlinkBatch.append | NetlinkBatch.acknowledge
    batch.message(type: subsystem | 6, flags: flags) { payload in
      header(inet, resource: 0, &payload)
      payload.attribute(1, text: tableName)  // NFTA_RULE_TABLE
      payload.attribute(2, text: chain)  // NFTA_RULE_CHAIN
      payload.nest(4) { list in  // NFTA_RULE_EXPRESSIONS
        for expression in expressions { expression.write(to: &list) }
      }
    }
  }
}
