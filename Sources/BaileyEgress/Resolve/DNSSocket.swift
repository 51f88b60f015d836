import BaileyLinux

/// The UDP side of the resolver.
final class DNSSocket: LoopSource {
  let session: SessionCore
  let deadline: Int64 = 0
  private let thread: LoopThread
  private let number: Int32
  private var identifier: UInt64 = 0
  private var pending = 0

  /// Decisions under way; further new names wait in the kernel's queue, which drops what is too much.
  private static let maximumPending = 256

  init(_ thread: LoopThread, _ session: SessionCore, _ number: Int32) {
    self.thread = thread
    self.session = session
    self.number = number
    identifier = thread.register(self)
    Socket.tellDestinations(number)
    do { try thread.watch(number, .input, identifier) } catch { abort() }
  }

  func ready(_ events: Readiness, second: Bool) {
    for _ in 0..<64 where pending < Self.maximumPending {
      do throws(Errno) {
        guard let datagram = try Socket.receiveDatagram(number, limit: 4097) else { continue }
        serve(datagram)
      } catch {
        return
      }
    }
    // Level-triggered: with too many pending the loop would spin, so the socket rests until one is answered.
    if pending >= Self.maximumPending { thread.unwatch(number) }
  }

  private func serve(_ datagram: Datagram) {
    let service = DNSService(session: session)
    switch service.step(datagram.bytes) {
    case .drop: return
    case .answer(let bytes): reply(DNSReply(bytes: bytes, peer: datagram.peer, local: datagram.local))
    case .ask(let name, let question):
      pending += 1
      let (loop, identifier) = (thread.loop, identifier)
      Task {
        let bytes = await service.decide(name, question)
        loop.post(.answered(source: identifier, DNSReply(bytes: bytes, peer: datagram.peer, local: datagram.local)))
      }
    }
  }

  private func reply(_ reply: DNSReply) {
    guard let peer = reply.peer else { return }
    try? Socket.send(Datagram(bytes: reply.bytes, peer: peer, local: reply.local), through: number)
  }

  func receive(_ message: LoopMessage) {
    guard case .answered(_, let answer) = message else { return }
    if pending == Self.maximumPending { try? thread.watch(number, .input, identifier) }
    pending -= 1
    reply(answer)
  }

  func expire() {}

  func abort() {
    thread.unwatch(number)
    Socket.close(number)
    thread.forget(identifier)
  }
}
