import NIOCore
import Synchronization

/// The live HTTP channels of a session, so that its end can close them.
final class HTTPRegistry: Sendable {
  private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

  func add(_ channel: any Channel) {
    channels.withLock { $0[ObjectIdentifier(channel)] = channel }
  }

  func remove(_ channel: any Channel) {
    channels.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Closes all, and returns when they are closed and their last outcomes are with the session.
  ///
  /// The answer to a close comes before the handlers hear of it, the channel's own end after.
  func closeAll() async {
    let all = channels.withLock { Array($0.values) }
    for channel in all { channel.close(promise: nil) }
    for channel in all { try? await channel.closeFuture.get() }
  }
}
