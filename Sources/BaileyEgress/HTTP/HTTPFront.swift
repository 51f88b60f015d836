import BaileyCore
import BaileyLinux
import NIOCore
import NIOPosix

/// Hands an accepted descriptor, of which nothing was consumed, to the HTTP pipeline.
enum HTTPFront {
  static func serve(_ session: SessionCore, _ client: Int32, _ origin: HTTPOrigin) {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(HTTPExchange(session, origin))
        }
      }
    bootstrap.withConnectedSocket(client).whenComplete { result in
      switch result {
      case .success(let channel): register(channel, session)
      // NIO closes a descriptor that it could not take over.
      case .failure: session.dismiss()
      }
    }
  }

  private static func register(_ channel: any Channel, _ session: SessionCore) {
    session.http.add(channel)
    channel.closeFuture.whenComplete { _ in
      session.http.remove(channel)
      session.dismiss()
    }
    if session.isClosed { channel.close(promise: nil) }
  }
}
