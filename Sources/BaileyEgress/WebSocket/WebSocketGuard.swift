import NIOCore
import Synchronization

/// One direction of an opened WebSocket, as an exchange's guard of its bytes.
final class WebSocketGuard: MessageGuard {
  private final class Answer: Sendable {
    /// Until there is an answer, nobody has said yes.
    let refusal = Mutex<Refusal?>(Refusal("record-failed", "nobody answered"))
  }

  private let tunnel: WebSocketTunnel
  private let sender: WebSocketSide
  private var input = ByteBuffer()
  /// What may go on, and waits for what comes behind it.
  private var ready = ByteBuffer()
  private var answer = Answer()

  init(_ tunnel: WebSocketTunnel, from sender: WebSocketSide) {
    self.tunnel = tunnel
    self.sender = sender
  }

  var heldBytes: Int { input.readableBytes + ready.readableBytes + tunnel.heldBytes(sender) }

  func take(_ part: MessagePart) -> GuardStep {
    switch part {
    case .data(var bytes):
      input.writeBuffer(&bytes)
      return step()
    // What is held has no end any more.
    case .end where sender == .server: return .pass(parts(tunnel.serverEnded()) + [part])
    case .end, .request, .response: return .pass([part])
    }
  }

  func resume() -> GuardStep {
    var bytes = tunnel.resume(answer.refusal.withLock { $0 }, sender)
    ready.writeBuffer(&bytes)
    return step()
  }

  private func step() -> GuardStep {
    var bytes = tunnel.take(&input, from: sender)
    input.discardReadBytes()
    ready.writeBuffer(&bytes)
    if let question = tunnel.question(sender) {
      answer = Answer()
      return .wait { [answer] in
        let refusal = await question()
        answer.refusal.withLock { $0 = refusal }
      }
    }
    defer { ready = ByteBuffer() }
    return .pass(parts(ready) + (tunnel.isOver && sender == .server ? [.end([])] : []))
  }

  private func parts(_ bytes: ByteBuffer) -> [MessagePart] { bytes.readableBytes > 0 ? [.data(bytes)] : [] }
}
