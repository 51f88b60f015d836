import BaileyCore
import BaileyLinux
import Synchronization

/// What other threads tell a loop. All values: a loop's own objects never leave its thread.
enum LoopMessage: Sendable {
  case serve(SessionCore, listener: Int32, door: Door)
  case ruled(source: UInt64, Ruling, SessionCore)
  case resolved(source: UInt64, Result<[IPAddress], ResolveError>)
  case reconsidered(source: UInt64)
  case answered(source: UInt64, DNSReply)
  case close(session: UInt64, CheckedContinuation<Void, Never>)
}

/// Where connections come in.
enum Door: Sendable, Equatable {
  case capture
  case proxy
  case hostPort(UInt16)
  case dnsDatagrams
  case dnsStreams
}

/// The mailbox of one event-loop thread; safe to share.
final class EventLoop: Sendable {
  private let queue = Mutex<[LoopMessage]>([])
  private let bell: Descriptor

  init() throws(Errno) { bell = try .eventCounter() }

  var bellNumber: Int32 { bell.raw }

  func post(_ message: LoopMessage) {
    let wasEmpty = queue.withLock { queue in
      queue.append(message)
      return queue.count == 1
    }
    if wasEmpty { bell.notify() }
  }

  func takeAll() -> [LoopMessage] {
    bell.drain()
    return queue.withLock { queue in
      defer { queue = [] }
      return queue
    }
  }

  /// Starts the thread; it lives as long as the process.
  func start(_ name: String) throws(Errno) {
    try startThread(name) { [self] in
      do throws(Errno) {
        try LoopThread(self).run()
      } catch {
        // Without its loop the gate would hang every session open and unserved; the controller ends, and all sandboxes with it.
        fatalError("the event loop cannot wait: errno \(error.rawValue)")
      }
    }
  }
}
