import BaileyCore
import NIOCore
import NIOHPACK
import NIOHTTP2

/// One request in a stream of HTTP/2.
final class HTTP2AgentStream: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let session: SessionCore
  private let origin: HTTPOrigin
  private let servers: Servers
  private let watch: FrameWatch
  private var context: ChannelHandlerContext?
  private var exchange: Exchange?
  private var head: RequestHead?
  /// What came before it could be passed on.
  private var waiting = CircularBuffer<MessagePart>()
  /// Of heads, and of what the window lets the agent send, as the session counts it.
  private var held = 0
  /// Bytes of the body that are still to come, where their number was told.
  private var expected: Int64?
  private var isReading = false
  private lazy var writes = SmallWrites { [weak self] in self?.exchange?.server?.wantMore() }
  private var lastWrite: EventLoopFuture<Void>?
  /// END_STREAM came, or went.
  private var (hasEnded, hasAnswered) = (false, false)

  init(_ session: SessionCore, _ origin: HTTPOrigin, _ servers: Servers, _ watch: FrameWatch) {
    self.session = session
    self.origin = origin
    self.servers = servers
    self.watch = watch
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    watch.ended(context.channel)
    self.context = nil
    waiting = CircularBuffer()
    _ = session.settle(0, counted: &held)
  }

  func channelActive(context: ChannelHandlerContext) { wantMore() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasEnded else { return }
    switch unwrapInboundIn(data) {
    case .headers(let frame) where head == nil: begin(frame.headers, endsStream: frame.endStream)
    case .headers(let frame): end(frame.headers, endsStream: frame.endStream)
    case .data(let frame): take(frame)
    default: break
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    watch.isRead(context.channel)
    advance()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange?.server?.wantMore() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    exchange?.agentGone()
    exchange = nil
  }

  /// The end of the stream follows.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {}

  // MARK: what came

  private func begin(_ headers: HPACKHeaders, endsStream: Bool) {
    do throws(RequestHeadError) {
      let head = try HTTP2Fields.request(headers, endsStream: endsStream)
      self.head = head
      hasEnded = endsStream
      if case .length(let length) = head.framing { expected = length }
      guard session.settle(head.length + (endsStream ? 0 : HTTP2Limits.agentWindow), counted: &held) else {
        return refuse(.busy)
      }
      guard session.admitStream() else { return refuse(.tooManyStreams) }
      let exchange = Exchange(head, self, session, origin, servers)
      self.exchange = exchange
      // A handshake has no body; what comes later belongs to the tunnel.
      if endsStream || head.wantsWebSocket { waiting.append(.end([])) }
      exchange.start()
    } catch {
      malformed(error)
    }
  }

  private func refuse(_ refusal: Refusal) {
    session.observe(origin.unreadable(session.subject), refusal)
    speak(refusal, host: nil)
  }

  /// RFC 9113 section 8.1.1: a stream error, and no answer that somebody could take for the server's.
  private func malformed(_ error: RequestHeadError) {
    if exchange?.ruling == nil { session.observe(origin.unreadable(session.subject), .http2(error)) }
    exchange?.agentGone(.http2(error))
    exchange = nil
    reset(.protocolError)
  }

  private func take(_ frame: HTTP2Frame.FramePayload.Data) {
    guard case .byteBuffer(let bytes) = frame.data, head != nil else { return }
    if let left = expected {
      expected = left - Int64(bytes.readableBytes)
      if left < Int64(bytes.readableBytes) { return malformed(.contentLength) }
    }
    hasEnded = frame.endStream
    if bytes.readableBytes > 0 { waiting.add(.data(bytes)) }
    if frame.endStream { finishBody([]) }
  }

  private func end(_ headers: HPACKHeaders, endsStream: Bool) {
    do throws(RequestHeadError) {
      guard endsStream, head?.wantsWebSocket == false else { throw .pseudoField }
      hasEnded = true
      finishBody(try HTTP2Fields.trailers(headers, isAnswer: false))
    } catch { malformed(error) }
  }

  private func finishBody(_ trailers: [HTTPField]) {
    if let expected, expected != 0 { return malformed(.contentLength) }
    waiting.append(.end(trailers))
  }

  private var canPass: Bool {
    guard let exchange, let head else { return false }
    return exchange.state == .tunnel
      || [.exchanging, .previewing].contains(exchange.state) && (!head.wantsWebSocket || !exchange.isRequestRead)
  }
}

