import BaileyCore

/// Where credentials are put in, the answer has to come as it is: what a server encodes cannot be covered.
///
/// Stands behind the guards that put them in.
struct PlainAnswers: MessageGuards {
  func describe(_ context: ExchangeContext, _ action: inout Action) {}

  func request(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [Plain(notes: context.notes)] }

  func response(_ context: ExchangeContext, _ ruling: Ruling) -> [any MessageGuard] { [] }

  func tunnel(_ context: ExchangeContext, _ ruling: Ruling) -> (
    toServer: [any MessageGuard], toAgent: [any MessageGuard]
  ) { ([], []) }

  private struct Plain: MessageGuard {
    let notes: ExchangeNotes
    var heldBytes: Int { 0 }

    func take(_ part: MessagePart) -> GuardStep {
      guard case .request(var head) = part, notes.read({ !$0.hidden.isEmpty }) else { return .pass([part]) }
      head.fields.removeAll { $0.name == "accept-encoding" }
      head.fields.append(HTTPField(name: "accept-encoding", "identity"))
      return .pass([.request(head)])
    }

    func resume() -> GuardStep { .pass([]) }
  }
}
