import BaileyCore
import NIOCore

/// An answer on its way to the agent. When it earns the session a label, policy says with that in force whether it goes on.
final class InspectedAnswer: MessageGuard {
  private let context: ExchangeContext
  private let reader: ResponseGuard
  private let ruling: Ruling
  private let answer: AnswerBox
  private var told = 0
  /// What policy has to say yes to.
  private var waiting: [MessagePart] = []

  init(
    _ context: ExchangeContext, _ ruling: Ruling, _ inspector: any TrafficInspector, _ labelling: [ContentLabelling]
  ) {
    (self.context, self.ruling, answer) = (context, ruling, AnswerBox(context.session))
    reader = ResponseGuard(inspector, context.session.subject.session, labelling: labelling)
  }

  var heldBytes: Int { waiting.reduce(0) { $0 + $1.bytes } }

  func take(_ part: MessagePart) -> GuardStep {
    switch part {
    case .request: return .pass([part])
    // An interim answer has no body, and another head follows.
    case .response(let head): if !head.isInterim, head.status != 101 { read(head) }
    case .data(let bytes): reader.take(bytes)
    case .end(let fields): reader.end(trailers: fields.map { ($0.name, $0.text) })
    }
    return tell(part)
  }

  func resume() throws(Refusal) -> GuardStep {
    try answer.settle(ruling)
    defer { waiting = [] }
    return .pass(waiting)
  }

  private func read(_ head: ResponseHead) {
    reader.read(
      head.fields.map { ($0.name, $0.value) }, encodings: head.values("content-encoding").joined(separator: ","),
      kind: AnswerKind(contentType: head.fields.mediaType, path: context.target.canonical.path))
  }

  private func tell(_ part: MessagePart) -> GuardStep {
    let labels = reader.takeLabels()
    if !labels.isEmpty { context.session.mediator.expose(to: labels) }
    note()
    if labels.isDisjoint(with: ContentLabellers.labels) { return .pass([part]) }
    waiting = [part]
    return answer.ask(ruling.again)
  }

  private func note() {
    let (findings, labels) = (reader.findings, reader.labels)
    guard findings.count + labels.count != told else { return }
    told = findings.count + labels.count
    context.notes.write { content in
      if !findings.isEmpty { content.detail["answer_findings"] = findings.json }
      if !labels.isEmpty { content.detail["labels"] = .array(labels.sorted().map(JSON.string)) }
    }
  }
}
