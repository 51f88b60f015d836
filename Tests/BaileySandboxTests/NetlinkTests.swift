import Testing

@testable import BaileySandbox

@Suite("Netlink messages")
struct NetlinkTests {
  /// Walks a batch by the lengths it states.
  private func messages(_ bytes: [UInt8]) -> [(type: UInt16, flags: UInt16, payload: ArraySlice<UInt8>)] {
    var result: [(type: UInt16, flags: UInt16, payload: ArraySlice<UInt8>)] = []
    var rest = bytes[...]
    while rest.count >= 16 {
      let at = rest.startIndex
      let length = Int(rest[at]) | Int(rest[at + 1]) << 8 | Int(rest[at + 2]) << 16
      guard length >= 16, length <= rest.count else { break }
      result.append(
        (
          UInt16(rest[at + 4]) | UInt16(rest[at + 5]) << 8, UInt16(rest[at + 6]) | UInt16(rest[at + 7]) << 8,
          rest[(at + 16)..<(at + length)]
        ))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    #expect(rest.isEmpty)
    return result
  }

  @Test("Every message that wants an answer is counted")
  func acknowledgements() {
    for batch in [
      RouteMessages.batch(includesIPv6: true), RouteMessages.batch(includesIPv6: false),
      RedirectRules(capturePort: 61001, resolverPort: 53).batch(),
    ] {
      let wanting = messages(batch.bytes).filter { $0.flags & NetlinkBatch.acknowledge != 0 }
      #expect(wanting.count == batch.acknowledgements)
    }
  }

  @Test("Without IPv6 there is no route of it")
  func routes() {
    #expect(messages(RouteMessages.batch(includesIPv6: true).bytes).map(\.payload.first) == [0, 2, 10])
    #expect(messages(RouteMessages.batch(includesIPv6: false).bytes).map(\.payload.first) == [0, 2])
  }

  @Test("The rules are one transaction: begin, one table, two chains, nine rules, end")
  func transaction() {
    let types = messages(RedirectRules(capturePort: 1, resolverPort: 2).batch().bytes).map(\.type)
    #expect(types == [0x10, 0xA00, 0xA03, 0xA03] + [UInt16](repeating: 0xA06, count: 9) + [0x11])
  }

  @Test("Attributes are padded to four bytes and state their length without it")
  func padding() {
    var payload = NetlinkPayload()
    payload.attribute(7, [1, 2, 3, 4, 5])
    #expect(payload.bytes == [9, 0, 7, 0, 1, 2, 3, 4, 5, 0, 0, 0])
  }
}
