import BaileyCore
import NIOCore

/// A request on its way to the server: what was found in it goes to policy before anything more of it goes on.
final class InspectedRequest: MessageGuard {
  private let reader: RequestGuard
  private let context: ExchangeContext
  private let ruling: Ruling
  private let answer: AnswerBox
  private var trailers: [HTTPField] = []
  /// The head, until something of the body may follow: a server that is not to have the body need not know of it.
  private var head: [MessagePart] = []
  /// What was given before the guard stopped.
  private var given: [ByteBuffer] = []
  private var noted = 0

  init(_ context: ExchangeContext, _ ruling: Ruling, _ inspector: any TrafficInspector) {
    (self.context, self.ruling) = (context, ruling)
    answer = AnswerBox(context.session)
    var body = context.head.declared
    // What is encoded is read as such.
    if body.encodings.isEmpty, let form = context.session.models.form(context.head.method, context.target) {
      body.model = (form, context.session.models)
    }
    reader = RequestGuard(
      inspector, context.session.subject.session, to: context.target.host.text, body,
      found: context.notes.read { $0.findings }, own: context.session.ownPlaceholders)
  }

  var heldBytes: Int { given.reduce(reader.heldBytes) { $0 + $1.readableBytes } }
  var pausesAfter: Duration? { reader.waits || !head.isEmpty ? .milliseconds(20) : nil }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    switch part {
    case .request(let request):
      if request.isAwaited { return .pass([part]) }
      head = [part]
      return .pass([])
    case .response: return .pass([part])
    case .data(let bytes):
      given += reader.take(bytes)
      // Its sender may wait for the answer to a message.
      return step(reader.isBetweenMessages ? reader.pause() : [])
    case .end(let fields):
      trailers = fields
      return step(reader.end(trailers: fields.map { ($0.name, $0.text) }))
    }
  }

  /// Its sender may wait for the server to say something to the head.
  func paused() throws(Refusal) -> GuardStep { step(reader.pause(), withHead: true) }

  private func step(_ more: [ByteBuffer], withHead: Bool = false) -> GuardStep {
    note()
    given += more
    if reader.isStopped { return answer.ask(ruling.again(with: reader.findings)) }
    let parts = given.map(MessagePart.data) + (reader.isOver ? [.end(trailers)] : [])
    given = []
    guard withHead || !parts.isEmpty else { return .pass([]) }
    defer { head = [] }
    return .pass(head + parts)
  }

  private func note() {
    let findings = reader.findings
    guard findings.count != noted else { return }
    noted = findings.count
    context.notes.write {
      ($0.findings, $0.detail["findings"]) = (findings, findings.json)
    }
  }

  func resume() throws(Refusal) -> GuardStep {
    do throws(Refusal) { try answer.settle(ruling) } catch {
      reader.refuse()
      throw error
    }
    return step(reader.resume())
  }
}

extension RequestHead {
  /// No body follows, or not before the server has answered the head.
  fileprivate var isAwaited: Bool { framing == .none || wantsWebSocket || !values("expect").isEmpty }
}
