package import BaileyCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Asks over HTTP/1.1, one connection a question, on an event loop of its own: no thread of the caller waits.
package final class HTTPClient: HTTPCaller {
  private let group: MultiThreadedEventLoopGroup
  /// An agent chooses how often it causes a question.
  private let open = Atomic(0)
  private static let maximumOpen = 64

  package init(threads: Int = 1) { group = MultiThreadedEventLoopGroup(numberOfThreads: threads) }

  deinit { group.shutdownGracefully { _ in } }

  package func call(_ call: HTTPCall) async throws(HTTPFailure) -> HTTPReply {
    defer { open.wrappingSubtract(1, ordering: .relaxed) }
    guard open.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximumOpen else {
      throw .unreachable("\(Self.maximumOpen) questions wait already")
    }
    let loop = group.next()
    let promise = loop.makePromise(of: HTTPReply.self)
    let timer = loop.scheduleTask(in: .milliseconds(Int64(call.timeout))) { promise.fail(HTTPFailure.timedOut) }
    promise.futureResult.whenComplete { _ in timer.cancel() }
    dial(call, loop, promise)
    do { return try await promise.futureResult.get() } catch let error as HTTPFailure { throw error } catch {
      throw .malformed("\(error)")
    }
  }

  private func dial(_ call: HTTPCall, _ loop: any EventLoop, _ promise: EventLoopPromise<HTTPReply>) {
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(.milliseconds(Int64(call.timeout)))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(HTTPAnswer(call, promise))
        }
      }
    let connecting: EventLoopFuture<any Channel>
    switch call.place {
    case .socket(let path): connecting = bootstrap.connect(unixDomainSocketPath: path)
    case .address(let address, let port):
      do {
        let place = try SocketAddress(ipAddress: address.description, port: Int(port))
        connecting = bootstrap.connect(to: place)
      } catch {
        return promise.fail(HTTPFailure.unreachable("\(error)"))
      }
    }
    connecting.whenFailure { promise.fail(HTTPFailure.unreachable(Self.text($0))) }
    // Whatever the end, the connection goes with it.
    connecting.whenSuccess { channel in promise.futureResult.whenComplete { _ in channel.close(promise: nil) } }
  }

  private static func text(_ error: any Error) -> String {
    (error as? IOError)?.localizedReason ?? "it does not accept connections"
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
