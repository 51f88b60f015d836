import BaileyCore
import BaileyTLS
import NIOCore
import NIOTLS

/// Waits until a connection to a server can be used, over TLS when the server has proved its name, and adds what speaks the version that was agreed on.
final class ServerDoor: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let key: ServerKey
  private let onlyHTTP1: Bool
  private let endpoint: String
  private let session: SessionCore
  private let servers: Servers
  private let pool: ServerPool
  private var promise: EventLoopPromise<NIOLoopBound<ServerConnection>>?
  private var timer: Scheduled<Void>?
  private var negotiated: String?
  private var http1: HTTP1Server?
  private var channel: (any Channel)?

  init(
    _ key: ServerKey, onlyHTTP1: Bool, _ endpoint: String, _ session: SessionCore, _ servers: Servers,
    _ pool: ServerPool,
    _ promise: EventLoopPromise<NIOLoopBound<ServerConnection>>
  ) {
    self.onlyHTTP1 = onlyHTTP1
    (self.key, self.endpoint, self.session, self.servers, self.pool) = (key, endpoint, session, servers, pool)
    self.promise = promise
  }

  /// - Parameter handshake: time for it, where there is one.
  func connected(_ result: Result<any Channel, any Error>, handshake: TimeAmount?) {
    switch result {
    case .failure(let error): fail(error)
    case .success(let channel):
      self.channel = channel
      guard let handshake, promise != nil else { return }
      // The handshake reads on by itself from here.
      channel.read()
      let door = NIOLoopBound(self, eventLoop: channel.eventLoop)
      timer = channel.eventLoop.scheduleTask(in: handshake) { door.value.fail(HTTPFailure.timedOut) }
    }
  }

  /// TLS failed, or ended without a farewell.
  func cut(_ failure: HTTPFailure) {
    http1?.isCutOff = true
    fail(failure)
  }

  /// There is no server to be had this way.
  func fail(_ error: any Error) {
    guard let promise else { return }
    self.promise = nil
    timer?.cancel()
    promise.fail(error)
    channel?.close(promise: nil)
  }

  func handlerRemoved(context: ChannelHandlerContext) { (http1, channel) = (nil, nil) }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted(let name)? = event as? TLSUserEvent { negotiated = name }
    context.fireUserInboundEventTriggered(event)
  }

  func channelActive(context: ChannelHandlerContext) {
    channel = context.channel
    guard let promise else { return }
    guard !session.isClosed else { return fail(HTTPFailure.unreachable("the session has ended")) }
    do {
      let connection = try install(context.channel)
      self.promise = nil
      timer?.cancel()
      promise.succeed(NIOLoopBound(connection, eventLoop: context.eventLoop))
    } catch { fail(error) }
  }

  private func install(_ channel: any Channel) throws -> ServerConnection {
    if negotiated == "h2" || key.isPriorKnowledge && !onlyHTTP1 {
      let server = try HTTP2Server.add(to: channel, key, endpoint, session, pool)
      pool.keep(server)
      return .http2(server)
    }
    let server = HTTP1Server(key, endpoint, session, servers)
    http1 = server
    if !onlyHTTP1 { pool.noteSimple(key) }
    try channel.pipeline.syncOperations.addHandler(server)
    return .http1(server)
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(HTTPFailure.unreachable("it closed the connection"))
    context.fireChannelInactive()
  }
}
