import NIOCore

/// Sees the bytes of one connection of HTTP/2 on the wire: counts what the library does not count, and hears why it gives a connection up.
final class FrameWatch: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Why the connection ends, in words for a record.
  enum End: Equatable { case malformed(UInt32), flood }

  private static let enhanceYourCalm: UInt32 = 11

  private var inbound: FrameScanner
  private var outbound = FrameScanner()
  private var windowUpdates = 0
  private var unknown = 0
  private var sent = 0
  private var hasEnded = false
  private let tell: (End) -> Void

  /// - Parameters:
  ///   - preface: bytes that the other side sends before its first frame.
  ///   - tell: called once, before the connection is closed.
  init(preface: Int, _ tell: @escaping (End) -> Void) {
    inbound = FrameScanner(preface: preface)
    self.tell = tell
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasEnded else { return }
    inbound.scan(unwrapInboundIn(data)) { frame in
      if frame.type == FrameType.windowUpdate { windowUpdates += 1 }
      if !FrameType.known.contains(frame.type) { unknown += 1 }
    }
    let isFlood =
      unknown > HTTP2Limits.unknownFrames
      || windowUpdates > HTTP2Limits.windowUpdates + sent / HTTP2Limits.bytesPerWindowUpdate
    if isFlood { end(.flood, context) } else { context.fireChannelRead(data) }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let bytes = unwrapOutboundIn(data)
    sent += bytes.readableBytes
    var code: UInt32?
    outbound.scan(bytes) { code = $0.errorCode ?? code }
    context.write(data, promise: promise)
    guard let code else { return }
    // After a goodbye of its own the connection is closed, and what still comes is no offence.
    if code == 0 { hasEnded = true } else { end(code == Self.enhanceYourCalm ? .flood : .malformed(code), context) }
  }

  /// Once what was written is on its way: a GOAWAY with an error is the last word.
  private func end(_ end: End, _ context: ChannelHandlerContext) {
    guard !hasEnded else { return }
    hasEnded = true
    tell(end)
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.eventLoop.execute {
      bound.value.flush()
      bound.value.close(promise: nil)
    }
  }
}
