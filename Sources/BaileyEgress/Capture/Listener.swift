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
    guard session.admit() else {
      session.dismiss()
      Socket.resetOnClose(accepted)
      return Socket.close(accepted)
    }
    if door == .dnsStreams {
      DNSStream.serve(thread, session, accepted)
    } else {
      Connection.serve(thread, session, accepted, door)
    }
  }

  func receive(_ message: LoopMessage) {}

  func abort() {
    thread.unwatch(number)
    Socket.close(number)
    thread.forget(identifier)
  }
}
