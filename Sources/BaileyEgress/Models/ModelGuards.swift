import BaileyCore
import NIOCore

/// Holds requests to models to what their session may use of them.
struct ModelGuards: MessageGuards {
  let inspector: any TrafficInspector

  func describe(_ context: ExchangeContext, _ action: inout Action) throws(Refusal) {
    if context.session.models.meter.isLimited, context.head.wantsWebSocket, let name = context.target.host.name,
      context.session.models.settings.form(name, path: context.target.canonical.path) != nil
    {
      throw .uncountedModel
    }
    guard context.asksModel, let kind = context.session.models.meter.exhausted else { return }
    throw .modelBudget(kind)
  }

  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    guard context.asksModel else { return [] }
    let ticket = ModelTicket(
      context.session, ruling.action, isMetered: SessionModels.isMetered(context.target.canonical.path))
    context.notes.write { $0.ticket = ticket }
    return [ModelQuestion(session: context.session, ticket: ticket)]
  }

  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] {
    guard let ticket = context.notes.read({ $0.ticket }),
      let form = context.session.models.form(context.head.method, context.target)
    else { return [] }
    return [ModelAnswer(context.notes, ticket, form, inspector)]
  }

  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) { ([], []) }
}

extension ExchangeContext {
  fileprivate var asksModel: Bool { session.models.form(head.method, target) != nil }
}

/// Counts what is asked.
private struct ModelQuestion: MessageGuard {
  let session: SessionCore
  let ticket: ModelTicket
  var heldBytes: Int { 0 }

  func take(_ part: MessagePart) throws(Refusal) -> GuardStep {
    switch part {
    // While this one was decided, others may have used up what is left.
    case .request: if let kind = session.models.meter.exhausted { throw .modelBudget(kind) }
    case .data(let bytes): ticket.send(bytes.readableBytes)
    case .end: ticket.finishSending()
    case .response: break
    }
    return .pass([part])
  }

  func resume() -> GuardStep { .pass([]) }
}

/// Reads what the answer says of usage, and changes nothing.
private struct ModelAnswer: MessageGuard {
  /// Bytes of text that a byte may stand for that nobody can decode.
  private static let packed = 8

  private let notes: ExchangeNotes
  private let ticket: ModelTicket
  private let form: ModelSettings.Form
  private let inspector: any TrafficInspector
  private var reader: UsageReader?
  private var unpacking: (any ContentUnpacking)?

  init(_ notes: ExchangeNotes, _ ticket: ModelTicket, _ form: ModelSettings.Form, _ inspector: any TrafficInspector) {
    (self.notes, self.ticket, self.form, self.inspector) = (notes, ticket, form, inspector)
  }

  var heldBytes: Int { 0 }

  mutating func take(_ part: MessagePart) -> GuardStep {
    switch part {
    case .response(let head): if !head.isInterim { begin(head) }
    case .data(let bytes): read(bytes)
    case .end:
      ticket.tell(reader?.usage, of: reader?.model)
      let told = ticket.finish()
      if let told { notes.write { $0.detail["usage"] = told } }
    case .request: break
    }
    return .pass([part])
  }

  func resume() -> GuardStep { .pass([]) }

  private mutating func begin(_ head: ResponseHead) {
    ticket.answer(head.status)
    reader = UsageReader(form, isEvents: head.fields.mediaType == "text/event-stream")
    guard head.fields.isEncoded else { return }
    unpacking = inspector.unpacking(head.values("content-encoding").joined(separator: ","))
    // What nobody can decode says nothing.
    if unpacking == nil { reader = nil }
  }

  private mutating func read(_ bytes: ByteBuffer) {
    guard var reader else { return ticket.receive(bytes.readableBytes * Self.packed) }
    if let unpacking {
      let isReadable = unpacking.unpack(bytes.readableBytesUInt8Span) { span in
        ticket.receive(span.count)
        reader.feed(span)
      }
      if !isReadable { return self.reader = nil }
    } else {
      ticket.receive(bytes.readableBytes)
      reader.feed(bytes.readableBytesUInt8Span)
    }
    self.reader = reader
    // For an answer that is broken off.
    if let usage = reader.usage { ticket.tell(usage, of: reader.model) }
  }
}
