import BaileyCore

/// Reads every request and answer of the gate.
///
/// The head is read before the decision, so its findings are in the first question. What the body holds besides asks anew.
struct InspectionGuards: MessageGuards {
  let inspector: any TrafficInspector
  var labelling: [ContentLabelling] = []

  func describe(_ context: ExchangeContext, _ action: inout Action) {
    var inspection = PassageInspection(
      inspector, context.session.subject.session, to: context.target.host.text, own: context.session.ownPlaceholders)
    if let name = context.target.host.name { read(name, context.session, with: &inspection) }
    inspection.read(context.head.inspected)
    guard !inspection.findings.isEmpty else { return }
    action = action.with(inspection.findings)
    context.notes.write { $0.findings = inspection.findings }
  }

  func describe(_ name: HostName, _ session: SessionCore, _ action: inout Action) {
    var inspection = PassageInspection(
      inspector, session.subject.session, to: name.text, own: session.ownPlaceholders)
    read(name, session, with: &inspection)
    if !inspection.findings.isEmpty { action = action.with(inspection.findings) }
  }

  /// The look-up of a name tells it to others. One that a rule writes out is no message of the agent.
  private func read(_ name: HostName, _ session: SessionCore, with inspection: inout PassageInspection) {
    guard session.rules.mention(of: name) != .written else { return }
    inspection.read(InspectedText(host: name))
  }

  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    [InspectedRequest(context, ruling, inspector)]
  }

  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    [InspectedAnswer(context, ruling, inspector, labelling)]
  }

  func inspector(_ context: ExchangeContext, _ ruling: Ruling) -> (any StreamInspector)? {
    // Events are read with the rest of their answer.
    context.head.wantsWebSocket ? InspectedMessages(context, ruling, inspector) : nil
  }

  /// Frames are no text: `inspector` reads their messages.
  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) { ([], []) }
}

extension RequestHead {
  /// What the gate is told of its own is not sent on, nor is the agent's key of a WebSocket, which looks like a secret.
  private static let unsent: Set<String> = ["proxy-authorization", "host", "sec-websocket-key"]

  /// As the agent wrote it.
  var inspected: InspectedText {
    InspectedText(
      method: method, target: target,
      fields: fields.lazy.filter { !Self.unsent.contains($0.name) }.map { ($0.name, $0.text) })
  }

  var declared: RequestGuard.Body {
    var body = RequestGuard.Body()
    body.encodings = values("content-encoding").joined(separator: ",")
    body.contentType = fields.mediaType
    body.messageEncoding = values("grpc-encoding").first ?? ""
    body.hasLength = framing != .chunked
    return body
  }
}
