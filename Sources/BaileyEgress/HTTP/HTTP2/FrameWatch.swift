import BaileyCore
import NIOCore
import NIOHTTP2

/// Sees the bytes of one connection of HTTP/2 on the wire: counts what the library does not count, and hears why it gives a connection up.
final class FrameWatch: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Why the connection ends, in words for a record.
  enum End: Equatable { case malformed(UInt32), flood, unread }

  private static let enhanceYourCalm: UInt32 = 11

  private var inbound: FrameScanner
  private var outbound = FrameScanner()
  private var windowUpdates = 0
  private var unknown = 0
  private var sent = 0
  private var hasEnded = false
  private let room: HeldBytes
  private let countsWindows: Bool
  /// What DATA costs that the library keeps until its stream is read, by live streams. A frame may keep all that came since the last one of
  /// its stream, at most one reading: windows say nothing of that.
  private var unread: [HTTP2StreamID: (cost: Int, seen: Int)] = [:]
  private var lastStream: HTTP2StreamID = .rootStream
  private var unreadCost = 0
  /// Of `unreadCost`, as `room` counts it.
  private var held = 0
  private var received = 0
  private let tell: (End) -> Void

  /// As NIO reads at most, bytes.
  private static let reading = 64 << 10
  private static let small = 8 << 10

  /// - Parameters:
  ///   - room: for what is not read.
  ///   - countsWindows: the payload is counted already, as what windows let the other side send.
  ///   - preface: bytes that the other side sends before its first frame.
  ///   - tell: called once, before the connection is closed.
  init(_ room: HeldBytes, countsWindows: Bool, preface: Int, _ tell: @escaping (End) -> Void) {
    (self.room, self.countsWindows) = (room, countsWindows)
    inbound = FrameScanner(preface: preface)
    self.tell = tell
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasEnded else { return }
    inbound.scan(unwrapInboundIn(data)) { frame in
      received += 9 + frame.length
      if frame.type == FrameType.data { count(frame) }
      if frame.type == FrameType.headers { begin(frame) }
      if frame.type == FrameType.windowUpdate { windowUpdates += 1 }
      if !FrameType.known.contains(frame.type) { unknown += 1 }
    }
    let isFlood =
      unknown > HTTP2Limits.unknownFrames
      || windowUpdates > HTTP2Limits.windowUpdates + sent / HTTP2Limits.bytesPerWindowUpdate
    if isFlood { end(.flood, context) } else { context.fireChannelRead(data) }
  }

  /// After the streams that are read had their frames.
  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    // Where others need the room it is not this connection that ends.
    if !room.settle(unreadCost, counted: &held), unreadCost > Self.reading { end(.unread, context) }
  }

  /// Whoever opens it. What comes for it after its end is dropped by the library, and counts no more.
  private func begin(_ frame: FrameScanner.Frame) {
    guard frame.stream > lastStream else { return }
    lastStream = frame.stream
    unread[frame.stream] = (0, received)
  }

  private func count(_ frame: FrameScanner.Frame) {
    guard let before = unread[frame.stream] else { return }
    // Large frames fill what they keep.
    let kept = frame.length < Self.small ? min(received - before.seen, Self.reading) : frame.length
    let cost = MessagePart.overhead + kept - (countsWindows ? frame.length : 0)
    unread[frame.stream] = (before.cost + cost, received)
    unreadCost += cost
  }

  /// All frames of this stream have been taken.
  func isRead(_ stream: any Channel) {
    guard unreadCost > 0, let number = Self.number(of: stream), let before = unread[number], before.cost > 0 else {
      return
    }
    unread[number]?.cost = 0
    unreadCost -= before.cost
  }

  func ended(_ stream: any Channel) {
    guard let number = Self.number(of: stream), let before = unread.removeValue(forKey: number) else { return }
    unreadCost -= before.cost
    _ = room.settle(unreadCost, counted: &held)
  }

  private static func number(of stream: any Channel) -> HTTP2StreamID? {
    try? stream.syncOptions?.getOption(HTTP2StreamChannelOptions.streamID)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    unread = [:]
    unreadCost = 0
    _ = room.settle(0, counted: &held)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let bytes = unwrapOutboundIn(data)
    sent += bytes.readableBytes
    var code: UInt32?
    outbound.scan(bytes) { frame in
      code = frame.errorCode ?? code
      if frame.type == FrameType.headers { begin(frame) }
    }
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
