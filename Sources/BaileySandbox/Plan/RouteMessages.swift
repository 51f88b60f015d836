/// Messages of rtnetlink(7) that make a network namespace one where every address is its own loopback.
enum RouteMessages {
  private static let loopback: UInt32 = 1

  /// `ip link set lo up`, and `ip route add local default dev lo src 127.0.0.1` (and `::1`).
  ///
  /// With it, each connection finds a route and a source address; where it ends is for the redirection rules to say.
  static func batch(includesIPv6: Bool) -> NetlinkBatch {
    var batch = NetlinkBatch()
    batch.message(type: 16, flags: NetlinkBatch.acknowledge, body: linkUp)  // RTM_NEWLINK
    route(family: 2, source: [127, 0, 0, 1], &batch)
    if includesIPv6 { route(family: 10, source: [UInt8](repeating: 0, count: 15) + [1], &batch) }
    return batch
  }

  private static func linkUp(_ payload: inout NetlinkPayload) {
    payload.word(0)  // AF_UNSPEC, no device type
    payload.word(loopback)
    payload.word(1)  // IFF_UP
    payload.word(1)  // the only flag that changes
  }

  private static func route(family: UInt8, source: [UInt8], _ batch: inout NetlinkBatch) {
    let flags = NetlinkBatch.acknowledge | NetlinkBatch.create
    batch.message(type: 24, flags: flags) { payload in  // RTM_NEWROUTE
      for value: UInt8 in [family, 0, 0, 0] { payload.byte(value) }  // default destination, any source, no TOS
      for value: UInt8 in [255, 3, 254, 2] { payload.byte(value) }  // table local, RTPROT_BOOT, scope host, RTN_LOCAL
      payload.word(0)
      payload.attribute(4, word: loopback)  // RTA_OIF
      payload.attribute(7, source)  // RTA_PREFSRC
    }
  }
}
