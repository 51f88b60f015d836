import BaileyCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One exchange in a stream of a connection to a server.
final class HTTP2ServerStream: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  let endpoint: String
  private let watch: FrameWatch
  private let isReused: Bool
  /// RST_STREAM came.
  private var wasReset = false
  /// Of the end of the stream.
  private var code: HTTP2ErrorCode?
  /// Small frames of one reading go on as one.
  private var gathered: MessagePart?
  private var exchange: Exchange?
  private var context: ChannelHandlerContext?
  private var framing: BodyFraming?
  private var isTunnel = false
  /// END_STREAM went, or came.
  private var (hasSent, hasEnded) = (false, false)
  private var isReading = false
  private lazy var writes = SmallWrites { [weak self] in self?.exchange?.agent?.wantMore() }

  init(_ endpoint: String, _ watch: FrameWatch, isReused: Bool) {
    self.endpoint = endpoint
    self.watch = watch
    self.isReused = isReused
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    watch.ended(context.channel)
    self.context = nil
    exchange = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let exchange else { return }
    do throws(RequestHeadError) {
      switch unwrapInboundIn(data) {
      case .headers(let frame) where framing == nil:
        try begin(frame.headers, endsStream: frame.endStream, exchange)
        if frame.endStream { end([]) }
      case .headers(let frame):
        guard frame.endStream else { throw .pseudoField }
        end(try HTTP2Fields.trailers(frame.headers, isAnswer: true))
      case .data(let frame):
        try take(frame)
        if frame.endStream { end([]) }
      case .rstStream: wasReset = true
      default: break
      }
    } catch {
      exchange.fail(Refusal("connection-failed", "the answer is malformed: \(error.rawValue)"))
    }
  }

  private func begin(_ headers: HPACKHeaders, endsStream: Bool, _ exchange: Exchange) throws(RequestHeadError) {
    var head = try HTTP2Fields.response(headers, endsStream: endsStream, to: exchange.head.method)
    if head.status < 200 {
      guard !endsStream else { throw .pseudoField }
      return exchange.answer(.response(head))
    }
    if exchange.head.wantsWebSocket, (200..<300).contains(head.status) {
      (head.status, head.framing, isTunnel) = (101, .none, true)
    }
    framing = head.framing
    exchange.answer(.response(head))
  }

  private func take(_ frame: HTTP2Frame.FramePayload.Data) throws(RequestHeadError) {
    guard case .byteBuffer(let bytes) = frame.data, bytes.readableBytes > 0 else { return }
    // A body where none can be would be another answer to a client of HTTP/1.
    guard let framing, isTunnel || framing != .none else { throw .contentLength }
    if gathered?.absorb(.data(bytes)) == true { return }
    deliver()
    gathered = .data(bytes)
  }

  private func deliver() {
    guard let part = gathered else { return }
    gathered = nil
    exchange?.answer(part)
  }

  private func end(_ trailers: [HTTPField]) {
    hasEnded = true
    deliver()
    exchange?.answer(.end(trailers))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    deliver()
    watch.isRead(context.channel)
    exchange?.agent?.flush()
    wantMore()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange?.agent?.wantMore() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    deliver()
    let exchange = exchange
    self.exchange = nil
    exchange?.serverEnded(isUntouched: framing == nil && isUntouched)
  }

  /// Nothing of it was done: by RST_STREAM, by GOAWAY (RFC 9113 section 8.7), or since a connection that was idle had ended.
  private var isUntouched: Bool {
    switch code {
    case .refusedStream: true
    // As the library tells of streams above the last of a GOAWAY.
    case .cancel: !wasReset
    case nil: isReused
    default: false
    }
  }

  /// The end of the stream follows.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? NIOHTTP2Errors.StreamClosed { code = error.errorCode }
  }
}

extension HTTP2ServerStream: ServerStream {
  var isWritable: Bool { context.map { $0.channel.isWritable && writes.hasRoom } ?? true }

  func begin(_ exchange: Exchange) {
    self.exchange = exchange
    wantMore()
  }

  func send(_ part: MessagePart, count: (Int) throws(Refusal) -> Void) throws(Refusal) {
    switch part {
    case .response: return
    case .request(let head):
      hasSent = head.framing == .none && !head.wantsWebSocket
      try write(head.http2, endsStream: hasSent, count)
    case .data(let bytes):
      try count(bytes.readableBytes)
      guard let context else { return }
      let payload = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(bytes)))
      context.write(wrapOutboundOut(payload), promise: writes.promise(for: bytes, on: context.eventLoop))
    case .end(let trailers):
      // The handshake of a WebSocket has no body, and what comes after it is not its end.
      let isHandshake = exchange?.head.wantsWebSocket == true && !isTunnel
      guard !hasSent, !isHandshake else { return }
      hasSent = true
      guard trailers.isEmpty else { return try write(HPACKHeaders(trailers: trailers), endsStream: true, count) }
      write(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)))
    }
  }

  private func write(_ headers: HPACKHeaders, endsStream: Bool, _ count: (Int) throws(Refusal) -> Void) throws(Refusal)
  {
    try count(HTTP2Fields.size(headers))
    write(.headers(.init(headers: headers, endStream: endsStream)))
  }

  private func write(_ payload: HTTP2Frame.FramePayload) { context?.write(wrapOutboundOut(payload), promise: nil) }

  func flush() { context?.flush() }

  func wantMore() {
    guard let context, let exchange, !isReading, !hasEnded, exchange.wantsAnswer else { return }
    isReading = true
    context.read()
  }

  /// A handshake of WebSocket that was refused has not ended the stream, and nothing else will.
  func release() {
    exchange = nil
    if !hasSent { context?.close(promise: nil) }
  }

  /// RST_STREAM, where the stream is still open.
  func cancel() {
    exchange = nil
    context?.close(promise: nil)
  }
}
