import BaileyCore

/// The messages of a WebSocket: what an agent's hold goes to policy before their end goes on, what a server's hold is recorded.
final class InspectedMessages: StreamInspector {
  private let context: ExchangeContext
  private let ruling: Ruling
  private let sent: MessageInspection
  private let pings: MessageInspection
  private let received: MessageInspection
  private var told = ToldFindings()

  init(_ context: ExchangeContext, _ ruling: Ruling, _ inspector: any TrafficInspector) {
    let session = context.session
    (self.context, self.ruling) = (context, ruling)
    func inspection(to host: String?, _ place: String) -> MessageInspection {
      MessageInspection(inspector, session.subject.session, to: host, place: place, own: session.ownPlaceholders)
    }
    sent = inspection(to: context.target.host.text, "message")
    pings = inspection(to: context.target.host.text, "message")
    received = inspection(to: nil, "message")
  }

  func look(_ bytes: Span<UInt8>, _ part: StreamPart) -> StreamVerdict {
    guard part.sender == .agent else {
      note(received.take(bytes, isEnd: part.isEnd), received, "answer_findings")
      return .pass
    }
    let inspection = part.kind == .control ? pings : sent
    note(inspection.take(bytes, isEnd: part.isEnd), inspection, "findings")
    return judge(inspection.findings)
  }

  private func note(_ new: [ContentFinding], _ inspection: MessageInspection, _ name: String) {
    guard !new.isEmpty else { return }
    context.notes.write { $0.detail[name] = inspection.findings.json }
  }

  private func judge(_ findings: PassageFindings) -> StreamVerdict {
    guard told.lacks(findings) else { return .pass }
    told.tell(findings)
    let action = ruling.again(with: findings)
    return .wait { [session = context.session, ruling] in
      let given = await session.mediator.request(action)
      guard given.isAllowed else { return Refusal(given) }
      session.complete(given, ruling.continued)
      return nil
    }
  }
}
