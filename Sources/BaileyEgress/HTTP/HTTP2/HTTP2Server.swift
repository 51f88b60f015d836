import BaileyCore
import NIOCore
import NIOHTTP2

/// A connection to a server that speaks HTTP/2, shared by exchanges of one session.
final class HTTP2Server: ChannelDuplexHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundIn = Never
  typealias OutboundOut = HTTP2Frame

  let key: ServerKey
  let endpoint: String
  private let session: SessionCore
  private let pool: ServerPool
  private var context: ChannelHandlerContext?
  private var watch: FrameWatch?
  private var multiplexer: NIOHTTP2Handler.StreamMultiplexer?
  private var streams = 0
  private var maximum = HTTP2Limits.concurrentStreams
  private var (isLeaving, hasServed) = (false, false)
  private var timer: Scheduled<Void>?
  /// Whether the server takes WebSockets (RFC 8441); `nil` before its settings came.
  private var takesWebSockets: Bool?
  private var asking: [EventLoopPromise<Bool>] = []

  private init(_ key: ServerKey, _ endpoint: String, _ session: SessionCore, _ pool: ServerPool) {
    self.key = key
    self.endpoint = endpoint
    self.session = session
    self.pool = pool
  }

  /// Adds what speaks HTTP/2 to the end of the pipeline of a connection that can be used.
  static func add(
    to channel: any Channel, _ key: ServerKey, _ endpoint: String, _ session: SessionCore, _ pool: ServerPool
  ) throws -> HTTP2Server {
    try channel.syncOptions?.setOption(.autoRead, value: true)
    let server = HTTP2Server(key, endpoint, session, pool)
    let handler = NIOHTTP2Handler(
      mode: .client, eventLoop: channel.eventLoop, connectionConfiguration: HTTP2Limits.server(),
      streamConfiguration: HTTP2Limits.streams(HTTP2Limits.serverWindow)
    ) { pushed in
      // None was allowed.
      pushed.close()
    }
    let watch = FrameWatch(session.unreadAnswers, countsWindows: false, preface: 0) { _ in }
    server.watch = watch
    try channel.pipeline.syncOperations.addHandlers([watch, handler, server])
    server.multiplexer = try handler.syncMultiplexer()
    channel.read()
    return server
  }

  /// Whether it takes one more stream.
  var isFree: Bool { !isLeaving && streams < maximum && context?.channel.isActive == true }

  /// A stream for one exchange; a failure says that this connection is of no use.
  func open() -> EventLoopFuture<NIOLoopBound<any ServerStream>>? {
    guard let multiplexer, let watch, let loop = context?.eventLoop, isFree else { return nil }
    streams += 1
    defer { hasServed = true }
    timer?.cancel()
    let bound = NIOLoopBound((self, HTTP2ServerStream(endpoint, watch, isReused: hasServed)), eventLoop: loop)
    return multiplexer.createStreamChannel { stream in
      stream.eventLoop.makeCompletedFuture {
        stream.closeFuture.whenComplete { _ in bound.value.0.ended() }
        try stream.syncOptions?.setOption(.autoRead, value: false)
        try stream.pipeline.syncOperations.addHandler(bound.value.1)
      }
    }.map { _ in NIOLoopBound(bound.value.1 as any ServerStream, eventLoop: loop) }
  }

  /// Whether WebSockets can be opened in streams; the answer waits for the server's settings.
  func webSockets() -> EventLoopFuture<Bool>? {
    guard let loop = context?.eventLoop else { return nil }
    if let takesWebSockets { return loop.makeSucceededFuture(takesWebSockets) }
    let promise = loop.makePromise(of: Bool.self)
    asking.append(promise)
    return promise.futureResult
  }

  private func ended() {
    streams -= 1
    guard streams == 0, let context else { return }
    if isLeaving { return context.channel.close(promise: nil) }
    timer?.cancel()
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: HTTP2Limits.idle) { bound.value.context?.channel.close(promise: nil) }
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    multiplexer = nil
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data).payload {
    case .settings(.settings(let settings)): take(settings)
    case .goAway: leave()
    default: break
    }
  }

  private func take(_ settings: HTTP2Settings) {
    for setting in settings where setting.parameter == .maxConcurrentStreams {
      maximum = min(setting.value, HTTP2Limits.concurrentStreams)
    }
    let answer = settings.contains { $0.parameter == .enableConnectProtocol && $0.value == 1 }
    tell((takesWebSockets ?? false) || answer)
  }

  private func tell(_ answer: Bool) {
    takesWebSockets = answer
    for promise in asking { promise.succeed(answer) }
    asking = []
  }

  /// No further streams; those that the server still serves go on.
  private func leave() {
    isLeaving = true
    pool.forget(self)
    if streams == 0 { context?.channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    isLeaving = true
    pool.forget(self)
    tell(false)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is IOError || error is ChannelError { context.close(promise: nil) }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    let goodbye = HTTP2Frame.FramePayload.goAway(lastStreamID: .rootStream, errorCode: .noError, opaqueData: nil)
    context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: goodbye)), promise: nil)
    context.close(mode: mode, promise: promise)
  }
}
