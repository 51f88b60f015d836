import BaileyCore
import NIOCore
import NIOHTTP2

/// A connection of the agent that speaks HTTP/2: each of its streams is an exchange of its own.
final class HTTP2Agent: ChannelDuplexHandler {
  typealias InboundIn = HTTP2Frame
  typealias OutboundIn = Never
  typealias OutboundOut = HTTP2Frame

  private static let prefaceLength = 24

  private let servers: Servers
  private var streams = 0
  private var timer: Scheduled<Void>?
  private var context: ChannelHandlerContext?

  private init(_ servers: Servers) { self.servers = servers }

  /// Adds what serves HTTP/2 to the end of the pipeline of a connection.
  static func add(to channel: any Channel, _ session: SessionCore, _ origin: HTTPOrigin, _ servers: Servers) throws {
    let agent = HTTP2Agent(servers)
    let bound = NIOLoopBound((agent, servers), eventLoop: channel.eventLoop)
    let watch = FrameWatch(session.held, countsWindows: true, preface: prefaceLength) { end in
      session.observe(origin.unreadable(session.subject), .http2(end))
    }
    let watching = NIOLoopBound(watch, eventLoop: channel.eventLoop)
    let handler = NIOHTTP2Handler(
      mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: HTTP2Limits.agent(),
      streamConfiguration: HTTP2Limits.streams(HTTP2Limits.agentWindow)
    ) { stream in
      stream.eventLoop.makeCompletedFuture {
        let (agent, servers) = bound.value
        agent.count(stream, bound)
        try stream.syncOptions?.setOption(.autoRead, value: false)
        try stream.pipeline.syncOperations.addHandler(HTTP2AgentStream(session, origin, servers, watching.value))
      }
    }
    try channel.pipeline.syncOperations.addHandlers([watch, handler, agent])
  }

  private func count(_ stream: any Channel, _ bound: NIOLoopBound<(HTTP2Agent, Servers)>) {
    streams += 1
    timer?.cancel()
    stream.closeFuture.whenComplete { _ in bound.value.0.ended() }
  }

  private func ended() {
    streams -= 1
    if streams == 0 { arm() }
  }

  private func arm() {
    timer?.cancel()
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    timer = context.eventLoop.scheduleTask(in: HTTP2Limits.idle) { bound.value.context?.channel.close(promise: nil) }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { begin(context) }
  }

  func channelActive(context: ChannelHandlerContext) { begin(context) }

  /// The connection is always read: bodies wait in their streams, within their windows.
  private func begin(_ context: ChannelHandlerContext) {
    arm()
    do { try context.channel.syncOptions?.setOption(.autoRead, value: true) } catch { context.close(promise: nil) }
    context.read()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    timer?.cancel()
  }

  /// Frames of the connection itself; the library has answered them.
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  /// Who sends no more cannot even open windows any more.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    servers.close()
  }

  /// What is wrong with a stream has ended that stream; what is wrong with all of it, `FrameWatch` tells.
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is IOError || error is ChannelError { context.close(promise: nil) }
  }

  /// Says goodbye first.
  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    let goodbye = HTTP2Frame.FramePayload.goAway(lastStreamID: .maxID, errorCode: .noError, opaqueData: nil)
    context.writeAndFlush(wrapOutboundOut(HTTP2Frame(streamID: .rootStream, payload: goodbye)), promise: nil)
    context.close(mode: mode, promise: promise)
  }
}

extension Refusal {
  static func http2(_ end: FrameWatch.End) -> Refusal {
    switch end {
    case .flood:
      Refusal("http2-flood", "the connection sent more frames that move nothing than it may", hint: "open another one")
    case .unread: .busy
    case .malformed(let code):
      Refusal("http-malformed", "the connection broke HTTP/2 (error \(code))", hint: "send strict HTTP/2 (RFC 9113)")
    }
  }
}
