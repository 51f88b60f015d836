import BaileyCore
import NIOCore
import Synchronization

/// Live HTTP channels of a session, so that its end can close them.
final class HTTPRegistry: Sendable {
  /// `nil` after the end.
  private let channels = Mutex<[ObjectIdentifier: any Channel]?>([:])
  /// Descriptors on their way from the gate's loops, which are no channels yet.
  private let coming = InFlight()

  func expect() { coming.begin() }
  func arrived() { coming.end() }

  /// Before the channel says a word.
  ///
  /// - Returns: `false` when the session has ended: then it must not.
  func add(_ channel: any Channel) -> Bool {
    let isOpen = channels.withLock { channels in
      channels?[ObjectIdentifier(channel)] = channel
      return channels != nil
    }
    if isOpen { channel.closeFuture.whenComplete { _ in self.remove(channel) } }
    return isOpen
  }

  private func remove(_ channel: any Channel) {
    channels.withLock { _ = $0?.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  /// Closes all, and returns when they are closed and their last outcomes are with the session.
  ///
  /// The answer to a close comes before the handlers hear of it, the channel's own end after.
  func closeAll() async {
    await coming.drain()
    let all = channels.withLock { channels in
      defer { channels = nil }
      return Array((channels ?? [:]).values)
    }
    for channel in all { channel.close(promise: nil) }
    for channel in all { try? await channel.closeFuture.get() }
  }
}
