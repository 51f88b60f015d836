import BaileyCore
import BaileyLinux

/// Accepts the connections of one door. Each loop has its own duplicate of the listening socket.
final class Listener: LoopSource {
  let session: SessionCore
  private(set) var deadline: Int64 = 0
  private let thread: LoopThread
  private let number: Int32
  private let door: Door
  private var identifier: UInt64 = 0

  private static let exclusive = Readiness(rawValue: 1 << 28)

  init(_ thread: LoopThread, _ session: SessionCore, _ number: Int32, _ door: Door) {
    self.thread = thread
    self.session = session
    self.number = number
    self.door = door
    identifier = thread.register(self)
    arm()
  }

  private func arm() {
    do { try thread.watch(number, [.input, Self.exclusive], identifier) } catch { abort() }
  }

  /// One at a time: the other loops get the rest.
  func ready(_ events: Readiness, second: Bool) {
    do throws(Errno) {
      let accepted = try Socket.accept(number)
      admit(accepted)
    } catch .tryAgain, .interrupted, .connectionReset {
      return
    } catch {
      // Out of descriptors or memory: the queue stays readable, so the door rests instead of spinning.
      thread.unwatch(number)
      deadline = thread.after(.milliseconds(100))
    }
  }

  func expire() {
    deadline = 0
    arm()
  }

  private func admit(_ accepted: Int32) {
    switch (session.admit(), door) {
    case (.served, .dnsStreams): DNSStream.serve(thread, session, accepted)
    case (.served, _): Connection.serve(thread, session, accepted, door)
    case (.surplus, .capture), (.surplus, .proxy):
      Connection.serve(thread, session, accepted, door, isSurplus: true)
    case (.surplus, _), (.dropped, _): drop(accepted)
    }
  }

  private func drop(_ accepted: Int32) {
    session.dismiss()
    Socket.resetOnClose(accepted)
    Socket.close(accepted)
    guard !session.isClosed else { return }
    let action = Action(.netConnect, session.subject, resource: ["host": "*"])
    session.observe(action, .tooManyConnections)
  }

  func receive(_ message: LoopMessage) {}

  func abort() {
    thread.unwatch(number)
    Socket.close(number)
    thread.forget(identifier)
  }
}
