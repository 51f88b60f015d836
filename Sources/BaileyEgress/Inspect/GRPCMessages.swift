import BaileyCore
import NIOCore

/// The messages of a gRPC body: where each ends, and what is in those that are compressed.
///
/// A message is one byte that says whether it is compressed, four of length, and its content (gRPC over HTTP/2, "Length-Prefixed-Message").
struct GRPCMessages {
  private let encoding: String
  private var prefix: [UInt8] = []
  private var left = 0
  /// Of the message under way, with its prefix.
  private var seen = 0
  private var stream: (any TrafficInspection)?

  /// - Parameter encoding: value of `grpc-encoding`.
  init(encoding: String) { self.encoding = encoding }

  /// Whether a message has just ended, or none has begun.
  var isBetween: Bool { prefix.isEmpty && left == 0 }

  /// Bytes of a message under way that cannot be read on their own: what is compressed is read when it is whole. `nil` where they can.
  var unreadable: Int? {
    if left == 0 { return prefix.count }
    return stream == nil ? nil : seen
  }

  /// Messages that are not compressed stand in the body as they are, and are read there.
  mutating func read(_ bytes: ByteBuffer, _ inspection: inout PassageInspection) {
    var rest = bytes
    while rest.readableBytes > 0 {
      if left == 0 {
        guard takePrefix(&rest) else { return }
        begin(&inspection)
      }
      guard let part = rest.readSlice(length: min(left, rest.readableBytes)) else { continue }
      left -= part.readableBytes
      seen += part.readableBytes
      if let stream { inspection.add(stream.feed(part.readableBytesUInt8Span), in: "body") }
      if left == 0 { end(&inspection) }
    }
  }

  private mutating func takePrefix(_ bytes: inout ByteBuffer) -> Bool {
    prefix += bytes.readBytes(length: min(5 - prefix.count, bytes.readableBytes)) ?? []
    return prefix.count == 5
  }

  private mutating func begin(_ inspection: inout PassageInspection) {
    left = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
    seen = prefix.count
    if prefix[0] != 0 { stream = inspection.begin(encoding.isEmpty ? "unnamed" : encoding, "body") }
    prefix = []
    if left == 0 { end(&inspection) }
  }

  mutating func end(_ inspection: inout PassageInspection) {
    guard let stream else { return }
    self.stream = nil
    inspection.add(stream.finish(), in: "body")
  }
}
