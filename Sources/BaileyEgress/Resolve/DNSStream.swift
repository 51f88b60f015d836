import BaileyLinux

/// One TCP connection to the resolver: messages with a length in front (RFC 1035 section 4.2.2), one at a time.
final class DNSStream: LoopSource {
  let session: SessionCore
  private(set) var deadline: Int64
  private let thread: LoopThread
  private let number: Int32
  private var identifier: UInt64 = 0
  private var input: [UInt8] = []
  private var isDeciding = false

  private init(_ thread: LoopThread, _ session: SessionCore, _ number: Int32) {
    self.thread = thread
    self.session = session
    self.number = number
    deadline = thread.after(session.options.learning)
    identifier = thread.register(self)
  }

  static func serve(_ thread: LoopThread, _ session: SessionCore, _ number: Int32) {
    let stream = DNSStream(thread, session, number)
    do { try thread.watch(number, [.input, .edgeTriggered], stream.identifier) } catch { stream.abort() }
  }

  func ready(_ events: Readiness, second: Bool) {
    guard !isDeciding else { return }
    do throws(Errno) {
      while input.count < 8192 {
        let count = try thread.buffer.receive(from: number, limit: 4096)
        if count == 0 { return abort() }
        input += thread.buffer.bytes(0, count)
      }
    } catch .tryAgain {
    } catch {
      return abort()
    }
    takeMessages()
  }

  private func takeMessages() {
    while !isDeciding, input.count >= 2 {
      let length = Int(input[0]) << 8 | Int(input[1])
      guard (12...4096).contains(length) else { return abort() }
      guard input.count >= 2 + length else { return }
      let message = Array(input[2..<(2 + length)])
      input.removeFirst(2 + length)
      deadline = thread.after(session.options.learning)
      guard serve(message) else { return abort() }
    }
  }

  private func serve(_ message: [UInt8]) -> Bool {
    let service = DNSService(session: session)
    switch service.step(message) {
    case .drop: return false
    case .answer(let bytes): return reply(bytes)
    case .ask(let name, let question):
      isDeciding = true
      let (loop, identifier) = (thread.loop, identifier)
      Task {
        let bytes = await service.decide(name, question)
        loop.post(.answered(source: identifier, DNSReply(bytes: bytes)))
      }
      return true
    }
  }

  /// A client that does not read its answers is closed.
  private func reply(_ bytes: [UInt8]) -> Bool {
    let framed = [UInt8(bytes.count >> 8 & 0xFF), UInt8(bytes.count & 0xFF)] + bytes
    return (try? Socket.send(framed, to: number)) == framed.count
  }

  func receive(_ message: LoopMessage) {
    guard case .answered(_, let answer) = message else { return }
    isDeciding = false
    guard reply(answer.bytes) else { return abort() }
    takeMessages()
    if !isDeciding { ready([], second: false) }
  }

  func expire() { if !isDeciding { abort() } }

  func abort() {
    guard identifier != 0 else { return }
    thread.unwatch(number)
    Socket.close(number)
    thread.forget(identifier)
    session.dismiss()
    identifier = 0
  }
}
