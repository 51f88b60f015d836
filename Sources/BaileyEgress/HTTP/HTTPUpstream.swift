import BaileyCore
import NIOCore
import NIOPosix

/// The server's side of plain HTTP: one connection to one checked address, used for one host and port only.
final class HTTPUpstream: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private enum State { case idle, head, body(BodyDecoder, isChunked: Bool), tunnel, ended }

  private let exchange: NIOLoopBound<HTTPExchange>
  private let host: NamedHost
  private let port: UInt16
  private let address: IPAddress
  private var context: ChannelHandlerContext?
  private var state = State.idle
  private var request: RequestHead?
  private var answer: ResponseHead?
  private var input = ByteBuffer()
  /// Of `input`, as the session counts it.
  private var held = 0
  private var keepsAlive = false
  private var isReading = false
  /// Reads that a head came in; see `Connection.looksAgain`.
  private var looks = 0
  private static let maximumLooks = 1000
  private(set) var hasDeliveredHead = false
  /// The client's connection must end with this answer, since only that tells where the answer ends.
  private(set) var endsClient = false

  private init(_ exchange: NIOLoopBound<HTTPExchange>, _ target: HTTPTarget, _ address: IPAddress) {
    self.exchange = exchange
    host = target.host
    port = target.port
    self.address = address
  }

  var endpoint: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }

  static func dial(
    _ address: IPAddress, _ target: HTTPTarget, for exchange: NIOLoopBound<HTTPExchange>, timeout: Duration
  ) -> EventLoopFuture<NIOLoopBound<HTTPUpstream>> {
    let loop = exchange.eventLoop
    let upstream = NIOLoopBound(HTTPUpstream(exchange, target, address), eventLoop: loop)
    do {
      let socketAddress = try SocketAddress(ipAddress: address.description, port: Int(target.port))
      return ClientBootstrap(group: loop)
        .channelOption(.autoRead, value: false)
        .channelOption(.allowRemoteHalfClosure, value: false)
        .connectTimeout(TimeAmount(timeout))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(upstream.value) }
        }
        .connect(to: socketAddress).map { _ in upstream }
    } catch {
      return loop.makeFailedFuture(error)
    }
  }

  /// Only an idle, live connection to the same host and port serves a further request.
  func serves(_ target: HTTPTarget) -> Bool {
    guard case .idle = state, let context, context.channel.isActive else { return false }
    return target.host == host && target.port == port && input.readableBytes == 0
  }

  var isWritable: Bool { context?.channel.isWritable ?? true }

  func begin(_ head: RequestHead) {
    request = head
    answer = nil
    hasDeliveredHead = false
    state = .head
    wantMore()
  }

  func write(_ bytes: ByteBuffer) { context?.write(wrapOutboundOut(bytes), promise: nil) }
  func flush() { context?.flush() }
  func finishSending() { context?.close(mode: .output, promise: nil) }

  func close() {
    state = .ended
    context?.close(promise: nil)
  }

  func wantMore() {
    guard let context else { return }
    _ = hasRoom
    guard !isReading, exchange.value.isWritable else { return }
    isReading = true
    context.read()
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    input = ByteBuffer()
    _ = hasRoom
  }

  private var hasRoom: Bool { exchange.value.session.settle(&input, counted: &held) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    input.writeBuffer(&bytes)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    advance()
    exchange.value.flushToClient()
    wantMore()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { exchange.value.wantMore() }
  }

  func channelInactive(context: ChannelHandlerContext) {
    advance()
    if case .body(let decoder, _) = state, decoder.endsWithConnection {
      state = .ended
      exchange.value.upstreamAnswerEndsConnection = true
      exchange.value.answered(status: answer?.status ?? 0, keepsAlive: false)
    } else if case .ended = state {
      return
    } else {
      state = .ended
      exchange.value.upstreamEnded(afterHead: hasDeliveredHead)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func advance() {
    while true {
      switch state {
      case .idle:
        // Bytes that nobody asked for: the connection cannot be trusted for another answer.
        if input.readableBytes > 0 { close() }
        return
      case .head: guard readHead() else { return }
      case .body: return passBody()
      case .tunnel:
        if let bytes = input.readSlice(length: input.readableBytes), bytes.readableBytes > 0 {
          exchange.value.deliver(bytes)
        }
        return
      case .ended: return
      }
    }
  }

  /// `true` when a head was taken, and there is more to look at.
  private func readHead() -> Bool {
    guard let request, input.readableBytes > 0 else { return false }
    guard hasRoom else {
      exchange.value.fail(.busy)
      return false
    }
    looks += 1
    do throws(ResponseHeadError) {
      guard looks <= Self.maximumLooks else { throw .tooLong }
      guard let head = try ResponseHead.parse(input.readableBytesView) else { return false }
      looks = 0
      input.moveReaderIndex(forwardBy: head.length)
      try take(head, request)
      return true
    } catch {
      let why = error == .ambiguousLength ? "the answer's length can be read in two ways" : "the answer is malformed"
      exchange.value.fail(Refusal("connection-failed", why))
      return false
    }
  }

  private func take(_ head: ResponseHead, _ request: RequestHead) throws(ResponseHeadError) {
    if head.status == 101 { return try upgrade(head, request) }
    let framing = try head.framing(for: request.method)
    if head.status < 200 {
      // HTTP/1.0 clients know no interim answers.
      if request.minorVersion == 1 {
        deliver(head.forwarded(framing: framing, isChunked: false, keepsAlive: true, isUpgrade: false))
      }
      return
    }
    answer = head
    hasDeliveredHead = true
    let isChunked = framing == .body(.chunked) && request.minorVersion == 1
    endsClient = framing == .untilClose || framing == .body(.chunked) && !isChunked
    keepsAlive = head.minorVersion == 1 && !head.connectionOptions.contains("close") && framing != .untilClose
    deliver(
      head.forwarded(
        framing: framing, isChunked: isChunked, keepsAlive: request.keepsAlive && !endsClient, isUpgrade: false))
    switch framing {
    case .untilClose: state = .body(BodyDecoder(untilClose: ()), isChunked: false)
    case .body(let framing): state = .body(BodyDecoder(framing), isChunked: isChunked)
    }
  }

  private func upgrade(_ head: ResponseHead, _ request: RequestHead) throws(ResponseHeadError) {
    guard request.wantsWebSocket, head.values("upgrade").map({ HTTPToken.lower($0.utf8) }) == ["websocket"] else {
      throw .malformed
    }
    hasDeliveredHead = true
    deliver(head.forwarded(framing: .body(.none), isChunked: false, keepsAlive: true, isUpgrade: true))
    state = .tunnel
    exchange.value.becomeTunnel()
  }

  private func deliver(_ bytes: [UInt8]) { exchange.value.deliver(bytes) }

  private func passBody() {
    guard case .body(var decoder, let isChunked) = state else { return }
    do throws(BodyError) {
      while let part = try decoder.next(&input) { deliver(part, isChunked) }
    } catch {
      return exchange.value.fail(Refusal("connection-lost", "the answer's chunked body is malformed"))
    }
    state = .body(decoder, isChunked: isChunked)
    guard decoder.isDone else { return }
    state = keepsAlive ? .idle : .ended
    exchange.value.upstreamAnswerEndsConnection = endsClient
    exchange.value.answered(status: answer?.status ?? 0, keepsAlive: keepsAlive)
  }

  private func deliver(_ part: BodyDecoder.Part, _ isChunked: Bool) {
    switch part {
    case .data(let bytes) where isChunked:
      var framed = ByteBuffer(string: String(bytes.readableBytes, radix: 16) + "\r\n")
      framed.writeImmutableBuffer(bytes)
      framed.writeString("\r\n")
      exchange.value.deliver(framed)
    case .data(let bytes): exchange.value.deliver(bytes)
    case .end: if isChunked { deliver(Array("0\r\n\r\n".utf8)) }
    }
  }
}
