package import BaileyCore
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A request as it came, with the whole of its body.
package struct HTTPQuestion: Sendable, Equatable {
  package var method: String
  /// Percent signs and all.
  package var target: String
  package var body: [UInt8]
  /// The one `Host` header.
  package var host: String?

  package init(method: String, target: String, body: [UInt8] = [], host: String? = nil) {
    self.method = method
    self.target = target
    self.body = body
    self.host = host
  }
}

/// Answers HTTP/1.1 on connections that somebody else accepted.
package final class HTTPServer: Sendable {
  package struct Limits: Sendable {
    package var body = 1 << 20
    package var connections = 64
    /// From one answer to the whole of the next request, and from there to its answer.
    package var seconds: Int64 = 10

    package init() {}
  }

  /// May take its time: it has a thread of the server.
  package typealias Answer = @Sendable (HTTPQuestion) -> HTTPReply

  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let threads = NIOThreadPool(numberOfThreads: 2)
  private let limits: Limits
  private let answer: Answer
  private let connections = Atomic(0)

  package init(limits: Limits = Limits(), answer: @escaping Answer) {
    self.limits = limits
    self.answer = answer
    threads.start()
  }

  deinit {
    group.shutdownGracefully { _ in }
    threads.shutdownGracefully { _ in }
  }

  /// Takes the socket over.
  ///
  /// - Returns: whether it is served; where there are too many, the caller still owns it.
  package func serve(_ socket: Int32) -> Bool {
    guard connections.wrappingAdd(1, ordering: .relaxed).newValue <= limits.connections else {
      connections.wrappingSubtract(1, ordering: .relaxed)
      return false
    }
    let (limits, threads, answer) = (limits, threads, answer)
    ClientBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(HTTPConversation(limits, threads, answer))
        }
      }
      .withConnectedSocket(socket)
      .whenComplete { result in
        switch result {
        case .success(let channel): channel.closeFuture.whenComplete { _ in self.leave() }
        case .failure: self.leave()
        }
      }
    return true
  }

  private func leave() { connections.wrappingSubtract(1, ordering: .relaxed) }
}

/// One connection: questions one after the other.
private final class HTTPConversation: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    case head
    case body(HTTPQuestion, keepsAlive: Bool)
    /// An answer is under way, or has been given to what was too long.
    case answering
  }

  private let limits: HTTPServer.Limits
  private let threads: NIOThreadPool
  private let answer: HTTPServer.Answer
  private var state = State.head
  private var timer: Scheduled<Void>?
  /// Whether the next question came before the answer was taken: one answer is held for a client, not many.
  private var isCrowded = false

  init(_ limits: HTTPServer.Limits, _ threads: NIOThreadPool, _ answer: @escaping HTTPServer.Answer) {
    self.limits = limits
    self.threads = threads
    self.answer = answer
  }

  func handlerAdded(context: ChannelHandlerContext) { startTimer(context) }
  func channelInactive(context: ChannelHandlerContext) { timer?.cancel() }

  private func startTimer(_ context: ChannelHandlerContext) {
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(limits.seconds)) {
      context.close(promise: nil)
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (state, unwrapInboundIn(data)) {
    case (.head, .head(let head)):
      let length = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
      guard length <= limits.body else { return refuse(context) }
      state = .body(Self.question(head), keepsAlive: head.isKeepAlive)
    case (.body(var question, let keepsAlive), .body(let buffer)):
      guard question.body.count + buffer.readableBytes <= limits.body else { return refuse(context) }
      // Not copied with each part.
      state = .answering
      question.body += buffer.readableBytesView
      state = .body(question, keepsAlive: keepsAlive)
    case (.body(let question, let keepsAlive), .end): ask(question, keepsAlive, context)
    case (.answering, .head): isCrowded = true
    default: break
    }
  }

  private static func question(_ head: HTTPRequestHead) -> HTTPQuestion {
    let hosts = head.headers["host"]
    return HTTPQuestion(method: head.method.rawValue, target: head.uri, host: hosts.count == 1 ? hosts[0] : nil)
  }

  private func refuse(_ context: ChannelHandlerContext) {
    state = .answering
    let text: JSON = ["code": "invalid_parameter", "message": .string("the body has more than \(limits.body) bytes")]
    send(HTTPReply(status: 413, body: text.canonical), keepsAlive: false, context)
  }

  private func ask(_ question: HTTPQuestion, _ keepsAlive: Bool, _ context: ChannelHandlerContext) {
    state = .answering
    startTimer(context)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    let answer = answer
    threads.runIfActive(eventLoop: context.eventLoop) { answer(question) }.whenSuccess { reply in
      let (conversation, context) = bound.value
      guard context.channel.isActive else { return }
      conversation.send(reply, keepsAlive: keepsAlive, context)
      conversation.startTimer(context)
    }
  }

  private func send(_ reply: HTTPReply, keepsAlive: Bool, _ context: ChannelHandlerContext) {
    var headers = HTTPHeaders(reply.headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    if headers["content-type"].isEmpty { headers.add(name: "content-type", value: "application/json") }
    headers.add(name: "content-length", value: String(reply.body.count))
    if !keepsAlive { headers.add(name: "connection", value: "close") }
    let head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status), headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.body)))), promise: nil)
    let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
      let (conversation, context) = bound.value
      guard keepsAlive, !conversation.isCrowded else { return context.close(promise: nil) }
      conversation.state = .head
      conversation.startTimer(context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
