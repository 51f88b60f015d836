import BaileyCore
import BaileyLinux
import NIOCore
import NIOPosix
import Synchronization

/// A connection to a checked address of a host, not yet spoken on. Nobody takes it: then it closes with its last owner.
final class DialledSocket: Sendable {
  let endpoint: Endpoint
  private let number: Mutex<Int32?>

  init(owning number: Int32, _ endpoint: Endpoint) {
    self.endpoint = endpoint
    self.number = Mutex(number)
  }

  deinit { if let left = take() { Socket.close(left) } }

  /// The server has ended it already.
  var isOver: Bool {
    number.withLock { number in
      guard let number else { return true }
      do throws(Errno) {
        return try TransferBuffer(capacity: 1).receive(from: number, limit: 1, peek: true) == 0
      } catch { return error != .tryAgain }
    }
  }

  /// Once.
  func take() -> Int32? { number.withLock { $0.take() } }
}

/// Hands an accepted descriptor, of which nothing was consumed, to the HTTP pipeline.
enum HTTPFront {
  /// - Parameters:
  ///   - opening: for TLS that is to be answered.
  ///   - dialled: a connection to the server of `origin` that is there already; taken over as well.
  ///   - version: what the client has begun to speak, where there is no TLS to agree on it.
  static func serve(
    _ session: SessionCore, _ client: Int32, _ origin: HTTPOrigin, _ opening: TLSOpening?, _ dialled: DialledSocket?,
    _ version: HTTPVersion
  ) {
    session.http.expect()
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard session.http.add(channel) else { throw ChannelError.alreadyClosed }
          let servers = Servers(session, dialled)
          guard let opening else { return try add(version, to: channel, session, origin, servers) }
          try channel.pipeline.syncOperations.addOpening(opening, session) { name in
            try add(name == "h2" ? .http2 : .http11, to: channel, session, origin, servers)
          }
        }
      }
    bootstrap.withConnectedSocket(client).whenComplete { result in
      switch result {
      case .success(let channel): channel.closeFuture.whenComplete { _ in leave(session, opening) }
      // NIO closes a descriptor that it could not take over.
      case .failure:
        opening?.fail(Refusal("client-gone", "the client closed the connection"), session)
        leave(session, opening)
      }
      session.http.arrived()
    }
  }

  private static func add(
    _ version: HTTPVersion, to channel: any Channel, _ session: SessionCore, _ origin: HTTPOrigin, _ servers: Servers
  ) throws {
    if version == .http2 { return try HTTP2Agent.add(to: channel, session, origin, servers) }
    try channel.pipeline.syncOperations.addHandler(HTTP1Agent(session, origin, servers))
  }

  private static func leave(_ session: SessionCore, _ opening: TLSOpening?) {
    if opening != nil { session.openings.leave() }
    session.dismiss()
  }
}
