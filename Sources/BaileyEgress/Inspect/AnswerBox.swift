import BaileyCore
import Synchronization

/// Asks policy anew in the midst of an exchange, and brings the answer back. A yes that nobody waits for any more has its outcome, too.
final class AnswerBox: Sendable {
  private let session: SessionCore
  private let box = Mutex<(ruling: Ruling?, last: Ruling?)>((nil, nil))

  init(_ session: SessionCore) { self.session = session }

  deinit {
    guard let ruling = take(), ruling.isAllowed else { return }
    session.complete(ruling, Outcome(succeeded: false, detail: ["reason": "client-gone"]))
  }

  func ask(_ action: Action) -> GuardStep {
    .wait { [self] in
      let ruling = await session.mediator.request(action)
      box.withLock { $0 = (ruling, ruling) }
    }
  }

  /// - Parameter ruling: that allowed the exchange, which goes on.
  /// - Throws: where the answer is no, or there is none.
  func settle(_ ruling: Ruling) throws(Refusal) {
    guard let given = take(), given.isAllowed else {
      throw box.withLock { $0.last }.map { Refusal($0) } ?? Refusal("record-failed", "nobody answered")
    }
    session.complete(given, ruling.continued)
  }

  private func take() -> Ruling? {
    box.withLock { box in
      defer { box.ruling = nil }
      return box.ruling
    }
  }
}
