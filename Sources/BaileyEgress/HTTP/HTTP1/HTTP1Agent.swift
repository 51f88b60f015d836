import BaileyCore
import NIOCore
import NIOSSL

/// A connection of the agent that speaks HTTP/1: one request after the other, each an exchange of its own.
final class HTTP1Agent: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum State { case head, exchange(Exchange, BodyDecoder), closing }

  private let session: SessionCore
  private let origin: HTTPOrigin
  private let servers: Servers
  private var state = State.head
  private var input = ByteBuffer()
  /// Of `input` and the head, as the session counts it.
  private var held = 0
  private var context: ChannelHandlerContext?
  /// Only the end of the connection ends the answer: the client's version knows no other way.
  private var endsWithAnswer = false
  private var isChunked = false
  private var clientEnded = false
  private var isReading = false
  private var timer: Scheduled<Void>?
  /// Reads that a head came in; see `Connection.looksAgain`.
  private var looks = 0
  private var discarded = 0
  private lazy var writes = SmallWrites { [weak self] in self?.makeRoom() }

  private static let maximumLooks = 1000
  private static let inputLimit = 128 << 10

  init(_ session: SessionCore, _ origin: HTTPOrigin, _ servers: Servers) {
    self.session = session
    self.origin = origin
    self.servers = servers
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { begin() }
  }

  func channelActive(context: ChannelHandlerContext) { begin() }

  private func begin() {
    arm(session.options.learning)
    wantMore()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    input = ByteBuffer()
    _ = session.settle(&input, counted: &held)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    input.writeBuffer(&bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    advance()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard case .inputClosed? = event as? ChannelEvent else { return }
    clientEnded = true
    advance()
    switch state {
    case .head: closeAfterFlush()
    case .exchange(let exchange, _) where exchange.state == .tunnel:
      exchange.request(.end([]))
      exchange.flush()
    case .exchange(let exchange, let body):
      if exchange.isSending, !body.isDone { endEarly(exchange) }
    case .closing: break
    }
  }

  /// The client has ended its side, perhaps while the request was decided.
  private func endEarly(_ exchange: Exchange) { exchange.fail(Refusal("client-gone", "the body ended early")) }

  func channelInactive(context: ChannelHandlerContext) {
    if case .exchange(let exchange, _) = state { exchange.agentGone() }
    state = .closing
    timer?.cancel()
    servers.close()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { makeRoom() }
  }

  private func makeRoom() { if case .exchange(let exchange, _) = state { exchange.server?.wantMore() } }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // An end without a farewell is an end like that of plain HTTP: whether a body is whole, its framing says.
    if case .uncleanShutdown? = error as? NIOSSLError { return }
    context.close(promise: nil)
  }

  // MARK: reading

  func advance() {
    switch state {
    case .head: readHead()
    case .exchange(let exchange, let body): pass(to: exchange, body)
    case .closing: discard()
    }
    wantMore()
  }

  private func pass(to exchange: Exchange, _ body: BodyDecoder) {
    switch exchange.state {
    case .exchanging, .previewing: passBody(exchange, body)
    case .tunnel:
      guard let bytes = input.readSlice(length: input.readableBytes), bytes.readableBytes > 0 else { return }
      exchange.request(.data(bytes))
      exchange.server?.flush()
    case .deciding, .dialling, .over: break
    }
  }

  private func passBody(_ exchange: Exchange, _ decoder: BodyDecoder) {
    var body = decoder
    guard !body.isDone else { return }
    do throws(BodyError) {
      while exchange.isSending {
        let part = try body.nextOfReading(&input)
        state = .exchange(exchange, body)
        guard let part else { break }
        exchange.request(part)
      }
    } catch {
      // The server gets no end of this body: its connection is closed, not finished.
      return exchange.fail(
        Refusal("http-malformed", "the chunked body is malformed", hint: "send strict HTTP/1.1 (RFC 9112)"))
    }
    exchange.server?.flush()
    if clientEnded, exchange.isSending, !body.isDone { endEarly(exchange) }
  }

  /// What comes after the last answer; who sends on and on is cut off.
  private func discard() {
    discarded += input.readableBytes
    input.clear()
    if discarded > Connection.maximumDiscarded { context?.close(promise: nil) }
  }

  private func readHead() {
    guard input.readableBytes > 0 else { return }
    guard session.settle(&input, counted: &held) else { return refuse(.busy) }
    looks += 1
    guard looks <= Self.maximumLooks else { return refuse(.silent) }
    do throws(RequestHeadError) {
      guard let head = try RequestHead.parse(input.readableBytesView) else {
        if looks == 1 { arm(session.options.learning) }
        return
      }
      looks = 0
      input.moveReaderIndex(forwardBy: head.length)
      timer?.cancel()
      let exchange = Exchange(head, self, session, origin, servers)
      state = .exchange(exchange, BodyDecoder(head.framing))
      exchange.start()
    } catch {
      refuse(.http(error))
    }
  }

  /// Of a request that cannot be read.
  private func refuse(_ refusal: Refusal) {
    session.observe(origin.unreadable(session.subject), refusal)
    speak(refusal, host: nil)
  }

  // MARK: time and ends

  private func arm(_ duration: Duration) {
    timer?.cancel()
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { bound.value.expire() }
  }

  private func expire() {
    if case .head = state, input.readableBytes > 0 { return refuse(.silent) }
    context?.close(promise: nil)
  }

  /// Ready for the next request of the connection.
  private func startOver() {
    state = .head
    if clientEnded, input.readableBytes == 0 { return closeAfterFlush() }
    arm(input.readableBytes > 0 ? session.options.learning : .seconds(120))
    advance()
  }

  /// Sends what is written, then the end, and waits a little for the client to read it.
  private func closeAfterFlush() {
    guard let context else { return }
    state = .closing
    servers.close()
    input.clear()
    arm(session.options.idle)
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    // A slow reader gets all of the answer; the wait begins when the kernel has it.
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in bound.value.linger() }
    wantMore()
  }

  private func linger() {
    context?.close(mode: .output, promise: nil)
    arm(session.options.lingering)
  }
}

