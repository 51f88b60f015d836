import BaileyCore
import NIOCore

/// An answer on its way to the agent.
final class InspectedAnswer: MessageGuard {
  private let context: ExchangeContext
  private let reader: ResponseGuard
  private var told = 0

  init(_ context: ExchangeContext, _ inspector: any TrafficInspector, _ labelling: [ContentLabelling]) {
    self.context = context
    reader = ResponseGuard(
      inspector, context.session.subject.session, hidden: context.notes.read { $0.hidden }, labelling: labelling)
  }

  var heldBytes: Int { reader.heldBytes }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    switch part {
    case .request: return .pass([part])
    case .response(var head):
      head.fields = read(head).map { HTTPField(name: $0.name, value: $0.value) }
      return try step([.response(head)])
    case .data(let bytes):
      let given = reader.take(bytes)
      return try step(given.filter { $0.readableBytes > 0 }.map(MessagePart.data))
    case .end(let fields):
      let given = reader.end(trailers: fields.map { ($0.name, $0.text) })
      let trailers = reader.masked(fields.map { ($0.name, $0.value) }).map { HTTPField(name: $0.name, value: $0.value) }
      return try step(given.filter { $0.readableBytes > 0 }.map(MessagePart.data) + [.end(trailers)])
    }
  }

  /// It waits for nobody.
  func resume() -> GuardStep { .pass([]) }

  private func read(_ head: ResponseHead) -> [(name: String, value: [UInt8])] {
    let fields = head.fields.map { (name: $0.name, value: $0.value) }
    // An interim answer has no body, and another head follows.
    if head.isInterim || head.status == 101 { return reader.masked(fields) }
    return reader.read(
      fields, encodings: head.values("content-encoding").joined(separator: ","),
      kind: AnswerKind(contentType: head.fields.mediaType, path: context.target.canonical.path))
  }

  private func step(_ parts: [MessagePart]) throws(Refusal) -> GuardStep {
    let labels = reader.takeLabels()
    if !labels.isEmpty { context.session.mediator.expose(to: labels) }
    note()
    if reader.isExposed { throw .exposed }
    return .pass(parts)
  }

  private func note() {
    let (findings, labels, covered) = (reader.findings, reader.labels, reader.covered)
    guard findings.count + labels.count + covered != told else { return }
    told = findings.count + labels.count + covered
    context.notes.write { content in
      if !findings.isEmpty { content.detail["answer_findings"] = findings.json }
      if !labels.isEmpty { content.detail["labels"] = .array(labels.sorted().map(JSON.string)) }
      if covered > 0 { content.detail["covered"] = .int(Int64(covered)) }
    }
  }
}
