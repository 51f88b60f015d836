import NIOCore
import Synchronization

/// Shows the events of an answer to who inspects; their bytes pass at once, as they came.
///
/// An event that is refused ends the answer: its last bytes have not gone.
final class EventGuard: MessageGuard {
  private final class Answer: Sendable {
    /// Until there is an answer, nobody has said yes.
    let refusal = Mutex<Refusal?>(Refusal("record-failed", "nobody answered"))
  }

  private let inspector: any StreamInspector
  private var events: EventStream?
  private var held: [MessagePart] = []
  private var answer = Answer()

  init(_ inspector: any StreamInspector) { self.inspector = inspector }

  var heldBytes: Int {
    held.reduce(0) { if case .data(let bytes) = $1 { $0 + bytes.readableBytes } else { $0 } }
  }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    var verdict = StreamVerdict.pass
    switch part {
    case .response(let head) where !head.isInterim: events = Self.isReadable(head) ? EventStream() : nil
    case .data(let bytes):
      events?.feed(bytes.readableBytesUInt8Span) { look($0, &verdict) }
    case .end: events?.finish { look($0, &verdict) }
    case .request, .response: break
    }
    switch verdict {
    case .pass: return .pass([part])
    case .refuse(let refusal): throw refusal
    case .wait(let operation):
      held = [part]
      answer = Answer()
      return .wait { [answer] in
        let refusal = await operation()
        answer.refusal.withLock { $0 = refusal }
      }
    }
  }

  func resume() throws(Refusal) -> GuardStep {
    if let refusal = answer.refusal.withLock({ $0 }) { throw refusal }
    defer { held = [] }
    return .pass(held)
  }

  private func look(_ part: EventStream.Part, _ verdict: inout StreamVerdict) {
    if case .refuse = verdict { return }
    let new = inspector.look(part.data.span, StreamPart(sender: .server, kind: .event, isEnd: part.isEnd))
    if case .pass = new { return }
    verdict = new
  }

  /// What is compressed is for who reads bodies.
  private static func isReadable(_ head: ResponseHead) -> Bool {
    head.fields.mediaType == "text/event-stream" && !head.fields.isEncoded
  }
}