extension HTTP1Agent: AgentStream {
  var loop: (any NIOCore.EventLoop)? { context?.eventLoop }

  var isWritable: Bool { context.map { $0.channel.isWritable && writes.hasRoom } ?? false }

  /// Asks for bytes while there is room for them, and the exchange takes them. The room while nothing can be passed shows whether the client left.
  func wantMore() {
    guard let context else { return }
    var exchange: Exchange?
    if case .exchange(let current, _) = state { exchange = current }
    let hasRoom = session.settle(&input, and: exchange?.head.length ?? 0, counted: &held)
    if let exchange, !exchange.isSending, !hasRoom { return }
    guard !isReading, !clientEnded, input.readableBytes < Self.inputLimit, exchange?.wantsRequest ?? true else {
      return
    }
    isReading = true
    context.read()
  }

  func send(_ part: MessagePart) -> Int {
    switch part {
    case .request: return 0
    case .response(let head): return send(head)
    case .data(let bytes): return write(isChunked ? HTTP1Encoding.chunk(bytes) : bytes)
    case .end(let trailers): return isChunked ? write(ByteBuffer(bytes: HTTP1Encoding.lastChunk(trailers))) : 0
    }
  }

  private func send(_ answer: ResponseHead) -> Int {
    guard case .exchange(let exchange, _) = state else { return 0 }
    let request = exchange.head
    var head = answer
    if head.status == 101, head.version == .http2, let key = request.values("sec-websocket-key").first {
      head.fields.append(HTTPField(name: "sec-websocket-accept", WebSocketKey.accept(key)))
    }
    // HTTP/1.0 clients know no interim answers.
    if head.isInterim, request.version == .http10 { return 0 }
    if !head.isInterim {
      isChunked = head.framing == .chunked && request.version == .http11 && head.status != 101
      endsWithAnswer = head.framing == .chunked && !isChunked
    }
    let keepsAlive = request.keepsAlive && !endsWithAnswer
    return write(ByteBuffer(bytes: head.http1(isChunked: isChunked && !head.isInterim, keepsAlive: keepsAlive)))
  }

  private func write(_ bytes: ByteBuffer) -> Int {
    if let context {
      context.write(wrapOutboundOut(bytes), promise: writes.promise(for: bytes, on: context.eventLoop))
    }
    return bytes.readableBytes
  }

  func flush() { context?.flush() }

  func finish(isWhole: Bool) {
    guard case .exchange(let exchange, let body) = state else { return }
    let isReusable = isWhole && body.isDone && exchange.head.keepsAlive && !endsWithAnswer && exchange.status != 101
    (isChunked, endsWithAnswer) = (false, false)
    if isReusable { startOver() } else { closeAfterFlush() }
  }

  func speak(_ refusal: Refusal, host: HTTPTarget?) {
    if case .closing = state { return }
    _ = write(ByteBuffer(bytes: refusal.response(status: refusal.status, host: host?.host.text, port: host?.port)))
    closeAfterFlush()
  }

  func abort(_ refusal: Refusal) {
    state = .closing
    guard let context else { return }
    context.flush()
    // Over TLS without a farewell.
    let secure = try? context.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
    (secure ?? context).close(promise: nil)
  }
}
