import BaileyCore
import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback or a Unix socket that answers every request with the same bytes; no real policy server.
final class FakeServer: Sendable {
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let channel: any Channel
  private let box: Heard

  /// - Parameters:
  ///   - answer: nil never answers.
  ///   - socket: a path; else a port of loopback.
  convenience init(_ answer: String?, socket: String? = nil) async throws {
    try await self.init(bytes: answer.map { Array($0.utf8) }, socket: socket)
  }

  init(bytes answer: [UInt8]?, socket: String? = nil) async throws {
    let heard = Heard(answer)
    let bootstrap = ServerBootstrap(group: group).childChannelInitializer { channel in
      channel.eventLoop.makeCompletedFuture {
        try channel.pipeline.syncOperations.addHandler(Parrot(heard))
      }
    }
    if let socket {
      channel = try await bootstrap.bind(unixDomainSocketPath: socket).get()
    } else {
      channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
    }
    box = heard
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  var requests: [String] { box.texts.withLock { $0 } }

  func say(_ answer: [UInt8]) { box.answer.withLock { $0 = answer } }

  func stop() async throws {
    try await channel.close()
    try await group.shutdownGracefully()
  }

  static func reply(_ body: String, status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\ncontent-type: application/json\r\ncontent-length: \(body.utf8.count)\r\n\r\n\(body)"
  }
}

/// What was asked, and what is answered.
final class Heard: Sendable {
  let texts = Mutex<[String]>([])
  let answer: Mutex<[UInt8]?>

  init(_ answer: [UInt8]?) { self.answer = Mutex(answer) }
}

/// Takes in a whole request, then says its line.
private final class Parrot: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let heard: Heard
  private var text = ""

  init(_ heard: Heard) { self.heard = heard }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    text += String(buffer: unwrapInboundIn(data))
    guard let end = text.firstRange(of: "\r\n\r\n"), let mark = text.firstRange(of: "content-length: "),
      let length = Int(text[mark.upperBound...].prefix { $0.isNumber }), text[end.upperBound...].utf8.count >= length
    else { return }
    heard.texts.withLock { $0.append(text) }
    text = ""
    guard let answer = heard.answer.withLock({ $0 }) else { return }
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: answer)), promise: nil)
    if !answer.starts(with: "HTTP/1.1 200".utf8) { context.close(promise: nil) }
  }
}
