import BaileyControl
import BaileyCore
import BaileyLinux
import Synchronization

/// A port of the host's loopback behind which a server inside a session answers: `--publish`.
///
/// The person asked for it, so a connection is recorded and not decided. It is made inside by pid 1; nothing of the host is opened.
/// When the server ends its side, the connection is closed as a whole.
final class PublishedPort: Sendable {
  private let port: UInt16
  private let session: Session
  private let listener: Descriptor
  private let wake: Descriptor
  private let isClosed = Mutex(false)
  /// Connections at a time; more are closed at once.
  private static let limit = 256
  private let open = Mutex(0)

  /// - Throws: `port-unavailable`.
  init(_ port: UInt16, of session: Session) throws(Fault) {
    self.port = port
    self.session = session
    do throws(Errno) {
      guard let loopback = IPAddress(bytes: [127, 0, 0, 1]) else { throw .invalid }
      listener = Descriptor(owning: try Socket.listener(on: Endpoint(loopback, port)))
      wake = try .eventCounter()
      try startThread("publish") { self.run() }
    } catch {
      throw Fault(
        "port-unavailable", subject: "127.0.0.1:\(port)", why: error.message,
        hint: "another program may listen there; publish another port")
    }
  }

  func close() {
    isClosed.withLock { $0 = true }
    wake.notify()
  }

  private func run() {
    while !isClosed.withLock({ $0 }) {
      guard let ready = try? poll([(listener.raw, .input), (wake.raw, .input)]) else { return }
      guard ready[0].contains(.input) else { continue }
      do throws(Errno) { admit(try Socket.accept(listener.raw)) } catch .tryAgain, .connectionReset { continue } catch {
        // No descriptor to be had, most likely: wait for one, or for the end, instead of asking without end.
        _ = try? poll([(wake.raw, .input)], milliseconds: 50)
      }
    }
  }

  private func admit(_ client: Int32) {
    let isWelcome = open.withLock { count in
      guard count < Self.limit else { return false }
      count += 1
      return true
    }
    guard isWelcome else { return Socket.close(client) }
    Task { await carry(client) }
  }

  private func carry(_ client: Int32) async {
    let subject = await session.status.subject
    let action = Action.connect(subject, host: nil, address: "127.0.0.1", port: port, transport: "published")
    guard let inside = try? await session.sandbox.dial(port: port) else {
      Socket.close(client)
      open.withLock { $0 -= 1 }
      return await session.mediator.observe(action, Outcome(succeeded: false))
    }
    await session.mediator.observe(action, Outcome(succeeded: true))
    let pair = SocketPair(client, inside) { [self] in open.withLock { $0 -= 1 } }
    try? startThread("publish-in") { pair.copy(fromClient: true) }
    try? startThread("publish-out") { pair.copy(fromClient: false) }
  }
}

/// Two connected sockets between which two threads copy; closed with the last of them.
private final class SocketPair: Sendable {
  private let client: Descriptor
  private let inside: Descriptor
  private let ended: @Sendable () -> Void

  init(_ client: Int32, _ inside: Int32, ended: @escaping @Sendable () -> Void) {
    self.client = Descriptor(owning: client)
    self.inside = Descriptor(owning: inside)
    self.ended = ended
    try? self.client.setNonBlocking(false)
    try? self.inside.setNonBlocking(false)
  }

  deinit { ended() }

  func copy(fromClient: Bool) {
    if fromClient {
      Self.copy(client, inside)
      Socket.shutdown(inside.raw, .write)
    } else {
      Self.copy(inside, client)
      Socket.shutdown(client.raw, .both)
    }
  }

  private static func copy(_ source: borrowing Descriptor, _ target: borrowing Descriptor) {
    while let bytes = try? source.read(upTo: 64 << 10), !bytes.isEmpty {
      guard (try? target.writeAll(bytes)) != nil else { return }
    }
  }
}
