package import BaileyCore
import BaileyLinux
import BaileyTLS
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// Asks over HTTP/1.1, one connection a question, on an event loop of its own: no thread of the caller waits.
///
/// Redirects are not followed: they are an answer like any other.
package final class HTTPClient: HTTPCaller {
  private let group: MultiThreadedEventLoopGroup
  private let contexts = TLSContexts(protocols: ["http/1.1"])
  let contextsOfSyslog = TLSContexts(protocols: [])
  /// An agent chooses how often it causes a question.
  private let open = Atomic(0)
  private static let maximumOpen = 64

  /// Of its own for each purpose: what hangs for one takes no place from another.
  package init(threads: Int = 1) { group = MultiThreadedEventLoopGroup(numberOfThreads: threads) }

  deinit { group.shutdownGracefully { _ in } }

  package func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply {
    var context: NIOSSLContext?
    if let security = call.security { context = try contexts.context(security) }
    return try await within(call.timeout) { [context] loop, promise in self.dial(call, context, loop, promise) }
  }

  /// What comes of one connection, in so many milliseconds.
  func within<Reply: Sendable>(
    _ timeout: Int, _ dial: (any EventLoop, EventLoopPromise<Reply>) -> EventLoopFuture<any Channel>
  ) async throws(HTTPFailure) -> Reply {
    guard open.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximumOpen else {
      open.wrappingSubtract(1, ordering: .relaxed)
      throw .unreachable("\(Self.maximumOpen) questions wait already")
    }
    let loop = group.next()
    let promise = loop.makePromise(of: Reply.self)
    let timer = loop.scheduleTask(in: .milliseconds(Int64(timeout))) { promise.fail(HTTPFailure.timedOut) }
    promise.futureResult.whenComplete { _ in timer.cancel() }
    follow(dial(loop, promise), promise)
    do { return try await promise.futureResult.get() } catch let error as HTTPFailure { throw error } catch {
      throw .malformed("\(error)")
    }
  }

  /// Whatever the end, the connection goes with it; until then it counts as open.
  private func follow<Reply>(_ connecting: EventLoopFuture<any Channel>, _ promise: EventLoopPromise<Reply>) {
    connecting.whenFailure { promise.fail(Self.failure($0)) }
    connecting.whenSuccess { channel in promise.futureResult.whenComplete { _ in channel.close(promise: nil) } }
    connecting.flatMap { $0.closeFuture }.whenComplete { _ in self.open.wrappingSubtract(1, ordering: .relaxed) }
  }

  private func dial(
    _ call: HTTPCall, _ context: NIOSSLContext?, _ loop: any EventLoop, _ promise: EventLoopPromise<HTTPReply>
  ) -> EventLoopFuture<any Channel> {
    let deadline = NIODeadline.now() + .milliseconds(Int64(call.timeout))
    return address(call.place, loop).flatMap { address in
      guard NIODeadline.now() < deadline else { return loop.makeFailedFuture(HTTPFailure.timedOut) }
      return ClientBootstrap(group: loop)
        .connectTimeout(.milliseconds(Int64(call.timeout)))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let context { try pipeline.addTLS(context, call.security?.name, promise.fail) }
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(HTTPAnswer(call, promise))
          }
        }
        .connect(to: address)
    }
  }

  /// Of a name's addresses the first, as the host orders them. A look-up that hangs holds a thread of its own, and one of the places.
  func address(_ place: HTTPCall.Place, _ loop: any EventLoop) -> EventLoopFuture<SocketAddress> {
    switch place {
    case .socket(let path): loop.makeCompletedFuture { try SocketAddress(unixDomainSocketPath: path) }
    case .address(let address, let port):
      loop.makeCompletedFuture { try SocketAddress(ipAddress: address.description, port: Int(port)) }
    case .name(let name, let port):
      look(up: name, port, loop.makePromise(of: SocketAddress.self))
    }
  }

  private func look(up name: HostName, _ port: UInt16, _ promise: EventLoopPromise<SocketAddress>)
    -> EventLoopFuture<SocketAddress>
  {
    do throws(Errno) {
      try startThread("look-up") {
        do { promise.succeed(try SocketAddress.makeAddressResolvingHost(name.text, port: Int(port))) } catch {
          promise.fail(HTTPFailure.unreachable("its name has no address"))
        }
      }
    } catch {
      promise.fail(HTTPFailure.unreachable("no thread for its name: \(error.message)"))
    }
    return promise.futureResult
  }

  private static func failure(_ error: any Error) -> HTTPFailure {
    switch error {
    case let error as HTTPFailure: error
    case let error as IOError: .unreachable(error.localizedReason)
    default: .unreachable("it does not accept connections")
    }
  }
}

extension IOError {
  fileprivate var localizedReason: String { "error \(errnoCode) of connect" }
}

/// One question and its answer.
private final class HTTPAnswer: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let call: HTTPCall
  private let promise: EventLoopPromise<HTTPReply>
  private var reply: HTTPReply?

  init(_ call: HTTPCall, _ promise: EventLoopPromise<HTTPReply>) {
    self.call = call
    self.promise = promise
  }

  func channelActive(context: ChannelHandlerContext) {
    var headers = HTTPHeaders(call.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    headers.add(name: "content-length", value: String(call.body.count))
    headers.add(name: "connection", value: "close")
    let head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: call.method), uri: call.target, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: call.body)))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
      guard length <= call.maximumBody else { return promise.fail(HTTPFailure.tooLong) }
      var headers: [String: String] = [:]
      for header in head.headers { headers[header.name.lowercased()] = header.value }
      reply = HTTPReply(status: Int(head.status.code), headers: headers)
    case .body(let buffer):
      guard (reply?.body.count ?? 0) + buffer.readableBytes <= call.maximumBody else {
        return promise.fail(HTTPFailure.tooLong)
      }
      reply?.body += buffer.readableBytesView
    case .end:
      guard let reply else { return promise.fail(HTTPFailure.malformed("there is no head")) }
      promise.succeed(reply)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise.fail(HTTPFailure.malformed("the connection ended before the answer did"))
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise.fail(HTTPFailure.malformed("it is no HTTP"))
    context.close(promise: nil)
  }
}
