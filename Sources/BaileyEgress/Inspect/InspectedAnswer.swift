import BaileyCore
import NIOCore

/// An answer on its way to the agent.
final class InspectedAnswer: MessageGuard {
  private let context: ExchangeContext
  private let reader: ResponseGuard
  private var told = 0

  init(_ context: ExchangeContext, _ inspector: any TrafficInspector, _ labelling: [ContentLabelling]) {
    self.context = context
    reader = ResponseGuard(inspector, context.session.subject.session, labelling: labelling)
  }

  var heldBytes: Int { 0 }

  func take(_ part: MessagePart) -> GuardStep {
    switch part {
    case .request: return .pass([part])
    // An interim answer has no body, and another head follows.
    case .response(let head): if !head.isInterim, head.status != 101 { read(head) }
    case .data(let bytes): reader.take(bytes)
    case .end(let fields): reader.end(trailers: fields.map { ($0.name, $0.text) })
    }
    tell()
    return .pass([part])
  }

  /// It waits for nobody.
  func resume() -> GuardStep { .pass([]) }

  private func read(_ head: ResponseHead) {
    reader.read(
      head.fields.map { ($0.name, $0.value) }, encodings: head.values("content-encoding").joined(separator: ","),
      kind: AnswerKind(contentType: head.fields.mediaType, path: context.target.canonical.path))
  }

  private func tell() {
    let labels = reader.takeLabels()
    if !labels.isEmpty { context.session.mediator.expose(to: labels) }
    note()
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
