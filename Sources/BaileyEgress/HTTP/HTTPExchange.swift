import BaileyCore
import NIOCore

/// The agent's side of plain HTTP: one request after the other, each decided before its first byte goes on.
///
/// On the channel's event loop. The server's side is `HTTPUpstream`; each reads only while the other can take it.
final class HTTPExchange: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum State: Equatable { case head, deciding, dialling, exchanging, tunnel, closing }

  /// What is known of the request that is under way.
  struct Current {
    var head: RequestHead
    var target: HTTPTarget
    var body: BodyDecoder
    var action: Action
    var ruling: Ruling?
    var sent: Int64 = 0
    var received: Int64 = 0
    var status: Int?
    var isAnswered = false
  }

  let session: SessionCore
  let origin: HTTPOrigin
  var state = State.head
  var current: Current?
  var input = ByteBuffer()
  /// Of `input` and the head, as the session counts it.
  private var held = 0
  var context: ChannelHandlerContext?
  var upstream: HTTPUpstream?
  var candidates: [IPAddress] = []
  /// Set by the server's side when only the end of the connection ends the answer.
  var upstreamAnswerEndsConnection = false
  private var clientEnded = false
  private var isReading = false
  private var timer: Scheduled<Void>?
  private var lastMoved = NIODeadline.now()
  /// Reads that a head came in; see `Connection.looksAgain`.
  private var looks = 0

  private static let maximumLooks = 1000
  private var discarded = 0
  private static let inputLimit = 128 << 10

  init(_ session: SessionCore, _ origin: HTTPOrigin) {
    self.session = session
    self.origin = origin
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    input = ByteBuffer()
    _ = session.settle(&input, counted: &held)
  }

  func channelActive(context: ChannelHandlerContext) {
    arm(session.options.learning)
    wantMore()
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
    case .tunnel: upstream?.finishSending()
    case .head: closeAfterFlush()
    case .exchanging: if current?.body.isDone == false { fail(Refusal("client-gone", "the body ended early")) }
    case .deciding, .dialling, .closing: break
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    report(Refusal("client-gone", "the client closed the connection"))
    state = .closing
    timer?.cancel()
    upstream?.close()
    upstream = nil
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { upstream?.wantMore() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { close() }

  func advance() {
    switch state {
    case .head: readHead()
    case .exchanging: passBody()
    case .tunnel: passTunnel()
    case .closing: discard()
    case .deciding, .dialling: break
    }
    wantMore()
  }

  /// Asks for bytes while there is room for them, and the server takes them. The room while nothing can be passed shows whether the client left.
  func wantMore() {
    guard let context else { return }
    let hasRoom = session.settle(&input, and: current?.head.length ?? 0, counted: &held)
    if state == .deciding || state == .dialling, !hasRoom { return }
    guard !isReading, !clientEnded, input.readableBytes < Self.inputLimit else { return }
    if state == .exchanging || state == .tunnel, upstream?.isWritable == false { return }
    isReading = true
    context.read()
  }

  /// What comes after the last answer; who sends on and on is cut off.
  private func discard() {
    discarded += input.readableBytes
    input.clear()
    if discarded > Connection.maximumDiscarded { close() }
  }

  private func readHead() {
    guard input.readableBytes > 0 else { return }
    guard session.settle(&input, counted: &held) else { return refuse(.busy, observing: nil, host: nil) }
    looks += 1
    guard looks <= Self.maximumLooks else { return refuse(.silent, observing: nil, host: nil) }
    do throws(RequestHeadError) {
      guard let head = try RequestHead.parse(input.readableBytesView) else {
        if looks == 1 { arm(session.options.learning) }
        return
      }
      looks = 0
      input.moveReaderIndex(forwardBy: head.length)
      begin(head)
    } catch {
      refuse(.http(error), observing: nil, host: nil)
    }
  }

  private func begin(_ head: RequestHead) {
    timer?.cancel()
    do throws(Refusal) {
      let target = try HTTPTarget(head, origin)
      let action = Action.request(
        session.subject, scheme: "http", host: target.host.text, port: target.port, method: head.method,
        path: target.path, bytes: head.framing.bytes)
      current = Current(head: head, target: target, body: BodyDecoder(head.framing), action: action)
      if case .address(let address) = target.host, !session.rules.names(address, target.port) {
        return refuse(.notDialable(target.host.text, [address]), observing: action, host: target)
      }
      decide(action)
    } catch {
      refuse(error, observing: nil, host: nil)
    }
  }

  func arm(_ duration: Duration) {
    timer?.cancel()
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: TimeAmount(duration)) { bound.value.expire() }
  }

  private func expire() {
    switch state {
    case .head where input.readableBytes > 0: refuse(.silent, observing: nil, host: nil)
    case .exchanging, .tunnel:
      let quiet = NIODeadline.now() - lastMoved
      let left = TimeAmount(session.options.idle) - quiet
      if left > .zero { return arm(.nanoseconds(left.nanoseconds)) }
      report(Refusal("idle", "nothing moved for too long"))
      close()
    case .head, .deciding, .dialling, .closing: close()
    }
  }

  func moved() { lastMoved = .now() }

  /// Ready for the next request of the connection.
  func startOver() {
    current = nil
    state = .head
    if clientEnded, input.readableBytes == 0 { return closeAfterFlush() }
    arm(input.readableBytes > 0 ? session.options.learning : .seconds(120))
    advance()
  }
}
