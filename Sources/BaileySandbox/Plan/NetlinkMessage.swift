/// Builds one netlink message after another into a batch: headers and attributes, all padded to four bytes.
///
/// Byte layouts are of netlink(7), rtnetlink(7) and `linux/netfilter/nf_tables.h`. Numbers are in host order (little-endian here) except
/// where the kernel's header says big-endian, which the `big` methods write.
struct NetlinkBatch {
  static let request: UInt16 = 0x1
  static let acknowledge: UInt16 = 0x4
  static let create: UInt16 = 0x400
  static let append: UInt16 = 0x800

  private(set) var bytes: [UInt8] = []
  /// Messages that asked for an answer.
  private(set) var acknowledgements = 0
  private var sequence: UInt32 = 0

  init() {}

  /// Appends a message; its length is filled in after `body` has written the payload.
  mutating func message(type: UInt16, flags: UInt16, body: (inout NetlinkPayload) -> Void) {
    var payload = NetlinkPayload()
    body(&payload)
    var header = NetlinkPayload()
    header.word(UInt32(16 + payload.bytes.count))
    header.half(type)
    header.half(flags | Self.request)
    header.word(sequence)
    header.word(0)
    bytes += header.bytes + payload.bytes
    sequence += 1
    if flags & Self.acknowledge != 0 { acknowledgements += 1 }
  }
}

/// The part of a message after its header, or of an attribute that holds attributes.
struct NetlinkPayload {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }
  mutating func half(_ value: UInt16) {
    bytes += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }
  mutating func word(_ value: UInt32) {
    half(UInt16(truncatingIfNeeded: value))
    half(UInt16(truncatingIfNeeded: value >> 16))
  }
  mutating func bigHalf(_ value: UInt16) { half(value.byteSwapped) }
  mutating func bigWord(_ value: UInt32) { word(value.byteSwapped) }

  mutating func attribute(_ type: UInt16, _ value: [UInt8]) {
    half(UInt16(clamping: 4 + value.count))
    half(type)
    bytes += value
    while bytes.count % 4 != 0 { bytes.append(0) }
  }

  mutating func attribute(_ type: UInt16, text: String) { attribute(type, Array(text.utf8) + [0]) }

  mutating func attribute(_ type: UInt16, word value: UInt32) {
    var payload = NetlinkPayload()
    payload.word(value)
    attribute(type, payload.bytes)
  }

  mutating func attribute(_ type: UInt16, bigWord value: UInt32) {
    attribute(type, word: value.byteSwapped)
  }

  /// An attribute that holds attributes, marked so (`NLA_F_NESTED`).
  mutating func nest(_ type: UInt16, _ body: (inout NetlinkPayload) -> Void) {
    var payload = NetlinkPayload()
    body(&payload)
    attribute(type | 0x8000, payload.bytes)
  }
}