extension HTTP2AgentStream: AgentStream {
  var loop: (any NIOCore.EventLoop)? { context?.eventLoop }

  var isWritable: Bool { context.map { $0.channel.isWritable && writes.hasRoom } ?? false }

  func advance() {
    while canPass, !waiting.isEmpty { exchange?.request(waiting.removeFirst()) }
    exchange?.server?.flush()
    wantMore()
  }

  /// While nothing can be passed, nothing is read: then the stream's window stays closed.
  func wantMore() {
    guard let context, !isReading, !hasEnded, head == nil || canPass && exchange?.wantsRequest == true else { return }
    isReading = true
    context.read()
  }

  func send(_ part: MessagePart) -> Int {
    switch part {
    case .request: return 0
    case .response(let head):
      let headers = head.http2
      hasAnswered = !head.isInterim && head.framing == .none && head.status != 101
      return write(headers, endsStream: hasAnswered)
    case .data(let bytes):
      if let context {
        let payload = HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(bytes)))
        context.write(wrapOutboundOut(payload), promise: writes.promise(for: bytes, on: context.eventLoop))
      }
      return bytes.readableBytes
    case .end(let trailers):
      guard !hasAnswered else { return 0 }
      hasAnswered = true
      guard trailers.isEmpty else { return write(HPACKHeaders(trailers: trailers), endsStream: true) }
      write(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true)), isLast: true)
      return 0
    }
  }

  private func write(_ headers: HPACKHeaders, endsStream: Bool) -> Int {
    write(.headers(.init(headers: headers, endStream: endsStream)), isLast: endsStream)
    return HTTP2Fields.size(headers)
  }

  private func write(_ payload: HTTP2Frame.FramePayload, isLast: Bool = false) {
    guard let context else { return }
    guard isLast else { return context.write(wrapOutboundOut(payload), promise: nil) }
    let promise = context.eventLoop.makePromise(of: Void.self)
    lastWrite = promise.futureResult
    context.write(wrapOutboundOut(payload), promise: promise)
  }

  func flush() { context?.flush() }

  func finish(isWhole: Bool) {
    exchange = nil
    waiting = CircularBuffer()
    resetRest()
  }

  /// What is still to come of the request is not wanted (RFC 9113 section 8.1); said when all of the answer is on its way, which it would overtake.
  private func resetRest() {
    flush()
    guard !hasEnded, let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    lastWrite?.whenSuccess { bound.value.reset(.noError) }
  }

  func speak(_ refusal: Refusal, host: HTTPTarget?) {
    exchange = nil
    waiting = CircularBuffer()
    if let head, head.isGRPC {
      _ = write(refusal.grpc, endsStream: true)
    } else {
      let content = refusal.body(host: host?.host.text, port: host?.port)
      _ = write(refusal.http2(content.count), endsStream: head?.method == "HEAD")
      if head?.method != "HEAD" {
        write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: content)), endStream: true)), isLast: true)
      }
    }
    hasAnswered = true
    resetRest()
  }

  func abort(_ refusal: Refusal) {
    exchange = nil
    waiting = CircularBuffer()
    guard let head, head.isGRPC, !hasAnswered else { return reset(.internalError) }
    hasAnswered = true
    _ = write(refusal.grpcTrailers, endsStream: true)
    resetRest()
  }

  private func reset(_ code: HTTP2ErrorCode) {
    hasEnded = true
    write(.rstStream(code))
    flush()
  }
}
