import BaileyCore
import NIOCore

/// A connection to a server that speaks HTTP/1: one exchange at a time.
final class HTTP1Server: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum State { case idle, head, body(BodyDecoder), tunnel, ended }

  let key: ServerKey
  let endpoint: String
  private let session: SessionCore
  private weak var servers: Servers?
  private var exchange: Exchange?
  private var context: ChannelHandlerContext?
  private var state = State.idle
  private var input = ByteBuffer()
  /// Of `input`, as the session counts it.
  private var held = 0
  private var isChunked = false
  /// Of a WebSocket whose client has none.
  private var webSocketKey: String?
  private var (keepsAlive, isReused) = (false, false)
  private var isReading = false
  /// Reads that a head came in; see `Connection.looksAgain`.
  private var looks = 0
  private static let maximumLooks = 1000
  private lazy var writes = SmallWrites { [weak self] in self?.exchange?.agent?.wantMore() }
  /// The server did not say over TLS that this is the end.
  var isCutOff = false

  init(_ key: ServerKey, _ endpoint: String, _ session: SessionCore, _ servers: Servers) {
    self.key = key
    self.endpoint = endpoint
    self.session = session
    self.servers = servers
  }

  /// Whether it is live, and nothing is under way.
  var isFree: Bool {
    guard case .idle = state, let context, context.channel.isActive else { return false }
    return input.readableBytes == 0
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    exchange = nil
    input = ByteBuffer()
    _ = hasRoom
  }

  private var hasRoom: Bool { session.settle(&input, counted: &held) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    input.writeBuffer(&bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    let agent = exchange?.agent
    advance()
    agent?.flush()
    wantMore()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange?.agent?.wantMore() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    advance()
    let exchange = exchange
    self.exchange = nil
    if case .body(let decoder) = state, decoder.endsWithConnection, !isCutOff {
      exchange?.answer(.end([]))
    } else {
      exchange?.serverEnded(isUntouched: isReused && isWaiting)
    }
    state = .ended
    exchange?.agent?.flush()
  }

  /// Of an answer nothing has come.
  private var isWaiting: Bool { if case .head = state { looks == 0 && input.readableBytes == 0 } else { false } }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func advance() {
    while true {
      switch state {
      case .idle:
        // Bytes that nobody asked for: the connection cannot be trusted for another answer.
        if input.readableBytes > 0 { cancel() }
        return
      case .head: guard readHead() else { return }
      case .body(let decoder): return passBody(decoder)
      case .tunnel:
        if let bytes = input.readSlice(length: input.readableBytes), bytes.readableBytes > 0 {
          exchange?.answer(.data(bytes))
        }
        return
      case .ended: return
      }
    }
  }

  /// `true` when a head was taken, and there is more to look at.
  private func readHead() -> Bool {
    guard let exchange, input.readableBytes > 0 else { return false }
    guard hasRoom else {
      exchange.fail(.busy)
      return false
    }
    looks += 1
    do throws(ResponseHeadError) {
      guard looks <= Self.maximumLooks else { throw .tooLong }
      guard let head = try ResponseHead.parse(input.readableBytesView) else { return false }
      looks = 0
      input.moveReaderIndex(forwardBy: head.length)
      try take(head, exchange)
      return true
    } catch {
      let why = error == .ambiguousLength ? "the answer's length can be read in two ways" : "the answer is malformed"
      exchange.fail(Refusal("connection-failed", why))
      return false
    }
  }

  private func take(_ parsed: ResponseHead, _ exchange: Exchange) throws(ResponseHeadError) {
    var head = parsed
    if head.status == 101 {
      guard exchange.head.wantsWebSocket, head.values("upgrade").map({ HTTPToken.lower($0.utf8) }) == ["websocket"]
      else { throw .malformed }
      guard let webSocketKey, head.values("sec-websocket-accept") == [WebSocketKey.accept(webSocketKey)] else {
        throw .malformed
      }
      head.fields.removeAll { $0.name == "sec-websocket-accept" }
      if let key = exchange.head.values("sec-websocket-key").first {
        head.fields.append(HTTPField(name: "sec-websocket-accept", WebSocketKey.accept(key)))
      }
      state = .tunnel
      return exchange.answer(.response(head))
    }
    let framing = try head.framing(for: exchange.head.method)
    if head.isInterim { return exchange.answer(.response(head)) }
    keepsAlive = head.version == .http11 && !head.fields.connectionOptions.contains("close") && framing != .untilClose
    switch framing {
    case .untilClose:
      // An end that only the connection tells becomes one that the client can see: many take a broken connection for it.
      head.framing = .chunked
      state = .body(BodyDecoder(untilClose: ()))
    case .body(let framing):
      head.framing = framing
      state = .body(BodyDecoder(framing))
    }
    exchange.answer(.response(head))
  }

  private func passBody(_ body: BodyDecoder) {
    var decoder = body
    do throws(BodyError) {
      while case .body = state, let exchange {
        let part = try decoder.nextOfReading(&input)
        state = .body(decoder)
        guard let part else { break }
        guard case .end = part else {
          exchange.answer(part)
          continue
        }
        state = keepsAlive ? .idle : .ended
        return exchange.answer(part)
      }
    } catch {
      exchange?.fail(Refusal("connection-lost", "the answer's chunked body is malformed"))
    }
  }
}

extension HTTP1Server: ServerStream {
  var isWritable: Bool { context.map { $0.channel.isWritable && writes.hasRoom } ?? true }

  func begin(_ exchange: Exchange) {
    self.exchange = exchange
    state = .head
    wantMore()
  }

  func send(_ part: MessagePart, count: (Int) throws(Refusal) -> Void) throws(Refusal) {
    guard let bytes = try encode(part), bytes.readableBytes > 0 else { return }
    try count(bytes.readableBytes)
    guard let context else { return }
    context.write(wrapOutboundOut(bytes), promise: writes.promise(for: bytes, on: context.eventLoop))
  }

  private func encode(_ part: MessagePart) throws(Refusal) -> ByteBuffer? {
    switch part {
    case .response: return nil
    case .request(var head):
      isChunked = head.framing == .chunked
      webSocketKey = nil
      if head.wantsWebSocket {
        // The agent's own would be 16 bytes that nobody can read.
        let key = WebSocketKey.make()
        head.fields.removeAll { $0.name == "sec-websocket-key" }
        head.fields.append(HTTPField(name: "sec-websocket-key", key))
        webSocketKey = key
      }
      return ByteBuffer(bytes: head.http1)
    case .data(let bytes): return isChunked ? HTTP1Encoding.chunk(bytes) : bytes
    case .end(let trailers):
      if case .tunnel = state { context?.close(mode: .output, promise: nil) }
      if isChunked { return ByteBuffer(bytes: HTTP1Encoding.lastChunk(trailers)) }
      guard trailers.isEmpty else {
        throw Refusal("http-malformed", "trailers behind a body of known length cannot be sent on in HTTP/1")
      }
      return nil
    }
  }

  func flush() { context?.flush() }

  func wantMore() {
    guard let context else { return }
    _ = hasRoom
    guard !isReading, exchange?.wantsAnswer ?? true else { return }
    isReading = true
    context.read()
  }

  func release() {
    exchange = nil
    isReused = true
    if case .idle = state, let servers { servers.keep(self) } else { cancel() }
  }

  func cancel() {
    exchange = nil
    state = .ended
    context?.close(promise: nil)
  }
}
