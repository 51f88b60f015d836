import NIOCore
import Synchronization

/// The pools of a session, one for each event loop.
final class ServerPools: Sendable {
  private let pools = Mutex<[ObjectIdentifier: NIOLoopBound<ServerPool>]>([:])

  /// - Parameter loop: on which this is called.
  func pool(on loop: any NIOCore.EventLoop) -> ServerPool {
    pools.withLock { pools in
      if let pool = pools[ObjectIdentifier(loop)] { return pool }
      let pool = NIOLoopBound(ServerPool(), eventLoop: loop)
      pools[ObjectIdentifier(loop)] = pool
      return pool
    }.value
  }
}
