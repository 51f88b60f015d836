package import BaileyCore
import BaileyLinux
import BaileyTLS
import NIOCore
import NIOPosix
import NIOTLS

extension HTTPClient: SecureSender {
  package func endpoint(of place: HTTPCall.Place) async throws(HTTPFailure) -> (address: IPAddress, port: UInt16) {
    if case .address(let address, let port) = place { return (address, port) }
    do {
      let found = try await address(place, NIOSingletons.posixEventLoopGroup.next()).get()
      guard let text = found.ipAddress, let port = found.port.flatMap({ UInt16(exactly: $0) }) else {
        throw HTTPFailure.unreachable("its name has no address")
      }
      return (try IPAddress(text), port)
    } catch let error as HTTPFailure { throw error } catch { throw .unreachable("its name has no address") }
  }

  package func send(_ bytes: [UInt8], on socket: Int32, _ security: HTTPSecurity, timeout: Int)
    async throws(HTTPFailure)
  {
    let context = try contextsOfSyslog.context(security)
    try await within(timeout) { (loop, promise: EventLoopPromise<Void>) in
      let own: Int32
      do throws(Errno) { own = try Socket.duplicate(socket) } catch {
        return loop.makeFailedFuture(HTTPFailure.unreachable(error.message))
      }
      return ClientBootstrap(group: loop)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addTLS(context, security.name, promise.fail)
            try pipeline.addHandler(Delivery(bytes, promise))
          }
        }
        .withConnectedSocket(own)
    }
  }
}

/// Everything at once, then the end of it; what the other side says is not looked at, but its own end.
private final class Delivery: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let bytes: [UInt8]
  private let promise: EventLoopPromise<Void>
  /// All bytes and the end are with the kernel.
  private var isSent = false
  private var isAnswered = false

  init(_ bytes: [UInt8], _ promise: EventLoopPromise<Void>) {
    self.bytes = bytes
    self.promise = promise
  }

  func channelActive(context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    context.close(mode: .output, promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .outputClosed? = event as? ChannelEvent { isSent = true }
    // An end that was told before ours was sent is no answer to it.
    if case .shutdownCompleted? = event as? TLSUserEvent { isAnswered = isSent }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if isAnswered { return promise.succeed(()) }
    promise.fail(HTTPFailure.malformed("it ended the connection early"))
  }
}
